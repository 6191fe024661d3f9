"""Corners tell how an object moved, whatever some of them say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.estimators.corner_kernels import motion_of_corners
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera

CAMERA = PinholeCamera(600.0, 590.0, 319.5, 239.5, 640, 480)
INTRINSICS = np.array([600.0, 590.0, 319.5, 239.5])
POINTS = np.random.default_rng(0).uniform(-0.06, 0.06, (60, 3))
REACHES = np.array([16.0, 8.0, 4.0, 4.0])
T_BEFORE = se3.from_rotation_vector([0.4, -0.2, 0.7], [0.03, -0.05, 0.6])


def motion(pixels: np.ndarray, deviation: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    return motion_of_corners(POINTS, pixels.astype(np.float32), T_BEFORE, INTRINSICS, deviation, REACHES)


@given(st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6))
def test_a_small_motion_is_found_from_where_its_points_are_seen(numbers):
    delta = np.array(numbers) * ([1e-4] * 3 + [1e-3] * 3)
    seen = CAMERA.project(se3.transform(se3.perturb(T_BEFORE, delta), POINTS))
    np.testing.assert_allclose(motion(seen)[0], delta, atol=2e-5)


def test_corners_that_went_elsewhere_do_not_count():
    delta = np.array([1e-4, 0.0, 2e-4, 1e-3, 0.0, -1e-3])
    seen = CAMERA.project(se3.transform(se3.perturb(T_BEFORE, delta), POINTS))
    seen[::4] += [25.0, -15.0]
    np.testing.assert_allclose(motion(seen)[0], delta, atol=5e-5)


def test_the_information_is_the_inverse_of_the_scatter_of_the_answers():
    rng = np.random.default_rng(1)
    at_rest = CAMERA.project(se3.transform(T_BEFORE, POINTS))
    answers = [motion(at_rest + rng.normal(0.0, 0.5, at_rest.shape), 0.5)[0] for _ in range(1500)]
    predicted = np.linalg.inv(motion(at_rest, 0.5)[1])
    np.testing.assert_allclose(np.std(answers, axis=0), np.sqrt(np.diag(predicted)), rtol=0.15)
