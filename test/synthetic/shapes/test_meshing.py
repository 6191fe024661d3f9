"""Meshes of solids: closed, near, sharp, within the budget."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.winding import signed_volume
from pose_nodes.synthetic.shapes.meshing import mesh_solid
from pose_nodes.synthetic.shapes.quality import is_closed
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, union
from pose_nodes.synthetic.shapes.sdf.primitives import ball, block, cylinder
from pose_nodes.synthetic.shapes.sdf.solid import solid


def test_the_mesh_of_a_ball_has_its_radius_and_volume() -> None:
    mesh, quality = mesh_solid(ball(0.05), 0.002)
    assert quality.watertight
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices, axis=1), 0.05, atol=1e-6)
    assert signed_volume(mesh) == pytest.approx(4 / 3 * np.pi * 0.05**3, rel=2e-3)


def test_sharp_edges_and_corners_are_kept() -> None:
    mesh, quality = mesh_solid(block((0.1, 0.06, 0.04)), 0.0021, 2000)
    assert quality.watertight
    assert quality.triangles <= 2000
    assert signed_volume(mesh) == pytest.approx(0.1 * 0.06 * 0.04, rel=2e-3)
    corners = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.03, 0.03) for z in (-0.02, 0.02)])
    gaps = np.linalg.norm(mesh.vertices - corners[:, None], axis=2).min(axis=1)
    assert gaps.max() < 6e-4


def test_a_drilled_block_is_closed_and_within_the_tolerance() -> None:
    body = difference(block((0.1, 0.03, 0.06), 0.003), moved(cylinder(0.012, 0.1), (0.02, 0, 0)))
    mesh, quality = mesh_solid(body, 0.001, 6000, tolerance=4e-4)
    assert is_closed(mesh)
    assert quality.error < 4e-4
    samples = mesh.vertices[mesh.faces].mean(axis=1)
    assert np.percentile(np.abs(body.distance(samples)), 99) < 4e-4


def test_loose_parts_are_left_out() -> None:
    mesh, quality = mesh_solid(union(ball(0.05), moved(ball(0.006), (0.1, 0, 0))), 0.002)
    assert quality.watertight
    assert mesh.vertices[:, 0].max() < 0.051


def test_the_same_solid_gives_the_same_bits() -> None:
    first, _ = mesh_solid(block((0.1, 0.06, 0.04), 0.004), 0.0015, 3000)
    second, _ = mesh_solid(block((0.1, 0.06, 0.04), 0.004), 0.0015, 3000)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)


def test_a_field_without_a_surface_is_refused() -> None:
    nothing = solid(lambda p: np.full(len(p), 1.0), (-0.1,) * 3, (0.1,) * 3)
    with pytest.raises(InvalidMeshError, match="no zero level within its box"):
        mesh_solid(nothing, 0.005)


def test_a_field_with_gaps_is_refused() -> None:
    body = ball(0.05)
    torn = solid(lambda p: np.where(p[:, 0] > 0.03, np.nan, body.distance(p)), body.lower, body.upper)
    with pytest.raises(InvalidMeshError, match=r"NaN or infinite at \d+ points"):
        mesh_solid(torn, 0.005)


def test_the_budget_is_exceeded_twofold_at_most() -> None:
    """Knife edges keep the error up; the mesh stays within twice the budget all the same."""
    thin = difference(ball(0.05), moved(ball(0.05), (0.012, 0, 0)))
    mesh, quality = mesh_solid(thin, 0.0012, 1000, tolerance=1e-6)
    assert quality.watertight
    assert len(mesh.faces) <= 2000


def test_hollows_and_loose_parts_are_counted() -> None:
    hollow = difference(ball(0.05), ball(0.03))
    _, quality = mesh_solid(union(hollow, moved(ball(0.02), (0.1, 0, 0))), 0.002)
    assert quality.parts == 3
