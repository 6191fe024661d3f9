"""Frames of the last seconds, by stamp."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.tracking.config import HistoryConfig
from pose_nodes.tracking.history import FrameHistory

CAMERA = PinholeCamera(10.0, 10.0, 2.0, 1.5, 4, 3)
MILLISECOND = 1_000_000


def frame_at(milliseconds: int) -> Frame:
    depth, color = np.ones(CAMERA.shape, np.float32), np.zeros((3, 4, 3), np.uint8)
    return Frame(milliseconds * MILLISECOND, "camera", CAMERA, depth, color)


def stamps(frames: list[Frame]) -> list[int]:
    return [frame.stamp_ns // MILLISECOND for frame in frames]


@pytest.fixture
def history() -> FrameHistory:
    """Frames at 0, 100, ... 900 ms; stamps may differ by 2 ms."""
    history = FrameHistory(HistoryConfig(seconds=3.0, frames=90, stamp_tolerance=0.002))
    for milliseconds in range(0, 1000, 100):
        history.add(frame_at(milliseconds))
    return history


@pytest.mark.parametrize("off", [-2, 0, 2])
def test_a_frame_is_found_by_its_stamp_within_the_tolerance(history, off):
    assert history.at((300 + off) * MILLISECOND).stamp_ns == 300 * MILLISECOND


@pytest.mark.parametrize("milliseconds", [303, 350, -50, 2000])
def test_there_is_no_frame_of_another_stamp(history, milliseconds):
    assert history.at(milliseconds * MILLISECOND) is None


def test_between_begins_after_one_stamp_and_ends_with_the_other(history):
    assert stamps(history.between(300 * MILLISECOND, 600 * MILLISECOND)) == [400, 500, 600]
    assert stamps(history.between(350 * MILLISECOND, 410 * MILLISECOND)) == [400]
    assert history.between(600 * MILLISECOND, 300 * MILLISECOND) == []
    assert stamps(history.between(850 * MILLISECOND, 10_000 * MILLISECOND)) == [900]


def test_frames_are_kept_for_so_many_seconds():
    history = FrameHistory(HistoryConfig(seconds=0.35))
    for milliseconds in range(0, 1000, 100):
        history.add(frame_at(milliseconds))
    assert stamps(history.between(-1, 1000 * MILLISECOND)) == [600, 700, 800, 900]


@given(st.integers(2, 12), st.integers(0, 60))
def test_no_more_than_so_many_frames_are_kept_the_first_and_the_newest_among_them(most, count):
    history = FrameHistory(HistoryConfig(frames=most, seconds=60.0))
    for milliseconds in range(count):
        history.add(frame_at(milliseconds))
    kept = stamps(history.between(-1, count * MILLISECOND))
    assert len(kept) <= most and kept == sorted(kept)
    if count:
        assert kept[0] == 0 and kept[-1] == count - 1


def test_of_many_frames_the_older_ones_are_thinned():
    history = FrameHistory(HistoryConfig(frames=20, seconds=60.0))
    for milliseconds in range(200):
        history.add(frame_at(milliseconds))
    steps = np.diff(stamps(history.between(-1, 200 * MILLISECOND)))
    assert (steps[-9:] == 1).all()
    assert steps[0] > 10


def test_colour_is_kept_of_the_newest_frames_alone(history):
    kept = [frame.color is not None for frame in history.between(-1, 1000 * MILLISECOND)]
    assert kept == [False] * 7 + [True] * 3
    assert history.at(0).depth is not None


def test_an_empty_history_has_neither_frames_nor_a_newest_one(history):
    assert history.newest_ns == 900 * MILLISECOND
    history.clear()
    assert history.newest_ns is None
    assert history.at(0) is None and history.between(-1, 10**12) == []
