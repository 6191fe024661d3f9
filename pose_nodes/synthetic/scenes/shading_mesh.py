"""A mesh, ready to be shaded: what is interpolated over its faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.objects.mesh import TriangleMesh

Array = NDArray[np.float32]
Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])

_SHARPEST_SMOOTH = np.cos(np.deg2rad(35.0))
"""Corners whose mean normal turns from the face's by more are edges, and stay sharp (our choice)."""


@dataclass(frozen=True, eq=False)
class ShadingMesh:
    """What shading asks of each face of a mesh, float32, object frame.

    Attributes:
        anchors: (f, 3) first corner.
        duals: (f, 2, 3) so that duals @ (point - anchor) are the weights of the second and third corner.
        normals: (f, 3, 3) unit normals of the corners: the mean of the faces around, but at sharp edges.
    """

    anchors: Array
    duals: Array
    normals: Array

    @classmethod
    def of(cls, mesh: TriangleMesh) -> ShadingMesh:
        """Computed from a mesh."""
        triangles = mesh.vertices[mesh.faces]
        return cls(
            triangles[:, 0].astype(np.float32),
            _duals(triangles).astype(np.float32),
            _corner_normals(mesh).astype(np.float32),
        )

    def weights(self, points: Array, faces: NDArray[np.int32]) -> Array:
        """(n, 3) weights of the corners of faces (n,) at points (n, 3) on them."""
        from_anchor = (points - self.anchors[faces])[:, None]
        others = np.clip((self.duals[faces] * from_anchor).sum(axis=2), 0.0, 1.0)
        return np.concatenate([1 - others.sum(axis=1, keepdims=True), others], axis=1)

    def smooth_normals(self, faces: NDArray[np.int32], weights: Array) -> Array:
        """(n, 3) unit normals, between those of the corners."""
        return unit((weights[:, :, None] * self.normals[faces]).sum(axis=1))


def unit(vectors: Floats) -> Floats:
    """(..., 3) of length 1; zero stays zero."""
    lengths = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None]
    return vectors / np.where(lengths > 0, lengths, lengths.dtype.type(1))


def _duals(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    aa, bb, ab = (np.einsum("ij,ij->i", x, y)[:, None] for x, y in ((a, a), (b, b), (a, b)))
    determinant = aa * bb - ab * ab
    determinant = np.where(determinant > 0, determinant, np.inf)
    return np.stack([(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant], axis=1)


def _corner_normals(mesh: TriangleMesh) -> NDArray[np.float64]:
    triangles = mesh.vertices[mesh.faces]
    of_faces = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    of_vertices = np.zeros_like(mesh.vertices)
    for corner in range(3):
        np.add.at(of_vertices, mesh.faces[:, corner], of_faces)
    smooth, flat = unit(of_vertices)[mesh.faces], unit(of_faces)[:, None]
    is_smooth = (smooth * flat).sum(axis=2, keepdims=True) > _SHARPEST_SMOOTH
    return np.where(is_smooth, smooth, flat)
