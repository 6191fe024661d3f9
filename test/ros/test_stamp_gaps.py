"""What is missing of a steady stream."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.ros.stamp_gaps import StampGaps

pytestmark = pytest.mark.ros

PERIOD_NS = 33_333_333


def gaps_of(stamps) -> StampGaps:
    gaps = StampGaps()
    for stamp in stamps:
        gaps.add(int(stamp))
    return gaps


def test_a_stream_with_jitter_misses_nothing(rng):
    stamps = PERIOD_NS * (np.arange(200) + rng.uniform(-0.1, 0.1, 200))
    assert gaps_of(stamps).missed() == (0, 199)


def test_each_message_that_is_left_out_is_counted():
    stamps = np.delete(PERIOD_NS * np.arange(100), [20, 50, 51, 80])
    assert gaps_of(stamps).missed() == (4, 95)


def test_a_pause_and_a_step_back_are_no_losses():
    lap = PERIOD_NS * np.arange(40)
    stamps = [*(lap + 10**10), *(lap + 10**11), *lap]
    assert gaps_of(stamps).missed() == (0, 3 * 39)


def test_of_a_few_messages_nothing_is_concluded():
    assert gaps_of([0, PERIOD_NS, 5 * PERIOD_NS]).missed() == (0, 2)
