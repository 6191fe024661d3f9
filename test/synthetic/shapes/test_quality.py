"""The quality of meshes, where it is known."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.quality import is_closed, quality_of
from pose_nodes.synthetic.shapes.sdf.primitives import ball, ellipsoid
from pose_nodes.synthetic.shapes.sharp_edges import value_and_gradient


def mesh_of(shape: trimesh.Trimesh) -> TriangleMesh:
    return TriangleMesh(np.asarray(shape.vertices, np.float64), np.asarray(shape.faces, np.int32))


def test_the_error_of_a_faceted_ball_is_the_depth_of_its_facets() -> None:
    mesh = mesh_of(trimesh.creation.icosphere(subdivisions=3, radius=0.05))
    quality = quality_of(ball(0.05).distance, mesh, 0.001)
    depth = 0.05 - np.linalg.norm(mesh.vertices[mesh.faces].mean(axis=1), axis=1).min()
    assert quality.worst == pytest.approx(depth, rel=1e-3)
    assert 0.8 * depth < quality.error <= quality.worst
    assert quality.watertight
    assert quality.triangles == len(mesh.faces)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.3, 1.0), st.floats(0.3, 1.0), st.integers(0, 100))
def test_errors_are_those_of_slopes_taken_everywhere(y: float, z: float, seed: int) -> None:
    """Slopes are measured only where the result can depend on them."""
    body = ellipsoid((0.05, 0.05 * y, 0.05 * z))
    shape = trimesh.creation.icosphere(subdivisions=3, radius=0.05)
    noise = np.random.default_rng(seed).normal(scale=2e-4, size=shape.vertices.shape)
    mesh = TriangleMesh(shape.vertices * (1.0, y, z) + noise, np.asarray(shape.faces, np.int32))
    corners = mesh.vertices[mesh.faces]
    middles = 0.5 * (corners + np.roll(corners, 1, axis=1))[mesh.faces < np.roll(mesh.faces, 1, axis=1)]
    value, gradient = value_and_gradient(body.distance, np.concatenate([corners.mean(axis=1), middles]), 5e-5)
    errors = np.abs(value) / np.clip(np.linalg.norm(gradient, axis=1), 0.5, 1.0)
    quality = quality_of(body.distance, mesh, 0.001)
    assert quality.worst == pytest.approx(errors.max(), rel=1e-3)
    assert quality.error == pytest.approx(np.percentile(errors, 99.9), rel=1e-3)


def test_a_mesh_with_a_hole_or_turned_inside_out_is_not_closed() -> None:
    mesh = mesh_of(trimesh.creation.icosphere(subdivisions=2))
    assert is_closed(mesh)
    assert not is_closed(TriangleMesh(mesh.vertices, mesh.faces[1:]))
    assert not is_closed(TriangleMesh(mesh.vertices, mesh.faces[:, ::-1].copy()))
