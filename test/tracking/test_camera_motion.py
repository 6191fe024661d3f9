"""A camera that is swung about: with its motion known, what stands still is followed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.track import TrackState
from pose_nodes.geometry import se3
from pose_nodes.metrics.pose_error import pose_difference
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.tracking.camera_motion import CameraMotion, CameraPose, carried_estimate, carried_motion
from pose_nodes.tracking.config import SearchConfig, TrackerConfig
from pose_nodes.tracking.motion_filter import MotionState
from pose_nodes.tracking.tracker import Tracker

PERIOD_NS = 33_000_000
CONFIG = TrackerConfig(search=SearchConfig(interval=0.0))
T_STATIC_DIE = se3.from_rotation_vector([0.5, 0.6, 0.2], [0.0, 0.0, 0.6])
SWING_DEG = [0, 0, 0, 8, -6, 9, -9, 4, -8, 8, 0, -9, 7, -3, 9]
"""Of the camera about its vertical axis, frame by frame: up to 18 degrees, three of the die's widths."""


def T_static_camera(index: int) -> se3.Matrix:
    swing = np.radians(SWING_DEG[index])
    return se3.from_rotation_vector([0.0, swing, 0.0], [0.002 * index, 0.0, 0.0])


def T_camera_die(index: int) -> se3.Matrix:
    return se3.inverse(T_static_camera(index)) @ T_STATIC_DIE


def known_pose(_camera_frame: str, stamp_ns: int) -> se3.Matrix:
    return T_static_camera(stamp_ns // PERIOD_NS)


def tracker_of(die, camera_pose: CameraPose | None) -> Tracker:
    return Tracker(ObjectLibrary([die]), CONFIG, camera_pose=camera_pose)


def test_a_fast_turn_loses_a_track_unless_the_cameras_motion_is_known(die, show):
    without, with_it = tracker_of(die, None), tracker_of(die, known_pose)
    frame, segments = show(0, T_camera_die(0))
    for tracker in (without, with_it):
        tracker.update(frame, segments)
    for index in range(1, len(SWING_DEG)):
        frame, _ = show(index, T_camera_die(index))
        (lost,), (kept,) = without.update(frame), with_it.update(frame)
        assert kept.state == TrackState.TRACKING and kept.estimate is not None
        distance, angle = pose_difference(kept.estimate.T_camera_object, T_camera_die(index), die.symmetry)
        assert distance < 0.003 and np.degrees(angle) < 3
        assert np.linalg.norm(kept.velocity[:3]) < 0.1  # it stands still, whatever the camera does
    assert lost.state == TrackState.LOST


def test_what_is_found_late_is_followed_through_the_turns_to_the_present(die, show):
    tracker = tracker_of(die, known_pose)
    shown = [show(index, T_camera_die(index)) for index in range(len(SWING_DEG))]
    for frame, _ in shown:
        tracker.update(frame)
    (search,) = tracker.plan(*shown[2])
    found = tracker.find(search)
    tracker.roll_forward(found)
    tracker.adopt(found)
    (track,) = tracker.tracks()
    assert track.state == TrackState.TRACKING and track.stamp_ns == shown[-1][0].stamp_ns


def test_where_the_cameras_motion_is_unknown_nothing_is_made_up(show):
    frame, _ = show(1)
    asked: list[int] = []

    def unknown_now(_camera_frame: str, stamp_ns: int) -> se3.Matrix | None:
        asked.append(stamp_ns)
        return None if stamp_ns == frame.stamp_ns else np.eye(4)

    motion = CameraMotion(unknown_now)
    assert motion.since(0, frame) is None and motion.since(0, frame) is None
    assert asked == [frame.stamp_ns]  # once, as the answer may take its time
    later, _ = show(2)
    assert motion.since(frame.stamp_ns, later) is None
    np.testing.assert_array_equal(motion.since(0, later), np.eye(4))
    assert CameraMotion(None).since(0, frame) is None


def test_the_motion_is_from_the_earlier_camera_into_the_later(show):
    frame, _ = show(4)
    T_now_before = CameraMotion(known_pose).since(3 * PERIOD_NS, frame)
    np.testing.assert_allclose(T_now_before @ T_camera_die(3), T_camera_die(4), atol=1e-12)


@given(st.lists(st.floats(-3, 3), min_size=18, max_size=18), st.integers(0, 2**31))
def test_a_carried_motion_goes_on_as_it_would_have_seen_from_the_new_place(numbers, seed):
    T_now_before = se3.from_rotation_vector(numbers[:3], numbers[3:6])
    T = se3.from_rotation_vector(numbers[6:9], numbers[9:12])
    velocity = np.array(numbers[12:])
    error = 1e-4 * np.random.default_rng(seed).normal(size=12)
    carried = carried_motion(MotionState.of(T, velocity, np.outer(error, error)), T_now_before)
    np.testing.assert_allclose(
        se3.perturb(carried.T_camera_object, 0.1 * carried.velocity),
        T_now_before @ se3.perturb(T, 0.1 * velocity),
        atol=1e-9,
    )
    moved = se3.tangent(carried.T_camera_object, T_now_before @ se3.perturb(T, error[:6]))
    np.testing.assert_allclose(carried.pose_covariance, np.outer(moved, moved), atol=1e-12)


def test_a_carried_estimate_keeps_all_but_its_place(found_at):
    estimate = found_at([0.0, 0.0, 0.6])
    T_now_before = se3.from_rotation_vector([0.0, 0.0, np.pi / 2], [0.1, 0.0, 0.0])
    carried = carried_estimate(estimate, T_now_before)
    np.testing.assert_allclose(carried.T_camera_object, T_now_before @ estimate.T_camera_object)
    assert carried.covariance[0, 0] == pytest.approx(estimate.covariance[1, 1])
    assert carried.bias[4, 4] == pytest.approx(estimate.bias[3, 3])
    assert carried.evidence is estimate.evidence and carried.score == estimate.score
