"""Tracks against true poses: which frames count, and what is found, lost and wrong."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.metrics.tracking_score import TrackingScore
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.sequences.recording import GroundTruth

TRUE = se3.from_rotation_vector((0.1, 0.2, 0.3), (0.0, 0.0, 0.6))
TRACKING, SUSPECT, LOST, SEARCHING = (
    TrackState.TRACKING,
    TrackState.SUSPECT,
    TrackState.LOST,
    TrackState.SEARCHING,
)


@pytest.fixture
def score() -> TrackingScore:
    box = trimesh.creation.box((0.06, 0.04, 0.02))
    mesh = TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32))
    return TrackingScore(ObjectLibrary.from_models([build_model("box", mesh)]))


def track(state: TrackState, shift: float = 0.0, number: int = 0) -> Track:
    T = se3.perturb(TRUE, np.array([shift, 0, 0, 0, 0, 0]))
    estimate = PoseEstimate("box", T, np.ones(3), 1.0, np.eye(6), Evidence(1.0, 0.0, 1.0), True, "")
    posed = state in (TRACKING, SUSPECT)
    return Track(f"box_{number}", "box", state, 0, estimate if posed else None, np.zeros(6), 0, 0, "")


def truth(visible: float = float("nan"), shift: float = 0.0) -> GroundTruth:
    return GroundTruth("box", se3.perturb(TRUE, np.array([shift, 0, 0, 0, 0, 0])), visible)


def test_only_tracking_poses_count(score):
    for state in (TRACKING, SUSPECT, LOST, SEARCHING):
        score.add([track(state)], [truth()])
    errors = score.summaries()["box"].errors
    assert (errors.frames, errors.posed, errors.within) == (4, 1, 0.25)


def test_the_error_of_a_track_is_told_by_its_id(score):
    errors = score.add([track(TRACKING, 0.003, number=7)], [truth()])
    assert errors["box_7"].translation == pytest.approx(0.003)


def test_frames_in_which_the_object_is_hardly_visible_do_not_count(score):
    for visible in (0.0, 0.09, 0.1, 1.0):
        score.add([], [truth(visible)])
    assert score.summaries()["box"].errors.frames == 2


def test_starts_and_losses_are_counted_by_their_transitions(score):
    for state in (SEARCHING, TRACKING, SUSPECT, TRACKING, LOST, LOST, TRACKING, SEARCHING):
        score.add([track(state)], [])
    summary = score.summaries()["box"]
    assert (summary.cold_starts, summary.times_lost) == (2, 2)


def test_a_pose_that_is_off_by_a_tenth_of_the_diameter_is_wrong(score):
    score.add([track(TRACKING, 0.002)], [truth()])
    score.add([track(TRACKING, 0.02)], [truth()])
    summary = score.summaries()["box"]
    assert (summary.wrong, summary.errors.within) == (0.5, 0.5)


def test_two_instances_are_compared_with_the_nearest_truth_each(score):
    tracks = [track(TRACKING, 0.201, number=0), track(TRACKING, 0.002, number=1)]
    errors = score.add(tracks, [truth(shift=0.0), truth(shift=0.2)])
    assert errors["box_0"].translation == pytest.approx(0.001, abs=1e-9)
    assert errors["box_1"].translation == pytest.approx(0.002, abs=1e-9)


def test_objects_that_the_library_lacks_are_left_out(score):
    score.add([], [GroundTruth("mug", TRUE)])
    assert score.summaries() == {}
