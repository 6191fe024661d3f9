"""Moves the vertices of a marching-cubes mesh onto the sharp edges and corners that the grid has bevelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.shapes.sdf.primitives import length
from pose_nodes.synthetic.shapes.sdf.solid import Distances, Field, Points

_PASSES = 2
"""One finds the edges, the other the corners at which they end."""
_FLAT = 0.9
"""Cosine: triangles whose corners' normals differ by less (26 degrees) have no edge between (our choice)."""
_WEAK = 0.04
"""Share of the largest eigenvalue: along weaker directions the planes say nothing, and the vertex stays."""


def with_sharp_edges(
    distance: Field, vertices: Points, faces: NDArray[np.int32], cell: float
) -> NDArray[np.float64]:
    """(n, 3) vertices, those beside an edge moved to where the tangent planes about them meet.

    The planes are those at the middles of the triangles, which are first moved onto the surface: two faces of
    a solid give an edge, three a corner.
    """
    tried = faces
    for _ in range(_PASSES):
        touched = _beside_edges(distance, vertices, tried, cell)
        about = tried[touched[tried].any(axis=1)]
        if not len(about):
            return vertices
        points, planes = _tangent_planes(distance, vertices[about].mean(axis=1), cell)
        vertices = _where_planes_meet(vertices, about, touched, points, planes, cell)
        tried = faces[touched[faces].any(axis=1)]  # elsewhere nothing has changed
    return vertices


def _beside_edges(
    distance: Field, vertices: Points, faces: NDArray[np.int32], cell: float
) -> NDArray[np.bool_]:
    """(n,) whether a vertex belongs to a triangle across an edge, of those given."""
    used = np.zeros(len(vertices), bool)
    used[faces] = True
    normals = np.zeros_like(vertices)
    _, normals[used] = value_and_gradient(distance, vertices[used], 0.02 * cell)
    normals /= np.maximum(length(normals), 1e-9)[:, None]
    a, b, c = (normals[faces[:, corner]] for corner in range(3))
    cosines = [(p * q).sum(axis=1) for p, q in ((a, b), (b, c), (c, a))]
    touched = np.zeros(len(vertices), bool)
    touched[faces[np.minimum(np.minimum(*cosines[:2]), cosines[2]) < _FLAT]] = True
    return touched


def value_and_gradient(distance: Field, p: Points, step: float) -> tuple[Distances, NDArray[np.float64]]:
    """From four evaluations at the corners of a tetrahedron: value to second order, gradient to first."""
    corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float64)
    values = distance((p + step * corners[:, None]).reshape(-1, 3)).reshape(4, -1)
    return values.mean(axis=0), values.T @ corners / (4.0 * step)


def _tangent_planes(
    distance: Field, middles: Points, cell: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (m, 3) on the surface by two Newton steps, and unit normals (m, 3) there."""
    gradient = np.zeros_like(middles)
    for _ in range(2):
        value, gradient = value_and_gradient(distance, middles, 0.02 * cell)
        slope = np.maximum((gradient**2).sum(axis=1), 0.05)
        middles = middles - np.clip(value / slope, -0.5 * cell, 0.5 * cell)[:, None] * gradient
    return middles, gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-9)


def _where_planes_meet(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    touched: NDArray[np.bool_],
    points: NDArray[np.float64],
    planes: NDArray[np.float64],
    cell: float,
) -> NDArray[np.float64]:
    """Least squares of the distances to the planes about each vertex, weak directions left out."""
    corner = faces.ravel()
    point, plane = np.repeat(points, 3, axis=0), np.repeat(planes, 3, axis=0)
    count = np.bincount(corner, minlength=len(vertices))[:, None]
    middle = _summed(corner, point, len(vertices)) / np.maximum(count, 1)
    height = ((point - middle[corner]) * plane).sum(axis=1)
    moments = _summed(corner, (plane[:, :, None] * plane[:, None]).reshape(-1, 9), len(vertices))
    right = _summed(corner, plane * height[:, None], len(vertices))
    values, axes = np.linalg.eigh(moments[touched].reshape(-1, 3, 3))
    inverse = np.where(values > _WEAK * values[:, -1:], 1.0 / np.maximum(values, 1e-12), 0.0)
    shift = np.einsum("nij,nj,nkj,nk->ni", axes, inverse, axes, right[touched], optimize=True)
    near = length(shift)[:, None]
    result = vertices.copy()
    result[touched] = np.where(near < 1.2 * cell, middle[touched] + shift, vertices[touched])
    return result


def _summed(index: NDArray[np.int32], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    columns = [np.bincount(index, weights=column, minlength=count) for column in values.T]
    return np.stack(columns, axis=1)
