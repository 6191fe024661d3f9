"""The pinhole camera: pixels to rays and back, and intrinsics that are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera

cameras = st.builds(
    PinholeCamera,
    st.floats(50, 2000),
    st.floats(50, 2000),
    st.floats(0, 640),
    st.floats(0, 480),
    st.just(640),
    st.just(480),
)
pixels = st.tuples(st.integers(0, 639), st.integers(0, 479))


@given(cameras, pixels, st.floats(0.1, 10.0))
def test_an_unprojected_pixel_projects_onto_itself(camera, pixel, z):
    u, v = np.array([pixel[0]]), np.array([pixel[1]])
    depth = np.full(camera.shape, np.nan, np.float32)
    depth[v, u] = z
    points = camera.unproject(depth, v, u)
    assert points.shape == (1, 3) and points.dtype == np.float64
    assert points[0, 2] == np.float32(z)
    np.testing.assert_allclose(camera.project(points), [pixel], atol=1e-8)


@given(cameras, pixels)
def test_rays_are_at_unit_depth_and_agree_with_the_matrix(camera, pixel):
    u, v = (np.array([float(value)]) for value in pixel)
    ray = camera.rays(u, v)[0]
    assert ray[2] == 1.0
    np.testing.assert_allclose(camera.K @ ray, [*pixel, 1.0], atol=1e-9)


def test_x_is_right_and_y_is_down():
    camera = PinholeCamera(100.0, 100.0, 50.0, 40.0, 100, 80)
    np.testing.assert_allclose(camera.project(np.array([[0.1, 0.2, 1.0]])), [[60.0, 60.0]])
    assert camera.shape == (80, 100)


@given(cameras)
def test_a_camera_survives_the_way_to_its_matrix_and_back(camera):
    assert PinholeCamera.from_matrix(camera.K, 640, 480) == camera
    assert PinholeCamera.from_matrix(camera.K.ravel().tolist(), 640, 480) == camera


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0.0, 0.0, 0.0, 0.0, 640, 480), "fx=0, fy=0, cx=0, cy=0 are not those of a camera; calibrate it"),
        ((-500.0, 500.0, 320.0, 240.0, 640, 480), "are not those of a camera"),
        ((500.0, float("nan"), 320.0, 240.0, 640, 480), "fy=nan"),
        ((500.0, 500.0, float("inf"), 240.0, 640, 480), "cx=inf"),
        ((500.0, 500.0, 320.0, 240.0, 0, 480), "camera size: 0x480 pixels is not an image size"),
    ],
)
def test_numbers_that_are_no_camera_are_refused(numbers, expected):
    with pytest.raises(InvalidInputError) as caught:
        PinholeCamera(*numbers)
    assert expected in str(caught.value)


def test_a_matrix_with_skew_or_of_another_size_is_refused():
    with pytest.raises(InvalidInputError, match="has skew, which is not supported; rectify"):
        PinholeCamera.from_matrix([[500, 5, 320], [0, 500, 240], [0, 0, 1]], 640, 480)
    with pytest.raises(InvalidInputError, match="has 12 values instead of nine"):
        PinholeCamera.from_matrix(np.zeros((3, 4)), 640, 480)
