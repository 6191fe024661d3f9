"""Rendered depth against what geometry says."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import DepthRenderer, Region

CAMERA = PinholeCamera(150.0, 160.0, 79.5, 60.5, 160, 120)
RADIUS = 0.05


def mesh_of(shape: trimesh.Trimesh) -> TriangleMesh:
    return TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32))


@pytest.fixture(scope="module")
def sphere() -> DepthRenderer:
    return DepthRenderer(mesh_of(trimesh.creation.icosphere(5, RADIUS)))


@pytest.fixture(scope="module")
def square() -> DepthRenderer:
    """A square of 20 cm in the plane z = 0."""
    vertices = 0.1 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    return DepthRenderer(TriangleMesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32)))


def pixel_rays() -> np.ndarray:
    u, v = np.meshgrid(np.arange(CAMERA.width, dtype=float), np.arange(CAMERA.height, dtype=float))
    return CAMERA.rays(u.ravel(), v.ravel()).reshape(CAMERA.height, CAMERA.width, 3)


centres = st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(0.3, 1.0)).map(np.array)
turns = st.tuples(*[st.floats(-3.0, 3.0)] * 3)


@settings(max_examples=20)
@given(centre=centres, turn=turns)
def test_a_sphere_has_the_depth_of_the_quadratic_equation(sphere, centre, turn):
    depth = sphere.render(se3.from_rotation_vector(turn, centre), CAMERA)
    rays = pixel_rays()
    a, b, c = (rays**2).sum(-1), rays @ centre, centre @ centre - RADIUS**2
    discriminant = b**2 - a * c
    expected = (b - np.sqrt(np.where(discriminant > 0, discriminant, np.nan))) / a
    hit, truth = np.isfinite(depth), np.isfinite(expected)
    assert depth.dtype == np.float32 and depth.shape == CAMERA.shape
    # Triangles lie 0.1 % inside the sphere: a pixel on the rim may differ, and a grazing ray by its slope.
    assert np.count_nonzero(hit != truth) <= 0.03 * truth.sum() + 8
    facing = discriminant > 0.1 * a * RADIUS**2
    np.testing.assert_allclose(depth[facing], expected[facing], atol=5e-4)


@settings(max_examples=20)
@given(tilt_x=st.floats(-0.9, 0.9), tilt_y=st.floats(-0.9, 0.9), distance=st.floats(0.3, 0.8))
def test_a_plane_has_the_depth_where_its_rays_cross_it(square, tilt_x, tilt_y, distance):
    T = se3.from_rotation_vector([tilt_x, tilt_y, 0.0], [0.0, 0.0, distance])
    depth = square.render(T, CAMERA)
    normal = T[:3, 2]
    expected = normal @ T[:3, 3] / (pixel_rays() @ normal)
    inside = np.isfinite(depth)
    assert inside.sum() > 200
    np.testing.assert_allclose(depth[inside], expected[inside], rtol=1e-5)


def test_pixels_beside_the_object_are_nan(square):
    depth = square.render(se3.from_rotation_vector([0, 0, 0], [0.0, 0.0, 0.4]), CAMERA)
    # 0.1 m at 0.4 m: 37.5 pixels left and right of 79.5, 40 above and below of 60.5.
    columns, rows = np.flatnonzero(np.isfinite(depth).any(axis=0)), np.flatnonzero(np.isfinite(depth).any(1))
    assert (columns[0], columns[-1], rows[0], rows[-1]) == (42, 117, 21, 100)


def test_what_is_behind_the_camera_is_not_seen(sphere):
    assert not np.isfinite(sphere.render(se3.from_rotation_vector([0, 0, 0], [0, 0, -0.5]), CAMERA)).any()


@settings(max_examples=20)
@given(
    st.integers(-20, 150), st.integers(-20, 110), st.integers(1, 60), st.integers(1, 60), st.integers(1, 7)
)
def test_a_region_has_the_pixels_of_the_whole_image(sphere, left, top, columns, rows, stride):
    T = se3.from_rotation_vector([0, 0, 0], [0.02, -0.01, 0.2])
    region = Region(left, top, columns, rows, stride)
    whole, part = sphere.render(T, CAMERA), sphere.render(T, CAMERA, region)
    assert part.shape == (rows, columns)
    on_image_v, on_image_u = region.v[:, None], region.u[None]
    shown = (on_image_v >= 0) & (on_image_v < 120) & (on_image_u >= 0) & (on_image_u < 160)
    v, u = np.broadcast_arrays(on_image_v, on_image_u)
    np.testing.assert_array_equal(part[shown], whole[v[shown], u[shown]])


@pytest.mark.parametrize("stride", [1, 2, 3, 7])
def test_the_full_region_ends_inside_the_image_and_covers_it(stride):
    region = Region.full(CAMERA, stride)
    assert region.u[0] == region.v[0] == 0
    assert CAMERA.width - stride <= region.u[-1] < CAMERA.width
    assert CAMERA.height - stride <= region.v[-1] < CAMERA.height


@given(
    st.lists(st.tuples(st.floats(-50, 700), st.floats(-50, 500)), min_size=1, max_size=8),
    st.integers(0, 20),
    st.integers(100, 20_000),
)
def test_a_region_around_points_covers_them_with_about_the_pixels_asked_for(points, margin, pixels):
    u, v = np.array(points).T
    region = Region.around(u.min(), v.min(), u.max(), v.max(), margin, pixels)
    assert region.u[0] <= u.min() - margin and region.v[0] <= v.min() - margin
    assert region.u[-1] + region.stride > u.max() + margin
    assert region.v[-1] + region.stride > v.max() + margin
    assert region.columns * region.rows <= pixels + region.columns + region.rows + 1


@given(st.integers(1, 5), st.integers(0, 40))
def test_a_grown_region_keeps_its_grid_and_has_the_margin_on_all_sides(stride, margin):
    region = Region(7, -3, 11, 5, stride)
    grown = region.grown(margin)
    assert set(region.u) <= set(grown.u) and set(region.v) <= set(grown.v)
    for inner, outer in ((region.u, grown.u), (region.v, grown.v)):
        assert margin <= inner[0] - outer[0] == outer[-1] - inner[-1] < margin + stride


@given(
    st.integers(-40, 140), st.integers(-40, 140), st.integers(0, 30), st.integers(0, 30), st.integers(1, 9)
)
def test_the_part_of_a_grid_in_an_image_is_that_of_its_pixels(left, top, columns, rows, stride):
    region = Region(left, top, columns, rows, stride)
    (first_row, end_row), (first_column, end_column) = region.in_image((90, 120))
    inside_rows = np.flatnonzero((region.v >= 0) & (region.v < 90))
    inside_columns = np.flatnonzero((region.u >= 0) & (region.u < 120))
    assert list(range(first_row, end_row)) == inside_rows.tolist()
    assert list(range(first_column, end_column)) == inside_columns.tolist()
