"""Corners tell how an object moved, whatever some of them say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.estimators.corner_kernels import (
    expected,
    found_again,
    motion_of_corners,
    pose_by_corners,
    weighed,
    window,
)
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


def _covariance(rng: np.random.Generator, scale: float) -> np.ndarray:
    root = scale * rng.normal(size=(6, 6))
    return root @ root.T + 1e-3 * scale**2 * np.eye(6)


def test_depth_and_corners_are_as_sure_together_as_their_answers_scatter():
    rng = np.random.default_rng(2)
    lasting, random, noise, settled, shared = (_covariance(rng, scale) for scale in (1.0, 0.5, 0.4, 0.7, 0.8))
    draws = 40_000
    alike, by_depth, by_corners, jitter, steady = (
        rng.multivariate_normal(np.zeros(6), part, draws)
        for part in (shared, lasting, settled, noise, random)
    )
    of_depth, of_corners = alike + by_depth + steady, alike + by_corners + jitter
    told = [shared + lasting + random, random, shared, settled + noise, noise]
    gain = np.array([weighed(*told, row)[0] for row in np.eye(6)]).T
    _, covariance, changing = weighed(*told, np.zeros(6))
    joined = of_depth + (of_corners - of_depth) @ gain.T
    np.testing.assert_allclose(np.cov(joined.T), covariance, atol=0.03 * np.trace(covariance))
    only_random = steady + (jitter - steady) @ gain.T
    np.testing.assert_allclose(np.cov(only_random.T), changing, atol=0.03 * np.trace(changing))


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_what_both_err_by_is_not_lessened_and_more_lasts_than_that(seed, alike):
    rng = np.random.default_rng(seed)
    lasting, random, by_corners, noise = (_covariance(rng, scale) for scale in (0.02, 0.01, 0.02, 0.005))
    shared = alike * lasting
    _, covariance, changing = weighed(
        lasting + random, random, shared, by_corners + noise, noise, np.zeros(6)
    )
    for more, less in ((covariance, shared), (covariance - changing, shared), (lasting + random, covariance)):
        assert np.linalg.eigvalsh(more - less).min() > -1e-9


def test_corners_are_no_surer_than_the_pose_they_were_put_on_the_object_by_and_their_drift():
    anchored = np.diag([1e-6, 2e-6, 3e-6, 1e-4, 2e-4, 3e-4])
    information = 1e9 * np.eye(6)
    covariance, noise = pose_by_corners(T_BEFORE, anchored, np.zeros((6, 6)), 0.03, information)
    turn = np.kron(np.eye(2), T_BEFORE[:3, :3])
    expected_covariance = turn @ anchored @ turn.T + np.diag([0.0, 0.0, 0.0, 9e-4, 9e-4, 9e-4])
    np.testing.assert_allclose(covariance, expected_covariance, atol=2e-9)
    np.testing.assert_allclose(noise, 1e-9 * np.eye(6), rtol=1e-3, atol=1e-12)
