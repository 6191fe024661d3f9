"""Points on surfaces: uniform before they are thinned, even afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.sampling import random_surface_points, sample_surface

TRIANGLE = TriangleMesh(np.array([[0, 0, 0], [0.3, 0, 0], [0, 0.3, 0.0]]), np.array([[0, 1, 2]], np.int32))


def test_random_points_are_uniform_in_a_triangle():
    points, normals = random_surface_points(TRIANGLE, 20_000, np.random.default_rng(0))
    x, y = points[:, 0] / 0.3, points[:, 1] / 0.3
    assert x.min() >= 0 and y.min() >= 0 and (x + y).max() <= 1 + 1e-12
    # The three corner triangles of half the size and the one in the middle have a quarter of the area each.
    quarters = [np.mean(x > 0.5), np.mean(y > 0.5), np.mean(x + y < 0.5)]
    np.testing.assert_allclose(quarters, 0.25, atol=0.012)
    np.testing.assert_array_equal(normals, np.tile([0.0, 0.0, 1.0], (20_000, 1)))


def test_even_points_keep_as_many_as_asked_for_and_their_normals():
    points, normals = sample_surface(TRIANGLE, 500, np.random.default_rng(0))
    assert points.shape == normals.shape == (500, 3)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + np.eye(500)
    # 500 discs on 0.045 m^2: a hexagonal grid would have a spacing of 10.2 mm.
    assert distances.min() > 0.55 * 0.0102


def test_triangles_without_area_are_never_chosen():
    faces = np.array([[0, 1, 2], [0, 0, 1], [0, 1, 1]], np.int32)
    points, normals = random_surface_points(
        TriangleMesh(TRIANGLE.vertices, faces), 1000, np.random.default_rng(0)
    )
    assert np.isfinite(normals).all() and np.all(points[:, 1] > 0)
    with pytest.raises(InvalidMeshError, match="no triangle has an area"):
        random_surface_points(TriangleMesh(TRIANGLE.vertices, faces[1:]), 10, np.random.default_rng(0))
