"""Whether time goes forward."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.ros.stamp_order import Arrival, StampOrder
from pose_nodes.ros.stamps import NANOSECONDS, to_duration, to_nanoseconds, to_time

pytestmark = pytest.mark.ros


def judge(*seconds: float) -> list[Arrival]:
    order = StampOrder()
    return [order.judge(int(value * NANOSECONDS)) for value in seconds]


def test_rising_stamps_are_new():
    assert judge(1.0, 1.033, 5.0) == [Arrival.NEW] * 3


def test_the_same_stamp_and_a_little_older_ones_are_stale():
    assert judge(5.0, 5.0, 4.9, 4.0) == [Arrival.NEW] + [Arrival.STALE] * 3


def test_a_stale_stamp_does_not_turn_time_back():
    assert judge(5.0, 4.5, 4.9) == [Arrival.NEW, Arrival.STALE, Arrival.STALE]


def test_more_than_a_second_back_is_one_restart():
    assert judge(5.0, 1.0, 1.033, 1.066) == [Arrival.NEW, Arrival.RESTART, Arrival.NEW, Arrival.NEW]


def test_a_lap_of_less_than_a_second_begins_anew_after_some_rising_stamps():
    lap = [5.0 + 0.05 * number for number in range(15)]
    arrivals = judge(*lap, *lap)
    assert arrivals[:15] == [Arrival.NEW] * 15
    assert arrivals[15:] == [Arrival.STALE] * 8 + [Arrival.RESTART] + [Arrival.NEW] * 6


def test_a_camera_that_repeats_an_image_does_not_restart_time():
    assert judge(*[5.0] * 30) == [Arrival.NEW] + [Arrival.STALE] * 29


@given(st.integers(0, 2**31 * NANOSECONDS - 1))
def test_stamps_survive_the_way_through_a_message(nanoseconds):
    assert to_nanoseconds(to_time(nanoseconds)) == nanoseconds


@given(st.integers(-100 * NANOSECONDS, 100 * NANOSECONDS))
def test_durations_survive_the_way_through_a_message(nanoseconds):
    message = to_duration(nanoseconds)
    assert message.sec * NANOSECONDS + message.nanosec == nanoseconds
    assert 0 <= message.nanosec < NANOSECONDS
