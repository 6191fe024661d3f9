"""A small preset with two boxes of a user, and the folder that it was written to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trimesh

from pose_nodes.synthetic.datasets.config import (
    ArrangementConfig,
    CameraConfig,
    DatasetConfig,
    ObjectsConfig,
    OutputConfig,
)
from pose_nodes.synthetic.datasets.writing import write_dataset


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def preset(tmp_path_factory) -> DatasetConfig:
    """Three arrangements of two or three boxes, two small images of each."""
    folder = tmp_path_factory.mktemp("meshes")
    for name, size in (("brick", [0.12, 0.06, 0.04]), ("die", [0.05, 0.05, 0.05])):
        trimesh.creation.box(size).export(folder / f"{name}.ply")
    objects = folder / "objects.yaml"
    objects.write_text("objects:\n  brick: {mesh: brick.ply}\n  die: {mesh: die.ply, symmetry: cube}\n")
    return DatasetConfig(
        seed=3,
        arrangements=3,
        objects=ObjectsConfig(objects_file=str(objects)),
        arrangement=ArrangementConfig(fewest=2, most=3, images=2),
        camera=CameraConfig(width=96, height=72, fx=90.0, fy=90.0, cx=47.5, cy=35.5),
    )


@pytest.fixture(scope="session")
def shards(preset) -> DatasetConfig:
    """The same as shards of three samples."""
    return replace(preset, output=OutputConfig(layout="shards", samples_per_shard=3))


@pytest.fixture(scope="session")
def written(preset, tmp_path_factory) -> Path:
    """The data set of the preset."""
    folder = tmp_path_factory.mktemp("data") / "boxes"
    assert list(write_dataset(preset, folder, 1)) == [0, 1, 2, 3]
    return folder
