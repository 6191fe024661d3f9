"""Normals and angles from exact depth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.incidence import incidence, normals_from_depth, rays

CAMERA = PinholeCamera(200.0, 210.0, 31.5, 23.5, 64, 48)


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.3, 3.0))
def test_the_normals_of_a_plane_are_its_normal(x, y, distance):
    normal = np.array([x, y, -2.0]) / np.linalg.norm([x, y, -2.0])
    depth = (-distance / (rays(CAMERA) @ normal)).astype(np.float32)
    normals = normals_from_depth(depth, CAMERA)
    np.testing.assert_allclose(normals, np.broadcast_to(normal, normals.shape), atol=5e-3)


def test_normals_do_not_cross_an_edge(card, camera):
    normals = normals_from_depth(card, camera)
    np.testing.assert_allclose(normals[..., 2], -1.0, atol=1e-4)


def test_normals_are_nan_where_there_is_nothing():
    depth = np.ones(CAMERA.shape, np.float32)
    depth[10:20, 10:20] = np.nan
    unknown = np.isnan(normals_from_depth(depth, CAMERA)).any(axis=-1)
    np.testing.assert_array_equal(unknown, np.isnan(depth))


def test_the_angle_of_a_wall_is_that_of_the_ray_to_the_axis():
    wall = np.broadcast_to(np.array([0, 0, -1], np.float32), (*CAMERA.shape, 3))
    angle = incidence(wall, CAMERA)
    assert angle[23, 31] < 0.01
    expected = np.arctan(np.hypot(31.5 / 200.0, 23.5 / 210.0))
    assert angle[0, 0] == pytest.approx(expected, abs=1e-4)
