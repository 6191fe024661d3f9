"""One object's life, on frames that show it or do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.track import TrackState
from pose_nodes.geometry import se3
from pose_nodes.tracking.config import StateConfig
from pose_nodes.tracking.motion_filter import MotionConfig, MotionFilter
from pose_nodes.tracking.track_machine import TrackMachine

PLACE = [0.03, -0.02, 0.55]
CONFIG = StateConfig(frames_to_lose=4, frames_to_trust=2, segments_to_disown=3)
SEARCHING, TRACKING, SUSPECT, LOST = TrackState
PERIOD_NS = 33_000_000


def new_machine(stamp_ns: int = 0, config: StateConfig = CONFIG) -> TrackMachine:
    return TrackMachine("die_0", "die", stamp_ns, config, MotionFilter(MotionConfig()))


@pytest.fixture
def machine(found_at) -> TrackMachine:
    """A track that was found in frame 0."""
    machine = new_machine(0)
    machine.start(found_at(PLACE), 0)
    return machine


@pytest.fixture
def play(show, die_estimator):
    """Follows a track through frames in which the die is at a place, or away (None); the states."""

    def through(machine: TrackMachine, first: int, *places: list[float] | None) -> list[TrackState]:
        states = []
        for index, place in enumerate(places, first):
            machine.follow(show(index, *([] if place is None else [place]))[0], die_estimator)
            states.append(machine.state)
        return states

    return through


def test_a_new_track_is_searched_and_has_no_pose():
    snapshot = new_machine(7).snapshot()
    assert (snapshot.id, snapshot.class_name, snapshot.state) == ("die_0", "die", SEARCHING)
    assert snapshot.estimate is None and snapshot.reason == "not looked for yet"
    assert snapshot.stamp_ns == snapshot.started_ns == snapshot.supported_ns == 7
    np.testing.assert_array_equal(snapshot.velocity, np.zeros(6))


def test_a_search_in_vain_leaves_its_reason(machine):
    searched = new_machine(0)
    searched.fail("too far away")
    assert searched.snapshot().reason == "too far away"
    machine.fail("too far away")
    assert machine.snapshot().reason.startswith("found: ")


def test_a_track_without_a_pose_only_lets_time_pass(play):
    machine = new_machine(0)
    assert play(machine, 1, PLACE, PLACE) == [SEARCHING, SEARCHING]
    assert machine.snapshot().stamp_ns == 2 * PERIOD_NS


def test_an_object_that_stays_is_tracked(machine, play):
    assert machine.state == TRACKING
    assert play(machine, 1, PLACE, PLACE, PLACE) == [TRACKING] * 3
    snapshot = machine.snapshot()
    assert snapshot.supported_ns == snapshot.stamp_ns == 3 * PERIOD_NS and snapshot.started_ns == 0
    assert snapshot.estimate.verified
    assert np.abs(snapshot.velocity).max() < 0.3


def test_without_evidence_it_is_doubted_at_once_and_lost_after_so_many_frames(machine, play):
    assert play(machine, 1, None, None, None) == [SUSPECT] * 3
    doubted = machine.snapshot()
    assert doubted.estimate is not None and not doubted.estimate.verified
    assert doubted.supported_ns == 0 and doubted.stamp_ns == 3 * PERIOD_NS
    np.testing.assert_array_equal(doubted.velocity, np.zeros(6))
    assert play(machine, 4, None, PLACE) == [LOST, LOST]
    lost = machine.snapshot()
    assert lost.estimate is None and lost.supported_ns == 0
    assert lost.reason.startswith("lost after 4 frames without evidence: no depth where the object should be")


def test_a_doubted_object_needs_so_many_good_frames_in_a_row(machine, play):
    assert play(machine, 1, None, None, PLACE, PLACE, PLACE) == [
        SUSPECT,
        SUSPECT,
        SUSPECT,
        TRACKING,
        TRACKING,
    ]


def test_good_frames_in_between_do_not_count_for_trust(machine, play):
    assert play(machine, 1, None, PLACE, None, PLACE) == [SUSPECT] * 4
    assert play(machine, 5, PLACE) == [TRACKING]


def test_trust_begins_the_count_of_doubt_anew(machine, play):
    play(machine, 1, None, None, None, PLACE, PLACE)
    assert play(machine, 6, None, None, None, None) == [SUSPECT, SUSPECT, SUSPECT, LOST]


def test_a_lost_object_is_tracked_again_when_it_was_found(machine, play, found_at):
    play(machine, 1, None, None, None, None)
    again = machine.restarted(found_at(PLACE), 5 * PERIOD_NS)
    assert machine.state == LOST
    assert (again.id, again.state) == ("die_0", TRACKING)
    assert again.snapshot().started_ns == 5 * PERIOD_NS
    assert play(again, 6, PLACE) == [TRACKING]


def test_segments_elsewhere_make_even_good_evidence_doubtful(machine, play):
    for index in (1, 2, 3):
        assert play(machine, index, PLACE) == [TRACKING]
        machine.miss_segment()
    assert play(machine, 4, PLACE) == [SUSPECT]
    assert machine.snapshot().reason == "the last 3 segmentations show the object elsewhere"
    assert play(machine, 5, PLACE, PLACE, PLACE) == [SUSPECT, SUSPECT, LOST]


def test_a_segment_of_its_own_takes_the_doubt_away(machine, play):
    for _ in range(3):
        machine.miss_segment()
    assert play(machine, 1, PLACE) == [SUSPECT]
    machine.see_segment(PERIOD_NS)
    assert play(machine, 2, PLACE, PLACE) == [SUSPECT, TRACKING]


def test_misses_that_are_not_in_a_row_do_not_matter(machine, play):
    for index in range(1, 6):
        machine.miss_segment()
        machine.miss_segment()
        machine.see_segment(index * PERIOD_NS)
        assert play(machine, index, PLACE) == [TRACKING]


def test_the_velocity_is_that_of_the_object_and_carries_it_over_a_pause(machine, play):
    # 1 cm a frame: 0.3 m/s
    assert play(machine, 1, *([0.03 - 0.01 * i, -0.02, 0.55] for i in range(1, 6))) == [TRACKING] * 5
    assert machine.snapshot().velocity[0] == pytest.approx(-0.01 / 0.033, rel=0.15)
    # Four frames are missing, in which the object goes on for four centimetres.
    assert play(machine, 10, [-0.07, -0.02, 0.55]) == [TRACKING]
    assert machine.pose[:3, 3] == pytest.approx([-0.07, -0.02, 0.55], abs=0.003)


def test_a_frame_that_is_not_newer_changes_nothing(machine, play):
    play(machine, 1, PLACE, PLACE)
    before = machine.snapshot()
    assert play(machine, 1, None) == [TRACKING]
    after = machine.snapshot()
    assert after.stamp_ns == before.stamp_ns and after.estimate is before.estimate


def test_earlier_poses_are_remembered(machine, play):
    play(machine, 1, *([0.03 - 0.005 * i, -0.02, 0.55] for i in range(1, 5)))
    for index in range(5):
        pose = machine.pose_at(index * PERIOD_NS)
        assert pose[0, 3] == pytest.approx(0.03 - 0.005 * index, abs=0.003)
    assert new_machine(0).pose_at(0) is None


def test_of_a_frame_that_was_skipped_the_pose_in_the_nearest_one_is_told(machine, play, show, die_estimator):
    machine.follow(show(4, [0.02, -0.02, 0.55])[0], die_estimator)
    np.testing.assert_array_equal(machine.pose_at(3 * PERIOD_NS), machine.pose)
    assert se3.difference(machine.pose_at(1 * PERIOD_NS), machine.pose_at(0))[0] == 0.0


def test_a_pose_that_agrees_clearly_less_than_usual_is_doubted(machine, show, die_estimator):
    frame, _ = show(1, PLACE)
    noise = np.random.default_rng(0).normal(0.0, 0.0026, frame.depth.shape).astype(np.float32)
    machine.follow(replace(frame, depth=frame.depth + noise), die_estimator)
    snapshot = machine.snapshot()
    assert not snapshot.estimate.verified
    assert snapshot.state == SUSPECT and "clearly less with depth than usual" in snapshot.reason


def hidden_behind(frame, metres: float = 0.2):
    """The frame with something flat before all of it."""
    return replace(frame, depth=np.full_like(frame.depth, PLACE[2] - metres))


def test_a_hidden_object_is_held_and_picked_up_again(machine, play, show, die_estimator):
    play(machine, 1, PLACE, PLACE)
    before = machine.snapshot().estimate
    for index in range(3, 3 + 3 * CONFIG.frames_to_lose):
        machine.follow(hidden_behind(show(index, PLACE)[0]), die_estimator)
        assert machine.state == SUSPECT
    held = machine.snapshot()
    assert held.reason.startswith("hidden, and held where its motion leads")
    assert held.estimate.evidence.occluded_fraction > 0.95 and not held.estimate.verified
    assert (np.diag(held.estimate.covariance) > np.diag(before.covariance)).all()
    assert se3.difference(held.estimate.T_camera_object, before.T_camera_object)[0] < 0.02
    assert play(machine, 15, PLACE, PLACE) == [SUSPECT, TRACKING]


@pytest.mark.parametrize(("noise", "goes_along"), [(0.0, True), (0.0016, False)])
def test_what_was_hidden_and_turns_up_elsewhere_is_taken_over_where_it_agrees_as_usual(
    machine, play, show, die_estimator, noise, goes_along
):
    play(machine, 1, PLACE, PLACE)
    for index in (3, 4, 5):
        machine.follow(hidden_behind(show(index, PLACE)[0]), die_estimator)
    held, moved = machine.pose, [PLACE[0] + 0.02, PLACE[1], PLACE[2]]
    frame, (segment,) = show(6, moved)
    beyond = np.arange(frame.depth.shape[1]) > np.quantile(np.nonzero(segment.mask)[1], 0.55)
    depth = np.where(beyond, frame.depth, PLACE[2] - 0.2)
    depth += np.random.default_rng(0).normal(0.0, noise, depth.shape)
    machine.follow(replace(frame, depth=depth.astype(np.float32)), die_estimator)
    assert machine.state == SUSPECT
    assert ("hardly seen" in machine.snapshot().reason) is not goes_along
    assert machine.pose[:3, 3] == pytest.approx(moved if goes_along else held[:3, 3], abs=0.003)
    assert play(machine, 7, moved, moved)[-1] == TRACKING


def test_what_is_hidden_for_so_long_that_it_may_be_anywhere_is_lost(machine, play, show, die_estimator):
    play(machine, 1, *[PLACE] * 20)
    for index in range(21, 400):
        machine.follow(hidden_behind(show(index, PLACE)[0]), die_estimator)
        if machine.state == LOST:
            break
    assert 21 + 30 < index < 300
    assert "out of sight" in machine.snapshot().reason


def test_an_object_that_is_seen_through_is_not_held(machine, show, die_estimator):
    for index in range(1, 1 + CONFIG.frames_to_lose):
        frame = show(index)[0]
        machine.follow(replace(frame, depth=np.full_like(frame.depth, 1.5)), die_estimator)
    assert machine.state == LOST


def test_a_pose_farther_away_than_it_can_have_moved_is_doubted_first(machine, play):
    play(machine, 1, PLACE, PLACE, PLACE)
    # Eight centimetres in a frame: 2.4 m/s from rest.
    states = play(machine, 4, *[[0.11, -0.02, 0.55]] * 6)
    assert states[0] == SUSPECT


def test_a_pose_somewhere_else_altogether_is_never_taken_over(machine, play):
    play(machine, 1, PLACE, PLACE, PLACE)
    away = [PLACE[0] + 0.075, PLACE[1], PLACE[2]]
    states = play(machine, 4, *[away] * (CONFIG.frames_to_lose + 2))
    assert TRACKING not in states and states[-1] == LOST


def test_what_is_not_known_well_enough_is_followed_but_not_trusted(found_at, play):
    machine = new_machine(0, replace(CONFIG, largest_turn_deviation=0.001))
    machine.start(found_at(PLACE), 0)
    assert machine.state == SUSPECT and machine.is_unsure and machine.is_settled
    # For as long as you like: nothing speaks against it.
    assert play(machine, 1, *[PLACE] * 8) == [SUSPECT] * 8
    snapshot = machine.snapshot()
    assert not snapshot.estimate.verified and snapshot.supported_ns == snapshot.stamp_ns
    assert snapshot.reason.startswith("depth tells the orientation only to ")
    assert snapshot.estimate.reason == snapshot.reason


def test_a_place_that_is_not_known_well_enough_is_told(found_at):
    machine = new_machine(0, replace(CONFIG, largest_deviation=0.0001))
    machine.start(found_at(PLACE), 0)
    assert machine.snapshot().reason.startswith("depth tells the place only to ")


def test_what_is_unsure_and_gone_is_doubted_and_lost_as_any_other(found_at, play):
    machine = new_machine(0, replace(CONFIG, largest_turn_deviation=0.001))
    machine.start(found_at(PLACE), 0)
    assert play(machine, 1, *[None] * 4) == [SUSPECT] * 3 + [LOST]
    assert not machine.is_settled


def test_a_pose_that_becomes_known_well_enough_is_trusted(found_at, play):
    found = found_at(PLACE)
    turn = replace(found, covariance=4.0 * found.covariance, bias=found.bias).deviations[1]
    machine = new_machine(0, replace(CONFIG, largest_turn_deviation=0.6 * turn))
    machine.start(replace(found, covariance=4.0 * found.covariance), 0)
    assert machine.is_unsure
    assert play(machine, 1, PLACE, PLACE, PLACE)[-1] == TRACKING and not machine.is_unsure


def test_what_was_unsure_is_trusted_when_it_was_sure_for_some_frames_in_a_row(found_at, play):
    found = found_at(PLACE)
    turn = replace(found, covariance=4.0 * found.covariance, bias=found.bias).deviations[1]

    def frames_of_doubt(frames_to_trust: int) -> int:
        config = replace(CONFIG, largest_turn_deviation=0.6 * turn, frames_to_trust=frames_to_trust)
        machine = new_machine(0, config)
        machine.start(replace(found, covariance=4.0 * found.covariance), 0)
        return play(machine, 1, *[PLACE] * 10).index(TRACKING)

    assert [frames_of_doubt(frames) - frames_of_doubt(1) for frames in (1, 2, 5)] == [0, 1, 4]


def test_a_hidden_object_is_held_at_its_usual_velocity_not_that_of_the_last_bad_frames(
    machine, play, show, die_estimator
):
    """What comes before the camera spoils the last frames: a velocity of then leads astray."""
    play(machine, 1, *[PLACE] * 14)
    beside = [PLACE[0] + 0.006, PLACE[1], PLACE[2]]
    play(machine, 15, beside)
    speed = np.linalg.norm(machine.snapshot().velocity[:3])
    held = play(machine, 16, *[None] * 3)
    assert held == [SUSPECT] * 3 and speed > 0.02
    assert np.linalg.norm(machine.snapshot().velocity[:3]) < 0.25 * speed
