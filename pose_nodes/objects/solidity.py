"""Whether a mesh bounds a body: closed, of one winding, with a volume."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.winding import signed_volume

_LEAST_VOLUME = 1e-6
"""Of the cube of the diagonal (our choice: a sheet of 30 cm and 0.1 mm has 80 times this)."""


def check_closed(mesh: TriangleMesh, name: str) -> None:
    """See that a mesh has an inside, and that its triangles agree on it.

    Vertices at the same place are taken for one, as some formats repeat them for each triangle.

    Args:
        mesh: metres.
        name: what the sentences of the errors begin with, such as "object 'mug'".

    Raises:
        InvalidMeshError: the mesh is not watertight, or its triangles do not agree on the outer side.
    """
    _, same = np.unique(mesh.vertices, axis=0, return_inverse=True)
    faces = same.reshape(-1)[mesh.faces].astype(np.int64)
    starts, ends = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    count = int(faces.max()) + 1
    both_ways = np.minimum(starts, ends) * count + np.maximum(starts, ends)
    _, triangles = np.unique(both_ways, return_counts=True)
    _, one_way = np.unique(starts * count + ends, return_counts=True)
    open_edges = int(np.count_nonzero(triangles != 2))
    if open_edges:
        raise InvalidMeshError(
            f"{name}: its mesh is not watertight ({open_edges} of {len(triangles)} edges do not join two "
            "triangles); close its holes"
        )
    if one_way.max() > 1:
        raise InvalidMeshError(
            f"{name}: its triangles do not agree on which side is outside; make the normals of the mesh "
            "consistent"
        )


def check_volume(mesh: TriangleMesh, name: str) -> None:
    """See that a mesh is no sheet; see `check_closed` for the arguments.

    Raises:
        InvalidMeshError: it encloses no volume.
    """
    if abs(signed_volume(mesh)) < _LEAST_VOLUME * mesh.diagonal**3:
        raise InvalidMeshError(f"{name}: its mesh encloses no volume; export a body, not a sheet")
