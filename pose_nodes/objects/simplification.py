"""Fewer triangles for pictures that are made many times a second."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import open3d as o3d

from pose_nodes.objects.mesh import TriangleMesh

TRIANGLES = 4_000
"""Are drawn in a tenth of a millisecond, and lie some tenths of a millimetre off; CAD and scans often have
far more (our choice)."""
LARGEST_DEVIATION = 0.012
"""Of the diameter, by which a vertex may lie off the other surface (our choice)."""
ROUGH_TRIANGLES = 1_000
ROUGH_DEVIATION = 0.04
"""The same, for pictures of some hundred pixels (our choice)."""
_KNOWN: WeakKeyDictionary[TriangleMesh, TriangleMesh] = WeakKeyDictionary()
"""Simplified meshes by their mesh, for as long as that lives: it takes half a second, and several ask."""


def simplified(mesh: TriangleMesh, diameter: float) -> TriangleMesh:
    """A mesh of about TRIANGLES triangles that stays near the given one; that itself if it fails.

    Vertices at one place become one. Files hold a vertex for each corner of each triangle where triangles
    differ in colour or normals, which takes three times as long to draw, and cannot be simplified.

    Args:
        mesh: its surface, metres.
        diameter: of it, metres.
    """
    if mesh not in _KNOWN:
        _KNOWN[mesh] = _simplified(_merged(mesh), TRIANGLES, LARGEST_DEVIATION * diameter)
    return _KNOWN[mesh]


def roughly(mesh: TriangleMesh, diameter: float) -> TriangleMesh:
    """A mesh of about ROUGH_TRIANGLES triangles; the one of `simplified` if that is too far off.

    Args:
        mesh: its surface, metres.
        diameter: of it, metres.
    """
    return _simplified(simplified(mesh, diameter), ROUGH_TRIANGLES, ROUGH_DEVIATION * diameter)


def _simplified(mesh: TriangleMesh, triangles: int, largest_deviation: float) -> TriangleMesh:
    if len(mesh.faces) <= triangles:
        return mesh
    full = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices), o3d.utility.Vector3iVector(mesh.faces)
    )
    small = full.simplify_quadric_decimation(triangles)
    result = TriangleMesh(np.asarray(small.vertices), np.asarray(small.triangles).astype(np.int32))
    if not len(result.faces) or _deviation(mesh, result) > largest_deviation:
        return mesh
    return result


def _merged(mesh: TriangleMesh) -> TriangleMesh:
    """The mesh without colours, each of its vertices once."""
    vertices, indices = np.unique(mesh.vertices, axis=0, return_inverse=True)
    return TriangleMesh(vertices, indices.reshape(-1)[mesh.faces].astype(np.int32))


def _deviation(a: TriangleMesh, b: TriangleMesh) -> float:
    """The largest distance of a vertex of either mesh from the surface of the other, metres."""
    return max(_farthest(a, b), _farthest(b, a))


def _farthest(vertices_of: TriangleMesh, surface: TriangleMesh) -> float:
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        o3d.core.Tensor(surface.vertices.astype(np.float32)),
        o3d.core.Tensor(surface.faces.astype(np.uint32)),
    )
    points = o3d.core.Tensor(vertices_of.vertices.astype(np.float32))
    return float(scene.compute_distance(points).numpy().max())
