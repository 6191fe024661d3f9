"""Contract of message_filters, as the nodes use it."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from message_filters import ApproximateTimeSynchronizer, Cache, SimpleFilter, Subscriber, TimeSynchronizer
from rclpy.clock import ClockType
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

pytestmark = pytest.mark.ros

MS = 1_000_000


def stamp(milliseconds: float) -> Time:
    return Time(nanoseconds=10_000_000_000 + int(milliseconds * MS), clock_type=ClockType.ROS_TIME)


def image(milliseconds: float, name: str = "") -> Image:
    return Image(header=Header(stamp=stamp(milliseconds).to_msg(), frame_id=name))


def milliseconds(message: Image) -> float:
    return (Time.from_msg(message.header.stamp).nanoseconds - 10_000_000_000) / MS


def synchronised(
    kind: type, inputs: int, *options: float
) -> tuple[list[SimpleFilter], list[tuple[float, ...]]]:
    """The inputs of a synchroniser, and the stamps of the sets that it hands on."""
    filters = [SimpleFilter() for _ in range(inputs)]
    sets: list[tuple[float, ...]] = []
    kind(filters, *options).registerCallback(lambda *found: sets.append(tuple(map(milliseconds, found))))
    return filters, sets


def test_callbacks_get_the_message_and_their_own_arguments():
    got = []
    one = SimpleFilter()
    one.registerCallback(lambda *given: got.append(given), "mine", 2)
    one.registerCallback(lambda *given: got.append(given))
    one.signalMessage("a", "b")
    assert got == [("a", "b", "mine", 2), ("a", "b")]


def test_subscriber_hands_on_what_is_published(node, spin_until):
    got = []
    subscriber = Subscriber(node, String, "words", qos_profile=qos_profile_sensor_data)
    subscriber.registerCallback(got.append)
    publisher = node.create_publisher(String, "words", qos_profile_sensor_data)
    assert spin_until(lambda: publisher.get_subscription_count() == 1)
    publisher.publish(String(data="hello"))
    assert spin_until(lambda: got == [String(data="hello")])


def test_subscriber_has_the_quality_of_service_that_was_asked_for(node):
    Subscriber(node, String, "words", qos_profile=qos_profile_sensor_data)
    (endpoint,) = node.get_subscriptions_info_by_topic("/words")
    assert endpoint.qos_profile.reliability == qos_profile_sensor_data.reliability


def test_subscriber_knows_its_topic(node):
    assert Subscriber(node, String, "words").getTopic() == "words"


def test_exact_synchroniser_hands_on_equal_stamps_alone():
    (left, right), sets = synchronised(TimeSynchronizer, 2, 10)
    left.signalMessage(image(0))
    right.signalMessage(image(1))
    left.signalMessage(image(1))
    assert sets == [(1, 1)]


def test_exact_synchroniser_drops_the_oldest_of_a_full_queue():
    (left, right), sets = synchronised(TimeSynchronizer, 2, 2)
    for time in (0, 1, 2):
        left.signalMessage(image(time))
    right.signalMessage(image(0))
    right.signalMessage(image(2))
    assert sets == [(2, 2)]


def test_approximate_synchroniser_hands_on_what_lies_within_the_slop():
    (left, middle, right), sets = synchronised(ApproximateTimeSynchronizer, 3, 10, 0.02)
    left.signalMessage(image(0))
    middle.signalMessage(image(12))
    right.signalMessage(image(7))
    assert sets == [(0, 12, 7)]


@pytest.mark.parametrize("last", [21, -21])
def test_approximate_synchroniser_keeps_back_what_is_outside_the_slop(last):
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 10, 0.02)
    left.signalMessage(image(0))
    right.signalMessage(image(last))
    assert sets == []


def test_approximate_synchroniser_looks_at_the_whole_spread_of_a_set():
    (left, middle, right), sets = synchronised(ApproximateTimeSynchronizer, 3, 10, 0.02)
    left.signalMessage(image(0))
    middle.signalMessage(image(30))
    right.signalMessage(image(15))
    assert sets == []


def test_approximate_synchroniser_takes_the_nearest():
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 10, 0.05)
    left.signalMessage(image(0))
    left.signalMessage(image(33))
    right.signalMessage(image(30))
    assert sets == [(33, 30)]


def test_approximate_synchroniser_uses_each_message_once():
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 10, 0.05)
    left.signalMessage(image(0))
    right.signalMessage(image(1))
    right.signalMessage(image(2))
    assert sets == [(0, 1)]


def test_approximate_synchroniser_forgets_the_oldest_of_a_full_queue():
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 3, 0.005)
    for time in (0, 100, 200, 300):
        left.signalMessage(image(time))
    right.signalMessage(image(0))
    right.signalMessage(image(300))
    assert sets == [(300, 300)]


def test_approximate_synchroniser_ignores_what_is_older_than_a_full_queue():
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 2, 0.005)
    right.signalMessage(image(0))
    for time in (100, 200, 0):
        left.signalMessage(image(time))
    assert sets == []


def test_queues_show_what_waits_by_stamp():
    filters = [SimpleFilter(), SimpleFilter()]
    synchroniser = ApproximateTimeSynchronizer(filters, 10, 0.005)
    filters[1].signalMessage(image(7))
    assert [list(queue) for queue in synchroniser.queues] == [[], [stamp(7).nanoseconds]]


def test_a_cleared_queue_is_an_empty_one():
    filters = [SimpleFilter(), SimpleFilter()]
    sets = []
    synchroniser = ApproximateTimeSynchronizer(filters, 10, 0.005)
    synchroniser.registerCallback(lambda *found: sets.append(tuple(map(milliseconds, found))))
    filters[0].signalMessage(image(0))
    synchroniser.queues[0].clear()
    filters[1].signalMessage(image(0))
    filters[0].signalMessage(image(1))
    assert sets == [(1, 0)]


def test_approximate_synchroniser_leaves_out_messages_without_header():
    (left, right), sets = synchronised(ApproximateTimeSynchronizer, 2, 10, 0.02)
    left.signalMessage(String())
    right.signalMessage(image(0))
    left.signalMessage(image(0))
    assert sets == [(0, 0)]


def test_approximate_synchroniser_takes_messages_without_header_where_told_to():
    filters, sets = [SimpleFilter(), SimpleFilter()], []
    ApproximateTimeSynchronizer(filters, 10, 5.0, allow_headerless=True).registerCallback(
        lambda *found: sets.append(found)
    )
    filters[0].signalMessage(String(data="left"))
    filters[1].signalMessage(String(data="right"))
    assert sets == [(String(data="left"), String(data="right"))]


def cached(size: int, *times: float) -> Cache:
    source = SimpleFilter()
    cache = Cache(source, size)
    for time in times:
        source.signalMessage(image(time))
    return cache


def test_cache_keeps_the_last_messages():
    cache = cached(2, 0, 10, 20)
    assert [milliseconds(each) for each in cache.getInterval(stamp(0), stamp(100))] == [10, 20]


def test_cache_hands_each_message_on():
    source, got = SimpleFilter(), []
    Cache(source, 1).registerCallback(lambda message: got.append(milliseconds(message)))
    source.signalMessage(image(0))
    source.signalMessage(image(10))
    assert got == [0, 10]


def test_interval_includes_its_ends():
    cache = cached(5, 0, 10, 20, 30)
    assert [milliseconds(each) for each in cache.getInterval(stamp(10), stamp(20))] == [10, 20]


def test_cache_finds_the_neighbours_of_a_moment():
    cache = cached(5, 0, 10, 20)
    assert milliseconds(cache.getElemBeforeTime(stamp(15))) == 10
    assert milliseconds(cache.getElemAfterTime(stamp(15))) == 20
    assert milliseconds(cache.getElemBeforeTime(stamp(10))) == 10
    assert milliseconds(cache.getElemAfterTime(stamp(10))) == 10


def test_cache_says_when_there_is_nothing():
    assert cached(5).getLast() is None
    assert cached(5).getLastestTime() is None
    assert cached(5, 10).getElemBeforeTime(stamp(9)) is None
    assert cached(5, 10).getElemAfterTime(stamp(11)) is None


def test_cache_knows_its_span():
    cache = cached(5, 0, 10, 20)
    assert cache.getOldestTime() == stamp(0)
    assert cache.getLastestTime() == stamp(20)
    assert milliseconds(cache.getLast()) == 20
