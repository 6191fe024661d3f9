"""Writes a data set in several processes; what an interruption leaves is whole, and the next run goes on from
it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.bop_files import OBJECTS_FILE
from pose_nodes.sequences.files import remove_partials, write_json
from pose_nodes.sequences.nocs_dataset import DATASET_FILE
from pose_nodes.synthetic.datasets.bop_layout import write_scenes, write_shards
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.datasets.indoor_layout import PARTS, write_rooms
from pose_nodes.synthetic.datasets.nocs_layout import write_nocs
from pose_nodes.synthetic.datasets.reports import OnModel, no_report

PRESET_FILE = "preset.json"
_LAYOUTS: Mapping[str, Callable[[DatasetConfig, Path, int, OnModel], Iterator[int]]] = {
    "bop": write_scenes,
    "shards": write_shards,
    "nocs": write_nocs,
    "indoor": write_rooms,
}
_MARKS = (OBJECTS_FILE, DATASET_FILE, PARTS)
"""What is there when the first arrangement is."""


def write_dataset(
    config: DatasetConfig, dataset: Path, workers: int, on_model: OnModel = no_report
) -> Iterator[int]:
    """Write all of a data set that is not there yet.

    Args:
        config: the preset.
        dataset: folder; made if absent.
        workers: processes; with one, everything is done in this.
        on_model: told of every object that is made before the first arrangement.

    Yields:
        How many arrangements are written, those of earlier runs with them; at first, before any is made.

    Raises:
        InvalidConfigError: the folder holds data of another preset.
        InvalidInputError: the folder cannot be written to, or objects do not come to rest.
    """
    _claim(config, dataset)
    remove_partials(dataset)
    yield from _LAYOUTS[config.output.layout](config, dataset, workers, on_model)


def _claim(config: DatasetConfig, dataset: Path) -> None:
    """Note the preset, or see that the folder is of the same; the number of arrangements may grow."""
    path, values = dataset / PRESET_FILE, to_mapping(config)
    # Until its models are written there is nothing of the earlier preset to mix up.
    if path.is_file() and any((dataset / mark).exists() for mark in _MARKS):
        before = _noted(path)
        differing = [name for name in values if name != "arrangements" and before[name] != values[name]]
        if differing:
            raise InvalidConfigError(
                f"{dataset}: was begun with another preset ('{differing[0]}' was {before[differing[0]]!r}); "
                "choose another folder"
            )
    write_json(path, json.loads(json.dumps(values)))


def _noted(path: Path) -> dict[str, object]:
    """The preset of a folder; options that were added since have their defaults."""
    noted = read_json(path)
    if not isinstance(noted, dict):
        raise InvalidDatasetError(f"{path}: must be a JSON object of options; remove the folder")
    return {**to_mapping(DatasetConfig()), **noted}
