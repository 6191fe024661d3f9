"""Cameras around an object."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.rendering.viewpoints import camera_for, directions_around


@pytest.mark.parametrize("count", [1, 2, 42, 162])
def test_directions_are_unit_vectors_and_no_place_on_the_sphere_is_far_from_one(count):
    directions = directions_around(count)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    sphere = np.random.default_rng(0).normal(size=(2000, 3))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    farthest = np.arccos((sphere @ directions.T).max(axis=1).min())
    assert farthest < 2.8 * np.sqrt(4.0 / count)


def test_a_ball_just_fits_into_the_image():
    camera = camera_for(0.2, 0.5, 101)
    tangent = np.arcsin(0.1 / 0.5)  # the ray that touches the ball
    u = camera.cx + camera.fx * np.tan(tangent)
    assert u == pytest.approx(100.5)
