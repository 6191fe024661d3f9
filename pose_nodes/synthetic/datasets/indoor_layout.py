"""Data sets of scanned rooms as mmdetection3d prepares its indoor data, by split."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pose_nodes.core.safe_pickle import load_pickle
from pose_nodes.sequences.indoor_formats import FORMATS
from pose_nodes.sequences.indoor_writer import write_infos, write_scene
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.datasets.reports import OnModel, no_report
from pose_nodes.synthetic.datasets.rooms_choice import CLOCKWISE
from pose_nodes.synthetic.datasets.splits import assigned
from pose_nodes.synthetic.datasets.workers import Workers
from pose_nodes.synthetic.rooms.library import room_scene

PARTS = ".infos"
"""Folder of the infos of each room; one is written after the files of its room."""


def write_rooms(
    config: DatasetConfig, dataset: Path, workers: int, on_model: OnModel = no_report
) -> Iterator[int]:
    """Write the rooms that are not there yet, then the infos files; see `writing.write_dataset`."""
    missing = [n for n in range(config.arrangements) if not _part(dataset, n).is_file()]
    done = config.arrangements - len(missing)
    yield done
    with Workers(workers) as pool:
        for _ in pool.in_order(partial(_write_room, config, dataset), missing):
            done += 1
            yield done
    plan = assigned(config.splits, config.arrangements)
    for split in config.splits.used():
        numbers = [number for number, (name, _) in enumerate(plan) if name == split]
        infos = [load_pickle(_part(dataset, number))[0] for number in numbers]
        write_infos(dataset / f"{config.rooms.style}_infos_{split}.pkl", infos)


def _write_room(config: DatasetConfig, dataset: Path, number: int) -> None:
    rooms = config.rooms
    scene = room_scene(rooms.style, config.seed, number, rooms.points)
    info = write_scene(dataset, scene, FORMATS[rooms.style], rooms.headings == CLOCKWISE)
    write_infos(_part(dataset, number), [info])


def _part(dataset: Path, number: int) -> Path:
    return dataset / PARTS / f"{number:06d}.pkl"
