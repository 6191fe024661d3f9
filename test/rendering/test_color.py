"""Colour images of meshes."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.texture import Texture
from pose_nodes.rendering.color import ColorRenderer
from pose_nodes.rendering.depth import DepthRenderer, Region
from pose_nodes.rendering.mesh_picture import look_from

CAMERA = PinholeCamera(200.0, 200.0, 49.5, 39.5, 100, 80)
CORNERS = np.array([[-0.1, 0.1, 0.0], [0.1, 0.1, 0.0], [0.1, -0.1, 0.0], [-0.1, -0.1, 0.0]])
"""Of a square that faces the camera, below left first, against the clock (y points down)."""
SQUARE = TriangleMesh(CORNERS, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
QUARTERS = np.array([[[200, 0, 0], [0, 200, 0]], [[0, 0, 200], [200, 200, 0]]], np.uint8)


def hue(pixel):
    return np.rint(255.0 * pixel / pixel.max()).astype(int)


@pytest.mark.parametrize(
    ("direction", "expected"),
    [((1, 0, 0), (255, 33, 33)), ((0, -1, 0), (255, 244, 32)), ((0, 0, 1), (255, 44, 250))],
)
def test_each_side_has_its_own_colour(painted_box, direction, expected):
    T = look_from(np.array(direction, float), np.zeros(3), 0.5)
    image, _ = ColorRenderer(painted_box.mesh).render(T, CAMERA)
    np.testing.assert_allclose(hue(image[40, 50].astype(float)), expected, atol=2)


def test_depth_is_that_of_the_other_renderer_and_all_beside_it_is_black(painted_box):
    T = se3.from_rotation_vector([0.4, 0.7, 0.1], [0.02, 0.0, 0.5])
    image, depth = ColorRenderer(painted_box.mesh).render(T, CAMERA)
    np.testing.assert_array_equal(depth, DepthRenderer(painted_box.mesh).render(T, CAMERA))
    np.testing.assert_array_equal(image.any(axis=2), np.isfinite(depth))


def test_a_texture_lies_the_right_way_round():
    texture = Texture(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), QUARTERS)
    mesh = TriangleMesh(SQUARE.vertices, SQUARE.faces, np.full((4, 3), 9, np.uint8), texture)
    image, _ = ColorRenderer(mesh).render(se3.from_rotation_vector([0, 0, 0], [0, 0, 1.0]), CAMERA)
    quarters = image[[30, 30, 50, 50], [40, 60, 40, 60]].reshape(2, 2, 3)
    np.testing.assert_allclose(quarters, QUARTERS, atol=12)


def test_colours_of_corners_blend_in_between():
    colors = np.array([[0, 0, 0], [200, 0, 0], [200, 0, 0], [0, 0, 0]], np.uint8)
    mesh = TriangleMesh(SQUARE.vertices, SQUARE.faces, colors)
    image, _ = ColorRenderer(mesh).render(se3.from_rotation_vector([0, 0, 0], [0, 0, 1.0]), CAMERA)
    row = image[39, 32:68, 0].astype(int)
    np.testing.assert_allclose(row, 200 * (np.arange(32, 68) - 29.5) / 40.0, atol=8)


def test_a_mesh_without_colours_is_grey_and_darker_where_it_is_oblique():
    renderer = ColorRenderer(SQUARE)
    facing, _ = renderer.render(se3.from_rotation_vector([0, 0, 0], [0, 0, 1.0]), CAMERA)
    oblique, _ = renderer.render(se3.from_rotation_vector([0, 1.2, 0], [0, 0, 1.0]), CAMERA)
    assert len(set(facing[40, 50])) == 1 and facing[40, 50, 0] > 170
    assert 0 < oblique[40, 50, 0] < 0.8 * facing[40, 50, 0]


def test_a_region_has_the_pixels_of_the_whole_image_and_black_ones_beyond(painted_box):
    T = look_from(np.array([1.0, 0.6, 0.4]), np.zeros(3), 0.5)
    renderer = ColorRenderer(painted_box.mesh)
    whole, _ = renderer.render(T, CAMERA)
    part, _ = renderer.render(T, CAMERA, Region(40, 30, 20, 10))
    np.testing.assert_array_equal(part, whole[30:40, 40:60])
