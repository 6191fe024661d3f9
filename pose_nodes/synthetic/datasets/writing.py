"""Writes a data set in several processes; what an interruption leaves is whole, and the next run goes on from
it."""

from __future__ import annotations

import itertools
import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.bop_files import OBJECTS_FILE
from pose_nodes.sequences.bop_shard_writer import BopShardWriter
from pose_nodes.sequences.bop_writer import BopSceneWriter
from pose_nodes.sequences.files import write_json
from pose_nodes.synthetic.datasets.arrangement import Sample
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.datasets.objects import load_objects, prepare_objects
from pose_nodes.synthetic.datasets.samples import take_samples

PRESET_FILE = "preset.json"

T = TypeVar("T")


def write_dataset(config: DatasetConfig, dataset: Path, workers: int) -> Iterator[int]:
    """Write all of a data set that is not there yet.

    Args:
        config: the preset.
        dataset: folder; made if absent.
        workers: processes; with one, everything is done in this.

    Yields:
        How many arrangements are written, those of earlier runs with them; at first, before any is made.

    Raises:
        InvalidConfigError: the folder holds data of another preset.
        InvalidInputError: the folder cannot be written to, or objects do not come to rest.
    """
    _claim(config, dataset)
    ids = prepare_objects(config.objects, dataset)
    write = _write_scenes if config.output.layout == "bop" else _write_shards
    yield from write(config, dataset, ids, workers)


def _claim(config: DatasetConfig, dataset: Path) -> None:
    """Note the preset, or see that the folder is of the same; the number of arrangements may grow."""
    path, values = dataset / PRESET_FILE, to_mapping(config)
    # Until its models are written there is nothing of the earlier preset to mix up.
    if path.is_file() and (dataset / OBJECTS_FILE).is_file():
        before = read_json(path)
        differing = [name for name in values if name != "arrangements" and before.get(name) != values[name]]
        if differing:
            raise InvalidConfigError(
                f"{dataset}: was begun with another preset ('{differing[0]}' was "
                f"{before.get(differing[0])!r}); "
                "choose another folder"
            )
    write_json(path, json.loads(json.dumps(values)))


def _write_scenes(
    config: DatasetConfig, dataset: Path, ids: Mapping[str, int], workers: int
) -> Iterator[int]:
    scenes = dataset / config.output.split
    missing = [n for n in range(config.arrangements) if not (scenes / f"{n + 1:06d}").exists()]
    done = config.arrangements - len(missing)
    yield done
    for _ in _in_order(partial(_write_scene, config, dataset, ids), missing, workers):
        done += 1
        yield done


def _write_scene(config: DatasetConfig, dataset: Path, ids: Mapping[str, int], number: int) -> None:
    output = config.output
    with BopSceneWriter(dataset, ids, output.split, number + 1, output.depth_scale) as scene:
        for sample in take_samples(config, load_objects(dataset, ids), number):
            scene.add(sample.frame, sample.truths, sample.masks, sample.silhouettes)


def _write_shards(
    config: DatasetConfig, dataset: Path, ids: Mapping[str, int], workers: int
) -> Iterator[int]:
    output, images = config.output, config.images
    with BopShardWriter(dataset, ids, output.samples_per_shard, output.depth_scale) as writer:
        done, known = divmod(writer.samples_written, images)
        yield min(done, config.arrangements)
        take = partial(_samples, config, dataset, ids)
        for samples in _in_order(take, range(done, config.arrangements), workers):
            for sample in samples[known:]:
                writer.add(sample.frame, sample.truths, sample.masks, sample.silhouettes)
            known, done = 0, done + 1
            yield done


def _samples(config: DatasetConfig, dataset: Path, ids: Mapping[str, int], number: int) -> list[Sample]:
    return list(take_samples(config, load_objects(dataset, ids), number))


def _in_order(work: Callable[[int], T], numbers: Iterable[int], workers: int) -> Iterator[T]:
    """`work` of each number in some processes, in order; no more than two a process are begun ahead."""
    if workers == 1:
        yield from map(work, numbers)
        return
    # Not forked: Open3D's threads do not survive that.
    context: Any = multiprocessing.get_context("spawn")
    waiting = iter(numbers)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running = [pool.submit(work, number) for number in itertools.islice(waiting, 2 * workers)]
        try:
            while running:
                yield running.pop(0).result()
                running += [pool.submit(work, number) for number in itertools.islice(waiting, 1)]
        finally:
            for future in running:
                future.cancel()
