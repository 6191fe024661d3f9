"""Time by stage."""

from __future__ import annotations

import time

import pytest

from pose_nodes.core.stopwatch import Stopwatch


def test_stages_are_listed_in_the_order_they_were_met_and_add_up():
    watch = Stopwatch()
    for name in ("cloud", "icp", "cloud"):
        with watch.stage(name):
            time.sleep(0.01)
    assert list(watch.seconds) == ["cloud", "icp"]
    assert watch.seconds["cloud"] >= 0.02 and 0.01 <= watch.seconds["icp"]


def test_a_stage_that_fails_is_counted_too():
    watch = Stopwatch()
    with pytest.raises(ValueError, match="in the stage"), watch.stage("ransac"):
        raise ValueError("in the stage")
    assert watch.seconds["ransac"] > 0


def test_nothing_was_timed_at_first():
    assert Stopwatch().seconds == {}
