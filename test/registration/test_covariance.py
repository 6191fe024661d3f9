"""How sure a pose is: what the surface holds is small, along what it does not hold the prior remains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration import covariance_kernels
from pose_nodes.registration.covariance import (
    CORRELATED_PIXELS,
    NORMAL_ERROR,
    SMALLEST_NOISE,
    certain_information,
    independent_measurements,
    lesser_covariance,
    pose_covariance,
    unknown_covariance,
    without_sliding,
)

DIAMETER = 0.2
CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
IN_FRONT = se3.from_rotation_translation(np.eye(3), [0.0, 0.0, 0.6])


def flat(count: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals of a 20 cm square at the object's origin, facing the camera; object frame."""
    points = np.random.default_rng(seed).uniform(-0.1, 0.1, (count, 3)) * [1, 1, 0]
    return points, np.tile([0.0, 0.0, -1.0], (count, 1))


def cylinder(count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """The mantle of a can of 5 cm radius about the object's y axis."""
    rng = np.random.default_rng(1)
    angle, height = rng.uniform(0, 2 * np.pi, count), rng.uniform(-0.08, 0.08, count)
    normals = np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], axis=1)
    return 0.05 * normals + height[:, None] * [0.0, 1.0, 0.0], normals


def box(count: int = 3000, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """The surface of a box: every direction is held."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1, 1, (count, 3))
    axis = rng.integers(3, size=count)
    side = np.sign(points[np.arange(count), axis])
    points[np.arange(count), axis] = side
    normals = np.zeros((count, 3))
    normals[np.arange(count), axis] = side
    return points * [0.05, 0.04, 0.03], normals


def covariance(
    shape: tuple[np.ndarray, np.ndarray], T: se3.Matrix = IN_FRONT, noise: float = 0.001
) -> np.ndarray:
    points, normals = shape
    residuals = np.random.default_rng(3).normal(0, noise, len(points))
    found = information(se3.rotate(T, points), se3.rotate(T, normals))
    return pose_covariance(found, residuals, len(points), DIAMETER)


def information(arms: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Of distances along (n, 3) normals at (n, 3) points about the object's origin."""
    jacobian = np.concatenate([normals, np.cross(arms, normals)], axis=1)
    return jacobian.T @ jacobian


def deviations(matrix: np.ndarray) -> np.ndarray:
    return np.sqrt(np.diag(matrix))


@given(st.integers(0, 300), st.floats(0, 0.1), st.integers(0, 1000))
def test_it_is_symmetric_and_positive_definite_whatever_is_measured(count, noise, seed):
    rng = np.random.default_rng(seed)
    points, normals = rng.uniform(-0.1, 0.1, (count, 3)), rng.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    matrix = covariance((points, normals), noise=noise)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_a_box_is_held_in_every_direction():
    found = deviations(covariance(box()))
    assert (found[:3] < 0.001).all() and (np.degrees(found[3:]) < 2.0).all()


def test_a_plane_is_not_held_along_itself_nor_about_its_normal():
    x, y, z, about_x, about_y, about_z = deviations(covariance(flat()))
    unknown = deviations(unknown_covariance(DIAMETER))
    assert z < 0.001 and np.degrees([about_x, about_y]).max() < 1.0
    np.testing.assert_allclose([x, y], unknown[:2], rtol=0.01)
    assert about_z == pytest.approx(unknown[5], rel=0.01)


def test_a_cylinder_is_not_held_about_and_along_its_axis():
    x, y, z, about_x, about_y, about_z = deviations(covariance(cylinder()))
    assert max(x, z) < 0.001 and np.degrees([about_x, about_z]).max() < 1.0
    assert y > 0.05 and np.degrees(about_y) > 60.0


def test_more_points_make_it_surer():
    few, many = (covariance(box(count)) for count in (500, 5000))
    ratio = deviations(few) / deviations(many)
    np.testing.assert_allclose(ratio, np.sqrt(10), rtol=0.2)


def test_more_noise_makes_it_less_sure_in_proportion():
    quiet, loud = (covariance(box(), noise=noise) for noise in (0.001, 0.004))
    np.testing.assert_allclose(deviations(loud) / deviations(quiet), 4.0, rtol=0.05)


def test_a_perfect_fit_is_no_surer_than_a_depth_camera_can_be():
    np.testing.assert_allclose(covariance(box(), noise=0.0), covariance(box(), noise=0.5 * SMALLEST_NOISE))


def test_a_few_gross_residuals_change_little():
    points, normals = box()
    residuals = np.random.default_rng(3).normal(0, 0.001, len(points))
    clean = pose_covariance(information(points, normals), residuals, 100, DIAMETER)
    residuals[::20] = 0.05
    np.testing.assert_allclose(
        deviations(pose_covariance(information(points, normals), residuals, 100, DIAMETER)),
        deviations(clean),
        rtol=0.15,
    )


@given(st.lists(st.floats(-1.5, 1.5), min_size=6, max_size=6))
def test_it_turns_with_the_camera(numbers):
    T_other_camera = se3.from_rotation_vector(numbers[:3], numbers[3:])
    R = np.kron(np.eye(2), T_other_camera[:3, :3])
    for shape in (box(500), flat(500), cylinder(500)):
        expected = R @ covariance(shape) @ R.T
        np.testing.assert_allclose(covariance(shape, T_other_camera @ IN_FRONT), expected, atol=1e-9)


def test_it_is_the_scatter_of_the_answers_where_so_many_points_err_together():
    points, normals = box(200)
    errors = np.random.default_rng(4).normal(0, 0.001, (200, 5000))
    jacobian = np.concatenate([normals, np.cross(points, normals)], axis=1)
    answers = np.linalg.lstsq(jacobian, errors, rcond=None)[0]
    together = 20
    predicted = pose_covariance(
        together * information(points, normals), np.repeat(errors[:, 0], together), len(points), DIAMETER
    )
    np.testing.assert_allclose(deviations(predicted), deviations(np.cov(answers)), rtol=0.2)


@pytest.mark.parametrize("count", [10, 20, 60])
def test_the_errors_that_a_pose_follows_are_made_up_for(count):
    rng = np.random.default_rng(5)
    points, normals = (part[rng.choice(200, count, replace=False)] for part in box(200))
    jacobian = np.concatenate([normals, np.cross(points, normals)], axis=1)
    errors = rng.normal(0, 0.003, (count, 2000))
    answers = np.linalg.lstsq(jacobian, errors, rcond=None)[0]
    left = errors - jacobian @ answers
    share = covariance_kernels.independent_share(count, count)
    noise = np.sqrt((left**2).mean())  # of all tries: the median of a single one is no fair sample of few
    flat = np.full(6, 1e6)
    predicted = covariance_kernels.covariance_of(information(points, normals), noise, share, flat)
    np.testing.assert_allclose(deviations(predicted), deviations(np.cov(answers)), rtol=0.1)


def test_without_points_only_the_prior_is_known():
    np.testing.assert_allclose(
        pose_covariance(np.zeros((6, 6)), np.empty(0), 0, DIAMETER), unknown_covariance(DIAMETER)
    )


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 5))
def test_points_in_one_square_of_pixels_are_one_measurement(columns, rows, each):
    camera = PinholeCamera(600.0, 600.0, 0.0, 0.0, 640, 480)
    u, v = np.meshgrid(np.arange(columns), np.arange(rows))
    squares = np.stack([u.ravel(), v.ravel()], axis=1)
    within = np.random.default_rng(each).uniform(0.0, 1.0, (each, len(squares), 2))
    pixels = (CORRELATED_PIXELS * (squares + within)).reshape(-1, 2)
    points = camera.rays(pixels[:, 0], pixels[:, 1]) * 0.7
    assert independent_measurements(points, camera) == columns * rows


def test_the_same_points_of_fewer_pixels_tell_less():
    near, far = (independent_measurements(box()[0] + [0.0, 0.0, z], CAMERA) for z in (0.4, 1.6))
    assert 3 < near / far < 16


def test_errors_of_normals_do_not_hold_a_cylinder():
    points, normals = cylinder()
    rng = np.random.default_rng(5)
    wrong = normals + rng.normal(0, NORMAL_ERROR, normals.shape)
    feigned = np.linalg.inv(information(points, wrong))[4, 4]
    certain = certain_information(information(points, wrong), points)
    about_axis, about_others = certain[4, 4], certain[3, 3]
    assert about_axis < 0.15 / feigned and about_axis < 1e-3 * about_others


def test_what_is_held_is_held_whatever_the_normals_errors():
    points, normals = box()
    given = information(points, normals)
    np.testing.assert_allclose(np.diag(certain_information(given, points)), np.diag(given), rtol=0.02)


@given(st.integers(0, 300))
def test_the_lesser_of_two_covariances_is_below_both(seed):
    rng = np.random.default_rng(seed)
    a, b = (root @ root.T + 0.01 * np.eye(6) for root in rng.normal(size=(2, 6, 6)))
    joint = lesser_covariance(a, b)
    assert min(np.linalg.eigvalsh(a - joint)[0], np.linalg.eigvalsh(b - joint)[0]) > -1e-9
    np.testing.assert_allclose(lesser_covariance(a, 1e8 * b), a, atol=1e-3 * np.abs(a).max())


@given(st.floats(-2.0, 2.0), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_the_axis_of_a_can_that_slid_about_it_is_where_it_was_found(slide, tilt, sideways, beside):
    """The can's axis is the object's y, beside its origin; it was tilted, moved, and slid about its axis."""
    begun = IN_FRONT
    found = se3.perturb(begun, np.array([0.1 * sideways, 0.0, 0.0, tilt, 0.0, sideways]))
    axis, arm = found[:3, 1], found[:3, :3] @ np.array([beside, 0.0, 0.0])
    free = np.concatenate([np.cross(axis, -arm), axis])  # of a turn about it, at the origin beside it
    found = se3.screw(found, slide * free)
    axis, arm = found[:3, 1], found[:3, :3] @ np.array([beside, 0.0, 0.0])
    free = np.concatenate([np.cross(axis, -arm), axis])
    sure = np.diag([0.0003**2] * 3 + [0.003**2] * 3)
    kept = without_sliding(begun, found, sure + np.pi**2 / 3.0 * np.outer(free, free))
    np.testing.assert_allclose(kept[:3, 1], found[:3, 1], atol=0.002)
    on_axis = np.array([[beside, -0.1, 0.0], [beside, 0.1, 0.0]])
    np.testing.assert_allclose(se3.transform(kept, on_axis), se3.transform(found, on_axis), atol=3e-4)
    turned = se3.tangent(begun, kept)[3:]
    assert abs(turned @ axis) <= 0.1 * abs(slide) + 0.02


@given(st.lists(st.floats(-0.2, 0.2), min_size=6, max_size=6))
def test_where_registration_slid_the_pose_stays_where_it_began(motion):
    motion = np.array(motion) * [0.1, 0.1, 0.1, 1.0, 1.0, 1.0]
    sure = np.diag([0.0005**2] * 3 + [0.005**2] * 3)
    sliding = sure.copy()
    sliding[4, 4] = unknown_covariance(DIAMETER)[4, 4]
    found = se3.perturb(IN_FRONT, motion)
    kept = se3.tangent(IN_FRONT, without_sliding(IN_FRONT, found, sure))
    np.testing.assert_allclose(kept, motion, atol=1e-3 * np.abs(motion).max() + 1e-12)
    held = se3.tangent(IN_FRONT, without_sliding(IN_FRONT, found, sliding))
    assert abs(held[4]) <= 0.05 * abs(motion[4]) + 1e-3 * np.abs(motion).max()
