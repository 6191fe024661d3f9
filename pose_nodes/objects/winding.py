"""Which side of a mesh is outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pose_nodes.objects.mesh import TriangleMesh

_CLOSED_SHARE = 0.98
"""A mesh counts as closed if so many of its edges join two triangles: scans have small holes (our choice)."""


def turned_outwards(mesh: TriangleMesh) -> TriangleMesh:
    """The mesh with its triangles counter-clockwise seen from outside.

    Only a closed mesh (but for small holes) has an outside; an open one is returned as it is. Triangles that
    disagree among each other are not mended.
    """
    if _closed_share(mesh) < _CLOSED_SHARE or signed_volume(mesh) >= 0:
        return mesh
    return replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]))


def signed_volume(mesh: TriangleMesh) -> float:
    """Enclosed volume, cubic metres; negative if the triangles look inwards.

    The sum of the tetrahedra between the triangles and the mean vertex, which for a mesh with small holes is
    the volume after each hole was closed by a cone to that point.
    """
    first, second, third = np.moveaxis(mesh.vertices[mesh.faces] - mesh.vertices.mean(axis=0), 1, 0)
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6.0)


def _closed_share(mesh: TriangleMesh) -> float:
    """Share of the edges that join exactly two triangles; vertices at the same place are taken for one."""
    _, same = np.unique(mesh.vertices, axis=0, return_inverse=True)
    faces = same.reshape(-1)[mesh.faces].astype(np.int64)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, triangles = np.unique(edges[:, 0] * (faces.max() + 1) + edges[:, 1], return_counts=True)
    return float(np.mean(triangles == 2))
