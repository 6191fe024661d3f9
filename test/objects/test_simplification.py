"""Meshes are made small for pictures, however their files hold them."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import trimesh

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.simplification import (
    LARGEST_DEVIATION,
    ROUGH_DEVIATION,
    ROUGH_TRIANGLES,
    TRIANGLES,
    roughly,
    simplified,
)

RADIUS = 0.05


def ball(subdivisions: int, apart: bool) -> TriangleMesh:
    """`apart`: with vertices of its own for each triangle."""
    shape = trimesh.creation.icosphere(subdivisions, RADIUS)
    vertices, faces = np.asarray(shape.vertices), np.asarray(shape.faces, np.int32)
    if apart:
        vertices, faces = vertices[faces].reshape(-1, 3), np.arange(faces.size, dtype=np.int32).reshape(-1, 3)
    return TriangleMesh(vertices, faces)


@pytest.mark.parametrize("apart", [False, True])
def test_many_triangles_become_few_also_where_none_shares_a_vertex(apart):
    mesh = simplified(ball(5, apart), 2 * RADIUS)
    assert 0.9 * TRIANGLES < len(mesh.faces) <= TRIANGLES
    assert len(mesh.vertices) < 0.6 * len(mesh.faces)
    radii = np.linalg.norm(mesh.vertices, axis=1)
    assert np.abs(radii - RADIUS).max() < LARGEST_DEVIATION * 2 * RADIUS


def test_few_triangles_stay_where_they_are_and_share_vertices():
    apart = ball(2, apart=True)
    mesh = simplified(apart, 2 * RADIUS)
    assert len(mesh.vertices) == len(ball(2, apart=False).vertices)
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], apart.vertices[apart.faces])


def test_a_mesh_is_simplified_once_and_forgotten_with_the_last_who_holds_it():
    mesh = ball(5, apart=False)
    small = weakref.ref(simplified(mesh, 2 * RADIUS))
    assert small() is not None and simplified(mesh, 2 * RADIUS) is small()
    del mesh
    gc.collect()
    assert small() is None


def test_a_rough_mesh_has_still_fewer():
    mesh = roughly(ball(5, apart=False), 2 * RADIUS)
    assert 0.8 * ROUGH_TRIANGLES < len(mesh.faces) <= ROUGH_TRIANGLES
    radii = np.linalg.norm(mesh.vertices, axis=1)
    assert np.abs(radii - RADIUS).max() < ROUGH_DEVIATION * 2 * RADIUS
