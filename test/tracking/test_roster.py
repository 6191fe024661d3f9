"""Who is there, who is new, who is forgotten."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import UnknownObjectError
from pose_nodes.core.track import TrackState
from pose_nodes.tracking.config import StateConfig
from pose_nodes.tracking.motion_filter import MotionConfig, MotionFilter
from pose_nodes.tracking.roster import Roster

SECOND = 1_000_000_000


@pytest.fixture
def roster() -> Roster:
    """Three tracks: die_0, die_1, mug_0."""
    roster = Roster(["die", "mug"], StateConfig(forget_after=2.0), MotionFilter(MotionConfig()))
    for name in ("die", "die", "mug"):
        roster.make(name, 0)
    return roster


def ids(roster: Roster) -> list[str]:
    return [machine.id for machine in roster]


def machine_of(roster: Roster, track_id: str):
    return next(machine for machine in roster if machine.id == track_id)


def test_tracks_are_numbered_by_class_and_stay_in_order(roster):
    assert ids(roster) == ["die_0", "die_1", "mug_0"]
    assert [machine.id for machine in roster.of_class("die")] == ["die_0", "die_1"]


def test_the_lowest_free_number_is_used_again(roster):
    roster.remove(machine_of(roster, "die_0"))
    assert roster.make("die", 0).id == "die_0"
    assert roster.make("die", 0).id == "die_2"


def test_a_track_that_was_replaced_is_no_longer_there(roster, found_at):
    old = machine_of(roster, "die_1")
    new = old.restarted(found_at([0.03, -0.02, 0.55]), SECOND)
    roster.replace(old, new)
    assert new in roster and old not in roster
    assert ids(roster) == ["die_0", "die_1", "mug_0"]


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        ([], ["die_0", "die_1", "mug_0"]),
        (["die_1"], ["die_1"]),
        (["die"], ["die_0", "die_1"]),
        (["mug", "die_0", "mug_0"], ["die_0", "mug_0"]),
    ],
)
def test_tracks_are_reset_by_id_by_class_or_all(roster, names, gone):
    assert roster.reset(names) == gone
    assert not set(ids(roster)) & set(gone) and len(ids(roster)) == 3 - len(gone)


def test_a_class_without_tracks_can_be_reset(roster):
    roster.reset(["mug"])
    assert roster.reset(["mug"]) == []


def test_an_unknown_name_is_told_and_nothing_is_reset(roster):
    with pytest.raises(
        UnknownObjectError, match=r"'die_7' is neither a track nor an object; there are die_0, "
    ):
        roster.reset(["die_0", "die_7"])
    assert ids(roster) == ["die_0", "die_1", "mug_0"]


def test_an_object_that_was_never_found_is_forgotten_when_its_segments_stay_away(roster):
    machine_of(roster, "die_1").see_segment(SECOND)
    roster.forget_unseen(2 * SECOND)
    assert ids(roster) == ["die_0", "die_1", "mug_0"]
    roster.forget_unseen(2 * SECOND + 1)
    assert ids(roster) == ["die_1"]


def test_an_object_that_was_found_once_is_not_forgotten(roster, found_at):
    machine_of(roster, "die_0").start(found_at([0.03, -0.02, 0.55]), 0)
    roster.forget_unseen(100 * SECOND)
    assert ids(roster) == ["die_0"]
    assert machine_of(roster, "die_0").state == TrackState.TRACKING
