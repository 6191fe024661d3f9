"""Corners know how far they went, and are put on the object once."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.anchors import Anchors
from pose_nodes.geometry import se3

RNG = np.random.default_rng(0)
T_CAMERA_OBJECT = se3.from_rotation_vector([0.4, -1.2, 0.3], [0.05, -0.02, 0.7])
PIXELS = RNG.uniform(100.0, 200.0, (8, 2)).astype(np.float32)
POINTS = se3.transform(T_CAMERA_OBJECT, RNG.uniform(-0.05, 0.05, (8, 3)))
IMAGE = np.zeros((480, 640), np.uint8)
CHOSEN = Anchors(IMAGE, PIXELS, POINTS, 8, np.zeros(6), PIXELS)
COVARIANCE, BIAS = np.diag([1e-6, 2e-6, 3e-6, 1e-4, 2e-4, 3e-4]), np.diag([1e-7] * 3 + [1e-5] * 3)


def test_corners_have_not_moved_where_they_were_chosen():
    assert CHOSEN.moved == 0.0


def test_how_far_corners_moved_is_told_of_those_that_are_left():
    which = np.arange(8) < 5
    seen = PIXELS + np.where(which[:, None], [3.0, 4.0], [400.0, 0.0]).astype(np.float32)
    left = CHOSEN.kept(IMAGE, seen, which)
    assert len(left.points) == len(left.pixels) == 5
    np.testing.assert_allclose(left.moved, 5.0, rtol=1e-5)


def test_settled_corners_lie_on_the_object_with_the_uncertainty_of_its_pose_about_its_axes():
    settled = CHOSEN.settled(T_CAMERA_OBJECT, COVARIANCE, BIAS)
    np.testing.assert_allclose(se3.transform(T_CAMERA_OBJECT, settled.points), POINTS, atol=1e-12)
    turn = np.kron(np.eye(2), T_CAMERA_OBJECT[:3, :3])
    np.testing.assert_allclose(turn @ settled.covariance @ turn.T, COVARIANCE, atol=1e-12)
    np.testing.assert_allclose(turn @ settled.bias @ turn.T, BIAS, atol=1e-12)


def test_settled_corners_stay_as_they_are():
    settled = CHOSEN.settled(T_CAMERA_OBJECT, COVARIANCE, BIAS)
    assert settled.settled(np.eye(4), BIAS, BIAS) is settled


def test_corners_that_are_kept_remember_where_they_were_in_the_image_before():
    which = np.arange(8) < 5
    left = CHOSEN.kept(IMAGE, PIXELS + 2.0, which)
    np.testing.assert_array_equal(left.before, PIXELS[:5])
    again = left.kept(IMAGE, left.pixels + 2.0, np.arange(5) > 0)
    np.testing.assert_array_equal(again.before, left.pixels[1:])
