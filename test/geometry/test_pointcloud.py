"""From masked depth to clean points with normals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.pointcloud import erode_mask, estimate_normals, inlier_mask, lift, thin

CAMERA = PinholeCamera(100.0, 200.0, 3.5, 2.5, 8, 6)
EVERYWHERE = np.ones((6, 8), bool)


def mask_of(rows: slice, columns: slice, shape: tuple[int, int] = (40, 60)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[rows, columns] = True
    return mask


def flat_patch(rng: np.random.Generator, count: int) -> np.ndarray:
    """Points of a 20 cm square, 0.5 m in front of the camera."""
    points = rng.uniform(-0.1, 0.1, (count, 3))
    points[:, 2] = 0.5
    return points


def sphere_seen_from_the_camera(radius: float, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Points of the half of a ball that faces the origin, and their outward normals."""
    normals = np.random.default_rng(0).normal(size=(8000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = radius * normals + [0.0, 0.0, distance]
    seen = np.einsum("ij,ij->i", points, normals) < -0.2 * np.linalg.norm(points, axis=1)
    return points[seen], normals[seen]


def test_a_pixel_is_lifted_to_where_a_hand_calculation_puts_it():
    depth = np.full(CAMERA.shape, np.nan, np.float32)
    depth[4, 5] = 2.0
    np.testing.assert_allclose(
        lift(depth, EVERYWHERE, CAMERA), [[(5 - 3.5) / 100 * 2, (4 - 2.5) / 200 * 2, 2.0]]
    )


@given(st.integers(0, 2**32 - 1))
def test_lifted_points_project_onto_the_measured_pixels_of_the_mask(seed):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(0.2, 3.0, CAMERA.shape).astype(np.float32)
    depth[rng.random(CAMERA.shape) < 0.3] = np.nan
    mask = rng.random(CAMERA.shape) < 0.7
    wanted = mask & np.isfinite(depth)
    if not wanted.any():
        return
    points = lift(depth, mask, CAMERA)
    u, v = np.rint(CAMERA.project(points)).astype(int).T
    found = np.zeros(CAMERA.shape, bool)
    found[v, u] = True
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(points[:, 2], depth[v, u])


@pytest.mark.parametrize("nothing", [np.inf, -1.0, 1e-38, 3e38])
def test_what_is_no_length_is_no_measurement(nothing):
    depth = np.full(CAMERA.shape, nothing, np.float32)
    depth[2, 3] = 1.0
    assert len(lift(depth, EVERYWHERE, CAMERA)) == 1


def test_zero_depth_is_no_measurement():
    depth = np.zeros(CAMERA.shape, np.float32)
    depth[2, 3] = 1.0
    assert len(lift(depth, EVERYWHERE, CAMERA)) == 1


def test_an_empty_mask_is_told_so():
    with pytest.raises(InvalidInputError, match=r"mask: no pixel is set; nothing was segmented"):
        lift(np.ones(CAMERA.shape, np.float32), ~EVERYWHERE, CAMERA)


@pytest.mark.parametrize("value", [0.0, np.nan, -1.0])
def test_a_mask_without_depth_is_told_how_many_pixels_it_has(value):
    mask = mask_of(slice(0, 2), slice(0, 3), CAMERA.shape)
    with pytest.raises(InvalidInputError, match=r"depth image: none of the 6 masked pixels has a depth; the"):
        lift(np.full(CAMERA.shape, value, np.float32), mask, CAMERA)


@pytest.mark.parametrize("pixels", [0, 1, 3])
def test_erosion_takes_a_rim_of_so_many_pixels(pixels):
    eroded = erode_mask(mask_of(slice(10, 30), slice(15, 45)), pixels)
    expected = mask_of(slice(10 + pixels, 30 - pixels), slice(15 + pixels, 45 - pixels))
    np.testing.assert_array_equal(eroded, expected)


def test_erosion_leaves_the_side_where_the_image_cuts_the_object_off():
    eroded = erode_mask(mask_of(slice(0, 20), slice(40, 60)), 2)
    np.testing.assert_array_equal(eroded, mask_of(slice(0, 18), slice(42, 60)))


@pytest.mark.parametrize(("width", "rim_left"), [(1, 0), (2, 0), (3, 1), (5, 1), (6, 2)])
def test_a_thin_mask_is_eroded_less_or_not_at_all(width, rim_left):
    mask = mask_of(slice(5, 35), slice(20, 20 + width))
    expected = mask_of(slice(5 + rim_left, 35 - rim_left), slice(20 + rim_left, 20 + width - rim_left))
    np.testing.assert_array_equal(erode_mask(mask, 3), expected)


def test_an_empty_mask_stays_empty():
    assert not erode_mask(np.zeros((6, 8), bool), 2).any()


def test_points_off_a_surface_are_outliers_and_the_surface_is_kept():
    rng = np.random.default_rng(1)
    surface = flat_patch(rng, 2000)
    flying = rng.uniform(-0.1, 0.1, (20, 3)) + np.array([0.0, 0.0, 0.9])
    kept = inlier_mask(np.concatenate([surface, flying]))
    assert not kept[2000:].any()
    assert kept[:2000].mean() > 0.97


def test_a_cloud_too_small_for_statistics_is_kept_as_it_is():
    assert inlier_mask(np.random.default_rng(2).normal(size=(20, 3))).all()
    assert inlier_mask(np.empty((0, 3))).shape == (0,)


def test_no_point_stands_out_where_all_are_the_same():
    assert inlier_mask(np.ones((50, 3))).all()


def test_normals_of_a_ball_point_outwards_and_to_the_camera():
    points, true = sphere_seen_from_the_camera(0.1, 0.6)
    normals = estimate_normals(points, 0.015)
    assert (np.einsum("ij,ij->i", normals, points) < 0).all()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-9)
    angles = np.degrees(np.arccos(np.clip(np.einsum("ij,ij->i", normals, true), -1, 1)))
    assert np.median(angles) < 1.0 and np.percentile(angles, 99) < 6.0


def test_normals_do_not_change_the_points():
    points = flat_patch(np.random.default_rng(3), 100)
    before = points.copy()
    estimate_normals(points, 0.05)
    np.testing.assert_array_equal(points, before)


@given(st.integers(0, 200), st.integers(0, 200))
def test_thinning_picks_distinct_points_in_order(count, at_most):
    chosen = thin(count, at_most, np.random.default_rng(0))
    assert len(chosen) == min(count, at_most)
    assert (np.diff(chosen) > 0).all()
    assert ((chosen >= 0) & (chosen < count)).all()


def test_thinning_depends_on_the_generator_alone():
    first, second = (thin(1000, 100, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, thin(1000, 100, np.random.default_rng(6)))
