"""Fewer triangles for the same surface, by quadric error metrics.

Garland and Heckbert, "Surface simplification using quadric error metrics", SIGGRAPH 1997, in two libraries:
fast-simplification, which is about ten times faster, and Open3D, which closes the few meshes that the first
one tears.
"""

from __future__ import annotations

from collections.abc import Callable

import fast_simplification
import numpy as np
import open3d as o3d
from numpy.typing import NDArray

Simplifier = Callable[
    [NDArray[np.float64], NDArray[np.int32], int], tuple[NDArray[np.float64], NDArray[np.int32]]
]
"""(n, 3) vertices, (m, 3) faces and a number of triangles to fewer vertices and that many faces."""

_AGGRESSIVENESS = 3.0
"""How fast its threshold rises: at 3 its errors are those of Open3D, at 7 (its default) greater."""


def by_threshold(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], budget: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Fast: collapses all edges below a threshold that rises from pass to pass."""
    points, triangles = fast_simplification.simplify(
        vertices, faces, target_count=budget, agg=_AGGRESSIVENESS
    )
    return _without_flaps(np.asarray(points, np.float64), np.asarray(triangles, np.int32))


def by_queue(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], budget: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Slow and sure: collapses the edge of the least error, one after the other."""
    # Open3D's tensor mesh: its other simplification folds flat faces over, or takes minutes on them.
    mesh = o3d.t.geometry.TriangleMesh(o3d.core.Tensor(vertices), o3d.core.Tensor(faces.astype(np.int64)))
    mesh = mesh.simplify_quadric_decimation(1.0 - budget / len(faces))
    points = mesh.vertex.positions.numpy().astype(np.float64)
    return points, mesh.triangle.indices.numpy().astype(np.int32)


def _without_flaps(
    vertices: NDArray[np.float64], faces: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Pairs of triangles back to back are left out: they hang on an edge and enclose nothing."""
    _, same, count = np.unique(np.sort(faces, axis=1), axis=0, return_inverse=True, return_counts=True)
    kept = faces[count[same.reshape(-1)] == 1]
    used, renumbered = np.unique(kept, return_inverse=True)
    return vertices[used], renumbered.reshape(-1, 3).astype(np.int32)
