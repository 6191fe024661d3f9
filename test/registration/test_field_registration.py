"""Registration to a distance field: exact where it can be, from far away, and still where nothing is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.pose_error import pose_difference
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.registration.field_registration import FieldTarget, Spread
from pose_nodes.rendering.depth import DepthRenderer, Region

CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
T_TRUE = se3.from_rotation_vector([2.6, 0.2, -0.4], [0.02, -0.03, 0.6])
REACH, SCALE = 0.02, 0.004


@pytest.fixture(scope="module")
def target(bunny_model) -> FieldTarget:
    return FieldTarget(bunny_model.mesh, bunny_model.diameter)


@pytest.fixture(scope="module")
def depth(bunny_model) -> np.ndarray:
    return DepthRenderer(bunny_model.mesh).render(T_TRUE, CAMERA)


@pytest.fixture(scope="module")
def points(depth) -> np.ndarray:
    """1,000 points of what a camera sees, without noise."""
    v, u = np.nonzero(np.isfinite(depth))
    chosen = np.random.default_rng(0).choice(len(v), 1000, replace=False)
    return CAMERA.unproject(depth, v[chosen], u[chosen])


def errors(T_object_camera: se3.Matrix, model) -> tuple[float, float]:
    """Millimetres and degrees."""
    distance, angle = pose_difference(se3.inverse(T_object_camera), T_TRUE, model.symmetry)
    return 1e3 * distance, float(np.degrees(angle))


motions = st.lists(st.floats(-1, 1), min_size=6, max_size=6).map(
    lambda numbers: np.array(numbers) * [0.008, 0.008, 0.008, 0.08, 0.08, 0.08]
)


@settings(max_examples=25)
@given(motion=motions)
def test_from_nearby_starts_points_without_noise_come_back_to_the_surface(
    target, points, bunny_model, motion
):
    fit = target.register(points, se3.inverse(se3.perturb(T_TRUE, motion)), REACH, SCALE)
    millimetres, degrees = errors(fit.T_object_camera, bunny_model)
    assert millimetres < 0.02 and degrees < 0.02
    # Where a ridge of the bunny is thin, a few points see its other side nearer.
    assert fit.cost < 0.05 and se3.is_rigid(fit.T_object_camera)


@settings(max_examples=10)
@given(motion=motions, seed=st.integers(0, 1000))
def test_a_third_of_the_points_may_be_of_something_else(target, points, bunny_model, motion, seed):
    rng = np.random.default_rng(seed)
    spoilt = points.copy()
    spoilt[::3] += rng.uniform(0.01, 0.03, (len(spoilt[::3]), 1)) * [0.0, 0.3, -1.0]
    fit = target.register(spoilt, se3.inverse(se3.perturb(T_TRUE, 0.5 * motion)), REACH, SCALE)
    millimetres, degrees = errors(fit.T_object_camera, bunny_model)
    assert millimetres < 1.0 and degrees < 1.0
    assert fit.cost > 0.2


def far_starts(count: int) -> list[se3.Matrix]:
    """15 degrees and 3 cm off, in random directions."""
    rng = np.random.default_rng(5)
    directions = rng.normal(size=(count, 2, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    return [
        se3.inverse(se3.perturb(T_TRUE, np.concatenate([0.03 * shift, np.radians(15) * axis])))
        for shift, axis in directions
    ]


def test_a_search_finds_the_surface_from_far_where_one_start_often_does_not(target, points, bunny_model):
    starts = far_starts(40)
    alone = [errors(target.register(points, T, 0.05, SCALE).T_object_camera, bunny_model) for T in starts]
    many = [errors(target.search(points, T, 0.05, SCALE).T_object_camera, bunny_model) for T in starts]
    right_alone, right_many = (np.mean([mm < 1 and deg < 1 for mm, deg in each]) for each in (alone, many))
    assert right_many >= 0.9 and right_many >= right_alone


def test_the_same_points_give_the_same_bits(target, points):
    start = far_starts(1)[0]
    first, again = (target.search(points, start, 0.05, SCALE) for _ in range(2))
    np.testing.assert_array_equal(first.T_object_camera, again.T_object_camera)
    assert first.cost == again.cost


def test_starts_farther_off_are_reached_by_wider_spreads(target, points, bunny_model):
    """7 cm beside an object of 20 cm, nothing but a start that is moved as far leads there."""
    start = se3.inverse(se3.perturb(T_TRUE, np.array([0.05, -0.05, 0.0, 0.0, 0.1, 0.0])))
    narrow = target.search(points, start, REACH, SCALE)
    wide = target.search(points, start, REACH, SCALE, Spread(shifts=(0.02, 0.04, 0.06)))
    assert errors(narrow.T_object_camera, bunny_model)[0] > 20.0
    assert max(errors(wide.T_object_camera, bunny_model)) < 0.1


def test_candidates_are_different_poses_the_best_first(target, points):
    found = target.candidates(points, far_starts(1)[0], 0.05, SCALE, Spread(), 4)
    assert 1 < len(found) <= 4
    assert [fit.cost for fit in found] == sorted(fit.cost for fit in found)
    ends = np.array([points.min(axis=0), points.max(axis=0)])
    for i, a in enumerate(found):
        for b in found[:i]:
            moved = se3.transform(a.T_object_camera, ends) - se3.transform(b.T_object_camera, ends)
            assert np.linalg.norm(moved, axis=1).max() > 0.1 * SCALE


@pytest.mark.parametrize("count", [0, 3])
def test_hardly_a_point_moves_nothing(target, points, count):
    fit = target.register(points[:count], se3.inverse(T_TRUE), REACH, SCALE)
    np.testing.assert_array_equal(fit.T_object_camera, se3.inverse(T_TRUE))


def test_points_far_from_the_surface_move_nothing_and_cost_all(target, points):
    fit = target.register(points + np.array([0.0, 0.0, 1.0]), se3.inverse(T_TRUE), REACH, SCALE)
    np.testing.assert_allclose(fit.T_object_camera, se3.inverse(T_TRUE), atol=1e-12)
    assert fit.cost == 1.0


def test_what_a_plane_does_not_hold_stays_where_it_was():
    side = 0.1 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    square = FieldTarget(TriangleMesh(side, np.array([[0, 2, 1], [0, 3, 2]], np.int32)), 0.28)
    T_true = se3.from_rotation_vector([0.2, -0.1, 0.0], [0.0, 0.0, 0.5])
    grid = np.stack(np.meshgrid(*[np.linspace(-0.05, 0.05, 20)] * 2), axis=-1).reshape(-1, 2)
    seen = se3.transform(T_true, np.concatenate([grid, np.zeros((len(grid), 1))], axis=1))
    start = se3.perturb(T_true, np.array([0.0, 0.0, 0.006, 0.03, 0.0, 0.0]))
    found = se3.inverse(square.register(seen, se3.inverse(start), REACH, SCALE).T_object_camera)
    # Back in the plane, and neither slid along it nor turned about its normal.
    np.testing.assert_allclose(se3.transform(se3.inverse(found), seen)[:, 2], 0.0, atol=2e-5)
    assert np.linalg.norm((found - T_true)[:3, 3]) < 0.002
    assert se3.difference(found, T_true)[1] < np.radians(0.3)


@pytest.mark.parametrize(
    "region",
    [Region.full(CAMERA, 3), Region(200, 100, 90, 80, 2), Region(-31, -17, 400, 300, 2)],
    ids=["image", "part", "beyond the image"],
)
def test_near_points_are_those_that_a_look_at_each_pixel_finds(target, depth, region):
    rng = np.random.default_rng(1)
    noisy = (depth + rng.normal(0, 0.01, depth.shape)).astype(np.float32)
    v, u = np.meshgrid(region.v, region.u, indexing="ij")
    inside = (v >= 0) & (v < CAMERA.height) & (u >= 0) & (u < CAMERA.width)
    rows, columns = v[inside], u[inside]
    measured = np.isfinite(noisy[rows, columns])
    points = CAMERA.unproject(noisy, rows[measured], columns[measured])
    distances = target.planes(se3.transform(se3.inverse(T_TRUE), points))[1]
    expected = points[np.abs(distances) <= 0.008]
    found = target.near(noisy, CAMERA, region, se3.inverse(T_TRUE), 0.008)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert 0 < len(found) < measured.sum()


def test_an_image_without_depth_has_no_near_points(target):
    nothing = np.full(CAMERA.shape, np.nan, np.float32)
    assert target.near(nothing, CAMERA, Region.full(CAMERA), se3.inverse(T_TRUE), 0.02).shape == (0, 3)


@settings(max_examples=10)
@given(motion=motions)
def test_information_is_that_of_how_distances_change_with_the_pose(target, points, motion):
    T = se3.perturb(T_TRUE, 0.2 * motion)
    found, distances = target.information(points, T, SCALE)
    normals, expected = target.planes(se3.transform(se3.inverse(T), points))
    near = np.abs(expected) < SCALE
    np.testing.assert_allclose(distances, expected, atol=1e-12)
    # A motion of the object by delta changes the distance of a fixed point by -(n . v + (p - t) x n . w).
    facing = se3.rotate(T, normals[near])
    jacobian = np.concatenate([facing, np.cross(points[near] - T[:3, 3], facing)], axis=1)
    np.testing.assert_allclose(found, jacobian.T @ jacobian, atol=1e-9 * len(points))
