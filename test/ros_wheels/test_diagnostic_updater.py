"""Contract of diagnostic_updater, as far as the stand-in goes."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from diagnostic_updater import (
    CompositeDiagnosticTask,
    DiagnosedPublisher,
    DiagnosticStatusWrapper,
    FrequencyStatus,
    FrequencyStatusParam,
    FunctionDiagnosticTask,
    HeaderlessTopicDiagnostic,
    TimeStampStatus,
    TimeStampStatusParam,
    TopicDiagnostic,
    Updater,
)
from rclpy.clock import ROSClock
from rclpy.exceptions import ParameterAlreadyDeclaredException
from sensor_msgs.msg import Image
from std_msgs.msg import Header

pytestmark = pytest.mark.ros

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR
NEVER = 1e6


def status(level: bytes = OK, message: str = "") -> DiagnosticStatusWrapper:
    made = DiagnosticStatusWrapper()
    made.summary(level, message)
    return made


def told(stat: DiagnosticStatus) -> tuple[bytes, str]:
    return stat.level, stat.message


def values(stat: DiagnosticStatus) -> dict[str, str]:
    return {each.key: each.value for each in stat.values}


def says(level: bytes, message: str, **found: str) -> FunctionDiagnosticTask:
    def fill(stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        stat.summary(level, message)
        for key, value in found.items():
            stat.add(key, value)
        return stat

    return FunctionDiagnosticTask(message, fill)


@pytest.fixture
def published(node) -> list[DiagnosticArray]:
    got: list[DiagnosticArray] = []
    node.create_subscription(DiagnosticArray, "/diagnostics", got.append, 10)
    return got


@pytest.fixture
def updater(node, published, spin_until) -> Updater:
    """Publishes when forced to; somebody listens."""
    made = Updater(node, period=NEVER)
    made.setHardwareID("camera")
    assert spin_until(lambda: made.publisher.get_subscription_count() == 1)
    return made


def test_a_wrapper_is_a_status():
    made = status(WARN, "slow")
    made.add("rate", "3")
    assert isinstance(made, DiagnosticStatus)
    assert (told(made), values(made)) == ((WARN, "slow"), {"rate": "3"})


def test_a_summary_can_be_copied():
    made = status()
    made.summary(status(WARN, "slow"))
    assert told(made) == (WARN, "slow")


def test_a_cleared_summary_is_ok_and_empty():
    made = status(WARN, "slow")
    made.clearSummary()
    assert told(made) == (OK, "")


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ((OK, "fine"), (WARN, "slow"), (WARN, "slow")),
        ((WARN, "slow"), (OK, "fine"), (WARN, "slow")),
        ((WARN, "slow"), (ERROR, "dead"), (ERROR, "slow; dead")),
        ((ERROR, "dead"), (WARN, "slow"), (ERROR, "dead; slow")),
        ((OK, "a"), (OK, "b"), (OK, "a; b")),
        ((OK, ""), (OK, "b"), (OK, "b")),
    ],
)
def test_merged_summaries_keep_the_problems(first, second, merged):
    made = status(*first)
    made.mergeSummary(*second)
    assert told(made) == merged
    other = status(*first)
    other.mergeSummary(status(*second))
    assert told(other) == merged


def test_a_composite_task_merges_its_parts():
    task = CompositeDiagnosticTask("both")
    task.addTask(says(OK, "fine", a="1"))
    task.addTask(says(WARN, "slow", b="2"))
    stat = task.run(status())
    assert (task.getName(), told(stat), values(stat)) == ("both", (WARN, "slow"), {"a": "1", "b": "2"})


def test_an_updater_publishes_what_its_tasks_say(node, updater, published, spin_until):
    updater.add(says(WARN, "slow", rate="3"))
    updater.add("plain", says(OK, "fine").run)
    updater.force_update()
    assert spin_until(lambda: any(len(array.status) == 2 for array in published))
    slow, fine = published[-1].status
    assert (slow.name, told(slow), values(slow)) == ("contract: slow", (WARN, "slow"), {"rate": "3"})
    assert (fine.name, told(fine), fine.hardware_id) == ("contract: plain", (OK, "fine"), "camera")
    assert published[-1].header.stamp.sec > 0


def test_a_task_that_says_nothing_is_an_error(updater, published, spin_until):
    updater.add("silent", lambda stat: stat)
    updater.force_update()
    assert spin_until(lambda: len(published) == 2)
    assert published[-1].status[0].level == ERROR


def test_a_new_task_is_announced(updater, published, spin_until):
    updater.add(says(ERROR, "dead"))
    assert spin_until(lambda: len(published) == 1)
    assert told(published[0].status[0]) == (OK, "Node starting up")


def test_an_updater_publishes_by_itself(node, published, spin_until):
    updater = Updater(node, period=0.05)
    updater.setHardwareID("none")
    updater.add(says(OK, "fine"))
    assert spin_until(lambda: sum(array.status[0].message == "fine" for array in published) >= 2)


def test_the_period_is_a_parameter(node):
    assert Updater(node, period=2.5).period == 2.5
    assert node.get_parameter("diagnostic_updater.period").value == 2.5


def test_the_period_can_change(node, published, spin_until):
    updater = Updater(node, period=NEVER)
    updater.setHardwareID("none")
    updater.add(says(OK, "fine"))
    updater.period = 0.05
    assert updater.period == 0.05
    assert spin_until(lambda: any(array.status[0].message == "fine" for array in published))


def test_a_node_has_one_updater(node):
    Updater(node)
    with pytest.raises(ParameterAlreadyDeclaredException):
        Updater(node)


def test_a_removed_task_is_silent(updater, published, spin_until):
    updater.add(says(OK, "fine"))
    updater.add(says(WARN, "slow"))
    assert updater.removeByName("fine")
    assert not updater.removeByName("fine")
    updater.force_update()
    assert spin_until(lambda: len(published) == 3)
    assert [stat.name for stat in published[-1].status] == ["contract: slow"]


def test_a_broadcast_speaks_for_all_tasks(updater, published, spin_until):
    updater.add(says(OK, "fine"))
    updater.add(says(OK, "good"))
    updater.broadcast(ERROR, "going down")
    assert spin_until(lambda: len(published) == 3)
    assert [told(stat) for stat in published[-1].status] == [(ERROR, "going down")] * 2


def frequency(ticks: int, **bounds: float) -> DiagnosticStatus:
    """What is said of some events in 50 ms."""
    task = FrequencyStatus(FrequencyStatusParam(bounds, tolerance=0.1, window_size=3))
    for _ in range(ticks):
        task.tick()
    time.sleep(0.05)
    return task.run(status())


@pytest.mark.parametrize(
    ("ticks", "bounds", "level"),
    [
        (0, {"min": 1}, ERROR),
        (5, {"min": 1000}, WARN),
        (5, {"min": 1, "max": 2}, WARN),
        (5, {"min": 1, "max": 1000}, OK),
        (5, {"min": 1}, OK),
    ],
)
def test_frequency_is_held_against_its_bounds(ticks, bounds, level):
    assert frequency(ticks, **bounds).level == level


def test_frequency_is_told_with_its_bounds():
    found = values(frequency(5, min=10, max=2000))
    assert found["Events in window"] == "5"
    assert 40 < float(found["Actual frequency (Hz)"]) <= 100
    assert float(found["Minimum acceptable frequency (Hz)"]) == pytest.approx(9)
    assert float(found["Maximum acceptable frequency (Hz)"]) == pytest.approx(2200)


def test_frequency_looks_back_over_its_window():
    task = FrequencyStatus(FrequencyStatusParam({"min": 0.1}, window_size=2))
    task.tick()
    time.sleep(0.01)
    events = []
    for _ in range(3):
        events.append(values(task.run(status()))["Events in window"])
    assert events == ["1", "1", "0"]


def test_cleared_frequency_begins_anew():
    task = FrequencyStatus(FrequencyStatusParam({"min": 0.1}))
    task.tick()
    task.clear()
    time.sleep(0.01)
    assert task.run(status()).level == ERROR


def ages(*seconds: float) -> DiagnosticStatus:
    """What is said of stamps that lie so long in the past."""
    task = TimeStampStatus(TimeStampStatusParam(min_acceptable=-1, max_acceptable=2))
    for age in seconds:
        task.tick(ROSClock().now().nanoseconds * 1e-9 - age)
    return task.run(status())


@pytest.mark.parametrize(
    ("seconds", "level"),
    [((), WARN), ((0.5, 1.5), OK), ((0.5, 3.0), ERROR), ((-3.0, 0.5), ERROR)],
)
def test_stamps_must_be_neither_old_nor_from_the_future(seconds, level):
    assert ages(*seconds).level == level


def test_a_stamp_of_zero_is_an_error():
    task = TimeStampStatus(TimeStampStatusParam())
    task.tick(ROSClock().now())
    task.tick(0.0)
    assert task.run(status()).level == ERROR


def test_bad_stamps_are_told_once():
    task = TimeStampStatus(TimeStampStatusParam())
    task.tick(1.0)
    assert task.run(status()).level == ERROR
    task.tick(ROSClock().now())
    assert task.run(status()).level == OK


def test_a_topic_without_stamps_is_judged_by_its_rate(updater):
    topic = HeaderlessTopicDiagnostic("image", updater, FrequencyStatusParam({"min": 0.1}))
    topic.tick()
    time.sleep(0.01)
    assert topic.getName() == "image topic status"
    assert topic.run(status()).level == OK


def test_a_topic_is_judged_by_rate_and_stamps(updater):
    topic = TopicDiagnostic("image", updater, FrequencyStatusParam({"min": 0.1}), TimeStampStatusParam())
    topic.tick(ROSClock().now())
    time.sleep(0.01)
    assert topic.run(status()).level == OK
    topic.tick(1.0)
    time.sleep(0.01)
    assert topic.run(status()).level == ERROR


def test_a_topic_is_asked_by_its_updater(updater, published, spin_until):
    HeaderlessTopicDiagnostic("image", updater, FrequencyStatusParam({"min": 0.1}))
    updater.force_update()
    assert spin_until(lambda: len(published) == 2)
    assert published[-1].status[0].name == "contract: image topic status"


def test_a_diagnosed_publisher_publishes_and_counts(node, updater, spin_until):
    got: list[Image] = []
    node.create_subscription(Image, "image", got.append, 10)
    frequency, stamps = FrequencyStatusParam({"min": 0.1}), TimeStampStatusParam()
    publisher = DiagnosedPublisher(node.create_publisher(Image, "image", 10), updater, frequency, stamps)
    assert spin_until(lambda: publisher.publisher.get_subscription_count() == 1)
    publisher.publish(Image(header=Header(stamp=ROSClock().now().to_msg())))
    assert spin_until(lambda: len(got) == 1)
    assert publisher.run(status()).level == OK
