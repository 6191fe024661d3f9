"""The section on the desk video: what is supplied, and that every miss is told."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_data import BUNNY
from pose_nodes.commands.bench_desk import (
    SUPPLIES,
    Miss,
    ObjectFigures,
    Supply,
    desk_tables,
    follow,
    measure_desk,
)
from pose_nodes.commands.recordings import open_recording
from pose_nodes.metrics.summary import PoseError


@pytest.fixture(scope="module")
def bunny():
    return open_recording(BUNNY.scene, BUNNY.objects_file, BUNNY.rate_hz)


def test_it_is_a_section_with_half_of_the_images_and_with_late_masks():
    assert "desk_video" in SECTIONS
    assert {supply.every for supply in SUPPLIES} == {1, 2}
    late = max(SUPPLIES, key=lambda supply: supply.delay)
    assert (late.masks_every, late.delay) == (30, 15)  # 1 Hz and 500 ms at 30 Hz


def test_without_the_desk_video_nothing_is_measured():
    assert measure_desk([BUNNY], seed=0) == [] and desk_tables([]) == []


def test_masks_that_come_late_give_a_pose_in_the_image_in_which_they_come(bunny):
    (figures,) = follow(*bunny, Supply("late", masks_every=100, delay=3), seed=0)
    assert figures.frames == 33
    missed = [miss.index for miss in figures.misses if miss.error is None]
    assert 3 not in missed and len(missed) <= 1


def test_only_the_images_that_are_supplied_count(bunny):
    (figures,) = follow(*bunny, Supply("few", every=12), seed=0)
    assert figures.frames == 3
    assert len(figures.errors) + sum(miss.error is None for miss in figures.misses) == 3


def test_a_miss_of_a_wrong_reference_is_told_apart():
    poses = PoseError(0.001, np.deg2rad(1.0)), PoseError(0.003, np.deg2rad(3.0))
    misses = (
        Miss("cube", 72, PoseError(0.06, np.deg2rad(6.0)), is_excused=True),
        Miss("cube", 73, PoseError(0.01, np.deg2rad(6.0))),
        Miss("cube", 74, None),
    )
    figures = ObjectFigures(SUPPLIES[0], "cube", 5, poses, misses)
    rows, told = desk_tables([figures])
    assert rows.rows[0][1:7] == ("recorded", "cube", "5", "40.0 %", "3", "1") and rows.rows[0][7] == "2.0"
    assert [row[3:] for row in told.rows] == [
        ("72", "60.0", "6.0", "yes"),
        ("73", "10.0", "6.0", ""),
        ("74", "-", "-", ""),
    ]
