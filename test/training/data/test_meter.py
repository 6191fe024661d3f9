"""The meter of a loader."""

from __future__ import annotations

import math

import pytest

from training.data.meter import LoaderMeter


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_waiting_and_using_are_told_apart():
    clock = Clock()
    meter = LoaderMeter(clock)
    for _ in range(4):
        with meter.waiting():
            clock.now += 1.0
        meter.count(8)
        clock.now += 3.0
    assert meter.seconds == 16.0 and meter.waited == 4.0
    assert meter.samples_per_second == pytest.approx(32 / 16)
    assert meter.waiting_share == pytest.approx(4 / 16)
    assert str(meter) == "32 samples in 16.0 s: 2.0 a second; waited 4.0 s for them (25 %)"


def test_one_batch_has_the_rate_of_all_the_time_that_it_took():
    clock = Clock()
    meter = LoaderMeter(clock)
    with meter.waiting():
        clock.now += 0.1
    meter.count(2)
    clock.now += 0.9
    assert meter.samples_per_second == pytest.approx(2.0) and meter.waiting_share == pytest.approx(0.1)


def test_before_the_first_sample_there_are_no_figures():
    meter = LoaderMeter()
    assert str(meter) == "no samples yet" and math.isnan(meter.samples_per_second)
    assert math.isnan(meter.waiting_share)


def test_after_a_reset_only_later_samples_count():
    clock = Clock()
    meter = LoaderMeter(clock)
    with meter.waiting():
        clock.now += 50.0
    meter.count(100)
    meter.reset()
    with meter.waiting():
        clock.now += 2.0
    meter.count(4)
    assert meter.samples == 4 and meter.seconds == 2.0
