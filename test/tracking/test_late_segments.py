"""Segmentations that come before, with and after their frames."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.tracking.config import HistoryConfig
from pose_nodes.tracking.history import FrameHistory
from pose_nodes.tracking.late_segments import LateSegments

CAMERA = PinholeCamera(10.0, 10.0, 2.0, 2.0, 4, 4)
SEGMENT = Segment(np.ones((4, 4), bool), "cup")
SECOND = 1_000_000_000


@pytest.fixture
def history() -> FrameHistory:
    return FrameHistory(HistoryConfig(seconds=2.0, stamp_tolerance=0.002))


@pytest.fixture
def late(history) -> LateSegments:
    return LateSegments(history)


def frame(seconds: float) -> Frame:
    return Frame(round(seconds * SECOND), "camera", CAMERA, np.ones((4, 4), np.float32))


def taken_stamps(late: LateSegments) -> list[int]:
    return [frame.stamp_ns for frame, _ in late.take()]


def test_segments_wait_for_their_frame(history, late):
    late.add(SECOND, [SEGMENT])
    assert late.take() == []
    history.add(frame(0.5))
    assert late.take() == []
    history.add(frame(1.0))
    assert taken_stamps(late) == [SECOND]
    assert late.take() == [] and late.unmatched == 0


def test_segments_that_are_late_meet_their_own_frame(history, late):
    for seconds in (1.0, 1.1, 1.2, 1.3):
        history.add(frame(seconds))
    late.add(round(1.1 * SECOND) + 1_000_000, [SEGMENT])  # a millisecond off, within the tolerance
    assert taken_stamps(late) == [round(1.1 * SECOND)]


def test_they_are_taken_in_order_of_time(history, late):
    for seconds in (1.0, 1.1, 1.2):
        history.add(frame(seconds))
    for seconds in (1.2, 1.0, 1.1):
        late.add(round(seconds * SECOND), [SEGMENT])
    assert taken_stamps(late) == [round(s * SECOND) for s in (1.0, 1.1, 1.2)]


def test_segments_whose_frame_never_was_or_is_gone_are_counted(history, late):
    history.add(frame(1.0))
    history.add(frame(5.0))  # the first frame is now too old
    late.add(SECOND, [SEGMENT])
    late.add(3 * SECOND, [SEGMENT])
    assert late.take() == [] and late.unmatched == 2


def test_only_so_many_wait_for_frames_that_do_not_come(history, late):
    for number in range(150):
        late.add((100 + number) * SECOND, [SEGMENT])
    assert late.take() == [] and late.unmatched == 50
    late.clear()
    for seconds in (100.0 + number for number in range(150)):
        history.add(frame(seconds))
    assert late.take() == []
