"""Constant velocity between frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.geometry import se3
from pose_nodes.tracking import motion

six = st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6).map(np.array)
AT_REST = PoseEstimate(
    "mug", np.eye(4), np.ones(3), 1.0, np.eye(6), Evidence(1.0, 0.0, 1.0), verified=True, reason=""
)


def at(T: se3.Matrix) -> PoseEstimate:
    return replace(AT_REST, T_camera_object=T)


@given(six, six, st.floats(0.01, motion.LONGEST_STEP))
def test_the_velocity_between_two_poses_leads_from_one_to_the_other(pose, velocity, seconds):
    T = se3.from_rotation_vector(pose[3:], pose[:3])
    moved = motion.predict(T, velocity, seconds)
    np.testing.assert_allclose(motion.velocity_between(at(T), at(moved), seconds), velocity, atol=1e-6)


def test_metres_and_radians_a_second_along_and_about_the_cameras_axes():
    velocity = motion.velocity_between(
        at(np.eye(4)), at(se3.from_rotation_vector([0, 0.02, 0], [0.01, 0, 0])), 0.1
    )
    np.testing.assert_allclose(velocity, [0.1, 0, 0, 0, 0.2, 0], atol=1e-12)


def test_a_motion_is_not_extrapolated_past_the_longest_step():
    velocity = np.array([1.0, 0, 0, 0, 0, 0])
    assert motion.predict(np.eye(4), velocity, 10.0)[0, 3] == pytest.approx(motion.LONGEST_STEP)


def test_the_first_velocity_is_taken_as_it_is_and_later_ones_are_smoothed():
    first, second = np.full(6, 2.0), np.full(6, 4.0)
    np.testing.assert_array_equal(motion.smoothed(None, first), first)
    smooth = motion.smoothed(first, second)
    assert ((first < smooth) & (smooth < second)).all()
    for _ in range(20):
        smooth = motion.smoothed(smooth, second)
    np.testing.assert_allclose(smooth, second, atol=1e-4)
