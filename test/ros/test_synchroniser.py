"""Bringing together the messages of one moment."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pose_nodes.ros.stamps import to_nanoseconds, to_time
from pose_nodes.ros.synchroniser import Synchroniser

pytestmark = pytest.mark.ros

MS = 1_000_000


def image(milliseconds: float) -> Image:
    return Image(header=Header(stamp=to_time(int(milliseconds * MS))))


@pytest.fixture
def sets() -> list[tuple[int, ...]]:
    """Stamps of the sets that were handed on, milliseconds."""
    return []


@pytest.fixture
def synchroniser(sets) -> Synchroniser:
    def keep(*messages: Image) -> None:
        sets.append(tuple(to_nanoseconds(message.header.stamp) // MS for message in messages))

    return Synchroniser(["color", "depth", "info"], slop_s=0.03, queue_size=4, on_set=keep)


def feed(synchroniser: Synchroniser, **stamps: float) -> None:
    for stream, stamp in stamps.items():
        synchroniser.add(stream, image(stamp))


def test_messages_of_one_stamp_make_a_set_in_any_order(synchroniser, sets):
    feed(synchroniser, info=1000, depth=1000, color=1000)
    feed(synchroniser, color=1033, info=1033, depth=1033)
    assert sets == [(1000, 1000, 1000), (1033, 1033, 1033)]


def test_stamps_within_the_slop_make_a_set(synchroniser, sets):
    feed(synchroniser, color=1000, depth=1020, info=1005)
    assert sets == [(1000, 1020, 1005)]


def test_stamps_apart_by_more_than_the_slop_make_none_and_say_how_far(synchroniser, sets):
    for start in range(1000, 2000, 100):
        feed(synchroniser, color=start, info=start, depth=start + 50)
    statistics = synchroniser.statistics()
    assert sets == []
    assert statistics.completeness == 0.0
    assert statistics.offset_s == pytest.approx(0.05)
    assert statistics.unmatched == {"color": 6, "depth": 6, "info": 6}


def test_what_finds_no_counterpart_is_counted(synchroniser, sets):
    for start in range(1000, 2000, 100):
        feed(synchroniser, color=start, info=start)
        if start % 200 == 0:
            feed(synchroniser, depth=start)
    statistics = synchroniser.statistics()
    assert statistics.sets == len(sets) == 5
    assert statistics.received == {"color": 10, "info": 10, "depth": 5}
    assert statistics.unmatched["depth"] == 0
    assert statistics.completeness == 1.0


def test_after_a_jump_back_the_new_lap_is_matched_at_once(synchroniser, sets):
    for start in range(9000, 9400, 100):  # a lap whose depth is lost, so that its stamps wait in the queues
        feed(synchroniser, color=start, info=start)
    feed(synchroniser, color=1000, depth=1000, info=1000)
    feed(synchroniser, color=1033, depth=1033, info=1033)
    assert sets == [(1000, 1000, 1000), (1033, 1033, 1033)]


def test_a_late_message_of_the_old_lap_does_not_spoil_the_new_one(synchroniser, sets):
    feed(synchroniser, color=9000, depth=9000, info=9000)
    feed(synchroniser, color=1000, info=9033, depth=1000)
    feed(synchroniser, info=1000)
    assert sets == [(9000, 9000, 9000), (1000, 1000, 1000)]


def test_without_messages_nothing_is_known(synchroniser):
    statistics = synchroniser.statistics()
    assert statistics.completeness is None and statistics.offset_s is None
