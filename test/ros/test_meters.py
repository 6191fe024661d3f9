"""Rates, durations, problems, throttles: what diagnostics rest on."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.ros.meters import DurationMeter, RateMeter
from pose_nodes.ros.problems import ProblemLog
from pose_nodes.ros.throttle import Throttle

pytestmark = pytest.mark.ros


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tick(meter: RateMeter, clock: Clock, count: int, period: float) -> None:
    for _ in range(count):
        meter.tick()
        clock.now += period
    clock.now -= period


def test_a_steady_stream_has_its_rate(clock):
    meter = RateMeter(5.0, clock)
    tick(meter, clock, 31, 0.1)
    assert meter.rate() == pytest.approx(10.0)
    assert meter.count == 31


def test_silence_lowers_the_rate_and_then_ends_it(clock):
    meter = RateMeter(5.0, clock)
    tick(meter, clock, 11, 0.1)
    clock.now += 1.0
    assert meter.rate() == pytest.approx(10 / 1.9)
    assert meter.silence_s() == pytest.approx(1.0)
    clock.now += 10.0
    assert meter.rate() == 0.0
    assert meter.recent() == 0
    assert math.isinf(meter.silence_s())


def test_percentiles_are_those_of_the_last_durations():
    meter = DurationMeter(length=100)
    for value in [1000.0, *range(1, 101)]:
        meter.add(float(value))
    percentiles = meter.percentiles()
    assert percentiles.p50 == pytest.approx(50.5)
    assert percentiles.p95 == pytest.approx(95.05)


def test_without_durations_percentiles_are_nan():
    assert math.isnan(DurationMeter().percentiles().p50)


def test_a_problem_is_logged_once_and_again_after_the_period(clock):
    logged: list[str] = []
    log = ProblemLog(logged.append, log_period_s=5.0, keep_s=10.0, clock=clock)
    for _ in range(4):
        log.report("depth is 1 m", "depth")
        clock.now += 2.0
    assert logged == ["depth is 1 m", "depth is 1 m"]
    assert [(problem.sentence, problem.count) for problem in log.recent()] == [("depth is 1 m", 4)]


def test_problems_of_one_kind_keep_the_last_sentence(clock):
    log = ProblemLog(lambda _: None, clock=clock)
    log.report("depth is 1 m", "depth")
    log.report("no K")
    log.report("depth is 2 m", "depth")
    assert [problem.sentence for problem in log.recent()] == ["depth is 2 m", "no K"]


def test_old_problems_are_forgotten(clock):
    log = ProblemLog(lambda _: None, keep_s=10.0, clock=clock)
    log.report("no K")
    clock.now += 10.1
    assert log.recent() == []


def test_endless_new_problems_do_not_fill_the_memory(clock):
    log = ProblemLog(lambda _: None, clock=clock)
    for number in range(1000):
        log.report(f"problem {number}")
    recent = log.recent()
    assert len(recent) < 50
    assert recent[0].sentence == "problem 999"


def test_a_throttle_opens_at_its_rate(clock):
    throttle = Throttle(clock)
    opened = 0
    for _ in range(300):  # 10 s at 30 Hz
        opened += throttle.opens(10.0)
        clock.now += 1 / 30
    assert 99 <= opened <= 101
