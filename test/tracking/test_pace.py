"""Searches are paid for with the time that following leaves."""

from __future__ import annotations

import pytest

from pose_nodes.tracking.pace import Pace

PERIOD_S = 0.033


def searches(following_s: float, search_s: float, frames: int = 300) -> list[bool]:
    """In which frames there was one, when every frame that may search does."""
    pace, found = Pace(), []
    for number in range(frames):
        pace.frame_came(number * PERIOD_S)
        found.append(pace.may_search())
        pace.frame_took(following_s + search_s * found[-1])
    return found


def test_where_there_is_time_every_frame_may_search():
    assert all(searches(0.010, 0.015))


def test_a_search_that_takes_longer_than_a_frame_is_followed_by_frames_without():
    found = searches(0.016, 0.040)[30:]
    assert 0.1 < sum(found) / len(found) < 0.4
    used = sum(0.016 + 0.040 * each for each in found)
    assert used <= 0.82 * PERIOD_S * len(found)  # what following and searches take fits between frames


def test_where_following_alone_is_too_slow_there_is_a_search_now_and_then():
    found = searches(0.050, 0.040)[30:]
    gaps = [len(gap) for gap in "".join("x" if each else "-" for each in found).split("x")[1:-1]]
    assert set(gaps) == {10}


def test_one_long_frame_does_not_forbid_searches_for_long():
    pace = Pace()
    for number in range(20):
        pace.frame_came(number * PERIOD_S)
        pace.frame_took(5.0 if number == 10 else 0.010)
    assert pace.may_search()


@pytest.mark.parametrize(("seconds", "is_slow"), [(0.030, False), (0.040, True)])
def test_it_knows_whether_frames_come_faster_than_they_are_followed(seconds, is_slow):
    pace = Pace()
    for number in range(20):
        pace.frame_came(number * PERIOD_S)
        pace.frame_took(seconds)
    assert pace.is_too_slow == is_slow


def test_before_the_rate_is_known_nothing_is_forbidden():
    pace = Pace()
    for number in range(5):
        pace.frame_came(number * PERIOD_S)
        pace.frame_took(1.0)
        assert pace.may_search() and not pace.is_too_slow


def test_a_single_gap_between_frames_does_not_change_the_rate():
    pace = Pace()
    for number in range(20):
        pace.frame_came(number * PERIOD_S + 10.0 * (number > 15))
        pace.frame_took(0.040)
    assert pace.is_too_slow
