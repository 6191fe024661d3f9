"""Data sets as BOP scenes, and as shards of a BOP-webdataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from pose_nodes.sequences.bop_shard_writer import BopShardWriter
from pose_nodes.sequences.bop_writer import BopSceneWriter
from pose_nodes.synthetic.datasets.arrangement import Sample
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.datasets.objects import load_objects, prepare_objects
from pose_nodes.synthetic.datasets.reports import OnModel, no_report
from pose_nodes.synthetic.datasets.samples import take_samples
from pose_nodes.synthetic.datasets.workers import Workers


def write_scenes(
    config: DatasetConfig, dataset: Path, workers: int, on_model: OnModel = no_report
) -> Iterator[int]:
    """Write the scenes that are not there yet; see `writing.write_dataset`."""
    ids = prepare_objects(config.objects, dataset, on_model)
    scenes = dataset / config.output.split
    missing = [n for n in range(config.arrangements) if not (scenes / f"{n + 1:06d}").exists()]
    done = config.arrangements - len(missing)
    yield done
    with Workers(workers) as pool:
        for _ in pool.in_order(partial(_write_scene, config, dataset, ids), missing):
            done += 1
            yield done


def _write_scene(config: DatasetConfig, dataset: Path, ids: Mapping[str, int], number: int) -> None:
    output = config.output
    with BopSceneWriter(dataset, ids, output.split, number + 1, output.depth_scale) as scene:
        for sample in take_samples(config, load_objects(dataset, ids), number):
            scene.add(sample.frame, sample.truths, sample.masks, sample.silhouettes)


def write_shards(
    config: DatasetConfig, dataset: Path, workers: int, on_model: OnModel = no_report
) -> Iterator[int]:
    """Write the shards that are not there yet; see `writing.write_dataset`."""
    ids = prepare_objects(config.objects, dataset, on_model)
    output, images = config.output, config.images
    shards = BopShardWriter(dataset, ids, output.samples_per_shard, output.depth_scale)
    with shards as writer, Workers(workers) as pool:
        done, known = divmod(writer.samples_written, images)
        yield min(done, config.arrangements)
        take = partial(_samples, config, dataset, ids)
        for samples in pool.in_order(take, range(done, config.arrangements)):
            for sample in samples[known:]:
                writer.add(sample.frame, sample.truths, sample.masks, sample.silhouettes)
            known, done = 0, done + 1
            yield done


def _samples(config: DatasetConfig, dataset: Path, ids: Mapping[str, int], number: int) -> list[Sample]:
    return list(take_samples(config, load_objects(dataset, ids), number))
