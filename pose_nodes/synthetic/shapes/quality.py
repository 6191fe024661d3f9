"""How well a mesh stands for its solid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.sdf.solid import Field, Points
from pose_nodes.synthetic.shapes.sharp_edges import value_and_gradient

_PERCENTILE = 99.9
_LEAST_SLOPE = 0.5


@dataclass(frozen=True)
class MeshQuality:
    """How well a mesh stands for its solid.

    Attributes:
        error: metres; 99.9 % of the middles of triangles and of their edges are nearer to the surface.
        worst: metres, the largest of these distances, at some thin crease as a rule.
        watertight: whether every edge joins two triangles of the same sense (a closed 2-manifold).
        triangles: how many.
        parts: closed surfaces of the solid (but specks), of which the mesh is the one of most triangles.
    """

    error: float
    worst: float
    watertight: bool
    triangles: int
    parts: int = 1


def quality_of(distance: Field, mesh: TriangleMesh, cell: float) -> MeshQuality:
    """Distances of a mesh to the zero level of a field, and whether the mesh is closed.

    Args:
        distance: the field.
        mesh: what was made of it.
        cell: edge of the grid's cells, metres: what is small against the solid.
    """
    corners = mesh.vertices[mesh.faces]
    edges = 0.5 * (corners + np.roll(corners, 1, axis=1))
    # Each edge is had from both sides: once is enough, but for its sense.
    first = mesh.faces < np.roll(mesh.faces, 1, axis=1)
    errors = _errors(distance, np.concatenate([corners.mean(axis=1), edges[first]]), cell)
    error, worst = float(np.percentile(errors, _PERCENTILE)), float(errors.max())
    return MeshQuality(error, worst, is_closed(mesh), len(mesh.faces))


def is_closed(mesh: TriangleMesh) -> bool:
    """Whether the mesh is watertight, of one winding, and encloses a volume."""
    body = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    return bool(body.is_watertight and body.is_winding_consistent and body.volume > 0)


def _errors(distance: Field, probes: Points, cell: float) -> NDArray[np.float64]:
    """(n,) values over slopes; the slopes of those alone that the percentile can depend on."""
    errors = np.abs(distance(probes))
    # A slope at most doubles a value: what is below half the percentile of the values stays below it.
    large = np.flatnonzero(errors >= _LEAST_SLOPE * np.percentile(errors, _PERCENTILE))
    value, gradient = value_and_gradient(distance, probes[large], 0.05 * cell)
    errors[large] = np.abs(value) / np.clip(np.linalg.norm(gradient, axis=1), _LEAST_SLOPE, 1.0)
    return errors
