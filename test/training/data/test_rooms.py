"""Rooms as samples."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.rooms.library import room_scene
from training.data.rooms import RoomOptions, Rooms
from training.data.stream import SampleStream

SMALL = RoomOptions(points=2000, style="s3dis")


def test_a_sample_has_the_arrays_of_its_room():
    source = Rooms("train", SMALL)
    sample, scene = source[3], room_scene("s3dis", 0, 3, 2000)
    for name in ("points", "colors", "instances", "semantics", "T_aligned_scan"):
        np.testing.assert_array_equal(getattr(sample, name), getattr(scene, name))
    for name in ("classes", "centres", "sizes", "yaws"):
        np.testing.assert_array_equal(getattr(sample, f"box_{name}"), getattr(scene.boxes, name))
    assert source.class_names == scene.class_names and sample.points.shape == (2000, 3)


def test_splits_and_seeds_have_rooms_of_their_own():
    sources = [
        Rooms(split, RoomOptions(points=200, style="s3dis", seed=seed))
        for split in ("train", "val", "test")
        for seed in (0, 1)
    ]
    assert len({source.scene(0).name for source in sources}) == 6
    assert len({source[0].points.tobytes() for source in sources}) == 6


def test_batches_of_rooms_are_lists():
    with SampleStream(Rooms("train", SMALL), 2) as stream:
        batch = next(stream)
    assert [part.shape for part in batch.arrays["points"]] == [(2000, 3)] * 2
    assert len(batch.arrays["box_classes"]) == 2 and batch.arrays["T_aligned_scan"].shape == (2, 4, 4)


def test_what_is_no_room_is_refused():
    with pytest.raises(InvalidConfigError, match="index -1 must be"):
        Rooms("train", SMALL)[-1]
    with pytest.raises(InvalidConfigError, match="split 'training' is unknown"):
        Rooms("training")
