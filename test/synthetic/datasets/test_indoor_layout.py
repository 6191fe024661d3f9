"""Data sets of rooms with the infos of mmdetection3d: complete, the same each time, resumed."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.sequences.indoor_boxes import inside
from pose_nodes.sequences.indoor_formats import FORMATS
from pose_nodes.sequences.indoor_infos import IndoorInfos
from pose_nodes.sequences.indoor_scene import BACKGROUND
from pose_nodes.synthetic.datasets.config import DatasetConfig, OutputConfig
from pose_nodes.synthetic.datasets.rooms_choice import RoomsConfig
from pose_nodes.synthetic.datasets.splits import SplitsConfig
from pose_nodes.synthetic.datasets.writing import write_dataset
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.library import room_scene


def preset_of(style: str, **changes: object) -> DatasetConfig:
    """Four small rooms, one of them to validate with and one to test with."""
    config = DatasetConfig(
        seed=5,
        arrangements=4,
        rooms=RoomsConfig(style, points=3000),
        splits=SplitsConfig(0.25, 0.25),
        output=OutputConfig(layout="indoor"),
    )
    return replace(config, **changes)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("rooms") / "data"
    assert list(write_dataset(preset_of("scannet"), folder, 1)) == [0, 1, 2, 3, 4]
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_room_is_in_one_split(root):
    names = [IndoorInfos(root / f"scannet_infos_{split}.pkl").names for split in ("train", "val", "test")]
    assert [len(one) for one in names] == [2, 1, 1]
    assert sorted(name for one in names for name in one) == [f"scannet_5_{number:06d}" for number in range(4)]


@pytest.mark.parametrize("style", FORMATS)
def test_rooms_are_read_as_they_were_made(tmp_path, style):
    config = preset_of(style, arrangements=1, splits=SplitsConfig(0.0, 0.0))
    assert list(write_dataset(config, tmp_path, 1)) == [0, 1]
    read, made = IndoorInfos(tmp_path / f"{style}_infos_train.pkl")[0], room_scene(style, 5, 0, 3000)
    np.testing.assert_allclose(read.points, made.points, atol=1e-5)
    for name in ("colors", "instances", "semantics"):
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name))
    for name in ("classes", "centres", "sizes", "yaws"):
        np.testing.assert_allclose(getattr(read.boxes, name), getattr(made.boxes, name), atol=1e-9)
    assert len(read.boxes) > 0 and (read.instances != BACKGROUND).any()
    for index in range(len(read.boxes)):
        own = read.points[read.instances == index]
        assert inside(own, read.boxes, index, 0.05).mean() > 0.9  # the sensor's noise leaves the box


def test_the_classes_of_rooms_are_those_of_the_data_sets():
    assert {name: kind.class_names for name, kind in FORMATS.items()} == dict(CLASSES)


def test_headings_have_the_sign_that_was_asked_for(tmp_path):
    for headings in ("clockwise", "counterclockwise"):
        config = preset_of("sunrgbd", arrangements=1, rooms=RoomsConfig("sunrgbd", 2000, headings))
        list(write_dataset(config, tmp_path / headings, 1))
    one, other = (
        IndoorInfos(tmp_path / name / "sunrgbd_infos_train.pkl", clockwise=name == "clockwise")[0]
        for name in ("clockwise", "counterclockwise")
    )
    np.testing.assert_array_equal(one.boxes.yaws, other.boxes.yaws)
    wrong = IndoorInfos(tmp_path / "clockwise" / "sunrgbd_infos_train.pkl", clockwise=False)[0]
    np.testing.assert_array_equal(wrong.boxes.yaws, -one.boxes.yaws)


def nobody() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        return process.pid


def test_what_a_running_process_writes_is_let_alone(root, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(root, folder)
    being_written = folder / "points" / f".scannet_5_000009.bin.{os.getpid()}.partial"
    being_written.write_bytes(b"hal")
    assert list(write_dataset(preset_of("scannet"), folder, 1)) == [4]
    assert being_written.read_bytes() == b"hal"


def test_what_is_there_stays_and_what_is_missing_is_made(root, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(root, folder)
    # As if it had been stopped while room 2 was written.
    for name in ("scannet_infos_train.pkl", "scannet_infos_val.pkl", "scannet_infos_test.pkl"):
        (folder / name).unlink()
    (folder / ".infos" / "000002.pkl").unlink()
    (folder / "semantic_mask" / "scannet_5_000002.bin").unlink()
    (folder / "semantic_mask" / f".scannet_5_000002.bin.{nobody()}.partial").write_bytes(b"hal")
    before = (folder / "points" / "scannet_5_000001.bin").stat().st_mtime_ns
    assert list(write_dataset(preset_of("scannet"), folder, 1)) == [3, 4]
    assert contents(folder) == contents(root)
    assert (folder / "points" / "scannet_5_000001.bin").stat().st_mtime_ns == before


def test_more_rooms_are_added(root, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(root, folder)
    assert list(write_dataset(preset_of("scannet", arrangements=6), folder, 1)) == [4, 5, 6]
    names = [IndoorInfos(folder / f"scannet_infos_{split}.pkl").names for split in ("train", "val", "test")]
    assert sum(map(len, names)) == 6


@pytest.mark.slow
def test_several_processes_write_the_same(root, tmp_path):
    assert list(write_dataset(preset_of("scannet"), tmp_path, 2)) == [0, 1, 2, 3, 4]
    assert contents(tmp_path) == contents(root)


def test_a_folder_of_another_preset_is_not_mixed_up(root):
    with pytest.raises(
        InvalidConfigError, match=r"begun with another preset \('rooms.style' was 'scannet'\)"
    ):
        list(write_dataset(preset_of("s3dis"), root, 1))


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        list(write_dataset(preset_of("s3dis"), tmp_path / "file" / "in", 1))
