"""Corners tell how an object moved, whatever some of them say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.estimators.corner_kernels import expected, found_again, motion_of_corners, window
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


def test_points_are_expected_where_the_camera_projects_them():
    pixels, depths = expected(POINTS, T_BEFORE, INTRINSICS)
    placed = se3.transform(T_BEFORE, POINTS)
    np.testing.assert_allclose(pixels, CAMERA.project(placed), rtol=1e-6)
    np.testing.assert_allclose(depths, placed[:, 2])


@given(st.lists(st.tuples(st.floats(0, 639), st.floats(0, 479)), min_size=2, max_size=9), st.integers(0, 50))
def test_a_window_holds_all_corners_and_no_more_than_the_image(corners, margin):
    pixels = np.array(corners, np.float32)
    left, top, right, bottom = window(pixels[:1], pixels[1:], margin, 640, 480)
    assert 0 <= left <= pixels[:, 0].min() and pixels[:, 0].max() < right <= 640
    assert 0 <= top <= pixels[:, 1].min() and pixels[:, 1].max() < bottom <= 480
    assert left <= max(pixels[:, 0].min() - margin, 0) < left + 1


def test_corners_are_found_again_on_the_surface_alone():
    depth = np.full((480, 640), 0.6, np.float32)
    depth[:, :100] = np.nan
    depth[:, 500:] = 0.5  # something in front
    at = np.array([[200, 50], [50, 50], [550, 50], [300, 50], [-3, 50], [300, 479.6]], np.float32)
    back = at + np.array([[0.5, -0.5], [0, 0], [0, 0], [0, 0.8], [0, 0], [0, 0]], np.float32)
    slack = np.full(6, 0.01, np.float32)
    kept = found_again(at, back, 0.7, at, np.full(6, 0.605), depth, slack)
    assert kept.tolist() == [True, False, False, False, False, False]
