"""Following through loss, absence and crossing: each kind of failure is counted as what it is."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.metrics.following import Following, FollowingScore
from pose_nodes.metrics.identities import Identities
from pose_nodes.metrics.recovery import RecoveryClock
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.sequences.recording import GroundTruth

TRUE = se3.from_rotation_vector((0.1, 0.2, 0.3), (0.0, 0.0, 0.6))


def box_model(symmetry: str = "none"):
    box = trimesh.creation.box((0.06, 0.04, 0.02))
    return build_model(
        "box", TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32)), symmetry
    )


@pytest.fixture
def score() -> FollowingScore:
    return FollowingScore(ObjectLibrary.from_models([box_model()]))


def track(shift: float = 0.0, number: int = 0, turn: float = 0.0, state=TrackState.TRACKING) -> Track:
    T = se3.perturb(TRUE, np.array([shift, 0, 0, 0, 0, 0])) @ se3.from_rotation_vector([0, 0, turn])
    estimate = PoseEstimate("box", T, np.ones(3), 1.0, np.eye(6), Evidence(1.0, 0.0, 1.0), True, "")
    return Track(f"box_{number}", "box", state, 0, estimate, np.zeros(6), 0, 0, "")


def truth(visible: float = 1.0, shift: float = 0.0, instance: str = "a") -> GroundTruth:
    return GroundTruth("box", se3.perturb(TRUE, np.array([shift, 0, 0, 0, 0, 0])), visible, instance)


def test_a_trusted_pose_is_right_within_1_cm_and_5_degrees_and_else_false(score):
    for each in (track(0.009), track(0.011), track(turn=np.deg2rad(4.9)), track(turn=np.deg2rad(5.1))):
        score.add(0.0, [each], [truth()])
    summary = score.summary()
    assert (summary.frames, summary.right, summary.false_confident) == (4, 2, 2)
    assert summary.within == 0.5


@pytest.mark.parametrize("state", [TrackState.SEARCHING, TrackState.SUSPECT, TrackState.LOST])
def test_a_pose_that_is_not_trusted_is_neither_right_nor_false(score, state):
    score.add(0.0, [track(0.5, state=state)], [truth()])
    score.add(0.1, [track(0.0, state=state)], [truth()])
    summary = score.summary()
    assert (summary.frames, summary.right, summary.false_confident) == (2, 0, 0)


def test_a_symmetric_equivalent_is_right():
    for symmetry, right in (("none", 0), ("z:2", 1)):
        score = FollowingScore(ObjectLibrary.from_models([box_model(symmetry)]))
        score.add(0.0, [track(turn=np.pi)], [truth()])
        assert score.summary().right == right


def test_a_pose_of_what_is_out_of_view_is_counted_apart_even_if_it_is_right(score):
    score.add(0.0, [track()], [truth(visible=0.0)])
    score.add(0.1, [track(0.5)], [truth(visible=0.0)])
    summary = score.summary()
    assert (summary.frames, summary.out_of_view, summary.false_confident) == (0, 2, 0)


def test_of_what_is_hardly_visible_only_a_wrong_pose_counts(score):
    score.add(0.0, [track()], [truth(visible=0.05)])
    assert score.summary().frames == score.summary().false_confident == 0
    score.add(0.1, [track(0.1)], [truth(visible=0.05)])
    assert (score.summary().frames, score.summary().false_confident) == (0, 1)


def test_a_second_track_on_one_object_is_false(score):
    score.add(0.0, [track(), track(0.001, number=1)], [truth()])
    score.add(0.1, [track(0.3, number=1)], [])
    assert score.summary().false_confident == 2


def test_tracks_that_change_places_are_two_swaps(score):
    both = [truth(), truth(shift=0.2, instance="b")]
    score.add(0.0, [track(number=0), track(0.2, number=1)], both)
    score.add(0.1, [track(number=1), track(0.2, number=0)], both)
    score.add(0.2, [track(number=1), track(0.2, number=0)], both)
    summary = score.summary()
    assert (summary.swaps, summary.renames, summary.within) == (2, 0, 1.0)


def test_a_track_that_is_on_no_object_has_swapped_with_none(score):
    score.add(0.0, [track(number=0)], [truth(), truth(shift=0.5, instance="b")])
    score.add(0.1, [track(0.45, number=0)], [truth(), truth(shift=0.5, instance="b")])
    assert score.summary().swaps == 0 and score.summary().false_confident == 1


def test_without_ids_instances_are_told_apart_by_their_order(score):
    both = [truth(instance=""), truth(shift=0.2, instance="")]
    score.add(0.0, [track(number=0)], both)
    score.add(0.1, [track(0.2, number=0)], both)
    assert (score.summary().objects, score.summary().swaps) == (2, 1)


def test_a_new_track_in_place_of_the_old_is_a_renaming():
    identities = Identities()
    for pairs in ({"a": "box_0"}, {}, {"a": "box_1"}, {"a": "box_1", "b": "box_2"}, {"b": "box_1"}):
        identities.add(pairs)
    assert (identities.renames, identities.swaps) == (1, 1)


def watch(*images: tuple[float, bool]) -> RecoveryClock:
    """Images of 0.1 s: what is seen of the object, and whether there is a right pose."""
    clock = RecoveryClock()
    for index, (visible, right) in enumerate(images):
        clock.add(0.1 * index, visible, right)
    return clock


def test_the_time_to_recover_begins_when_the_object_is_clearly_visible_again():
    clock = watch((1, True), (0.2, False), (0, False), (0.6, False), (0.9, False), (1, True), (1, True))
    assert clock.recoveries == pytest.approx([0.2]) and not clock.is_left_lost


def test_what_is_followed_as_soon_as_it_is_seen_recovers_in_no_time():
    assert watch((1, True), (0.2, False), (0, False), (0.6, True)).recoveries == [0.0]
    assert watch((1, True), (0, False), (0, False), (0.4, True)).recoveries == [0.0]


def test_going_away_again_before_it_is_found_starts_the_clock_anew():
    clock = watch((1, True), (1, False), (1, False), (0, False), (1, False), (1, True))
    assert clock.recoveries == pytest.approx([0.1])


def test_what_is_in_full_view_and_lost_at_the_end_is_left_lost():
    assert watch((1, True), (1, False), (1, False)).is_left_lost
    assert watch((1, False), (1, False)).is_left_lost  # never found
    assert not watch((1, True), (0, False), (0.3, False)).is_left_lost
    assert not watch((1, False), (1, True)).is_left_lost


def test_the_first_finding_is_no_recovery_and_a_short_slip_no_loss():
    assert watch((1, False), (1, False), (1, False), (1, True)).recoveries == []
    clock = RecoveryClock()
    for index, right in enumerate([True, False, False, True, True]):
        clock.add(index / 30, 1.0, right)
    assert clock.recoveries == []


def test_recordings_are_pooled():
    one = Following(1, 10, 5, 20.0, 1, 2, 3, 4, (0.5,), 1)
    other = Following(2, 30, 30, 190.0, 0, 0, 0, 0, (0.1, 0.2), 0)
    both = Following.pooled([one, other])
    assert both == Following(3, 40, 35, 210.0, 1, 2, 3, 4, (0.5, 0.1, 0.2), 1)
    assert both.normalised_square == 6.0
    assert both.within == 35 / 40 and np.isnan(Following.pooled([]).within)


def test_errors_are_measured_by_the_covariance_that_the_pose_claims(score):
    score.add(0.0, [track(0.006)], [truth()])  # its covariance is that of a metre and a radian
    score.add(0.1, [track(0.5)], [truth()])  # wrong, and so not among the right ones
    assert score.summary().normalised_square == pytest.approx(0.006**2)
