"""How far the surfaces of objects stand in each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import open3d as o3d
import trimesh
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.supports import Support

Posed = tuple[TriangleMesh, se3.Matrix]


def deepest_penetration(objects: Sequence[Posed], support: Support | None = None) -> float:
    """The largest depth of a vertex of one object in another object or the support, metres.

    Negative where none is inside: then they keep at least that distance. Edges that cut through each
    other without a vertex inside are not seen, so meshes should be fine.

    Args:
        objects: meshes without holes and their poses T_world_object.
        support: what they stand on.

    Raises:
        InvalidMeshError: a mesh has holes, so that nothing is inside it or outside.
    """
    for index, (mesh, _) in enumerate(objects):
        if not trimesh.Trimesh(mesh.vertices, mesh.faces).is_watertight:
            raise InvalidMeshError(
                f"object {index}: its mesh has holes, so that it has no inside; close them"
            )
    depths = [-np.inf]
    if support is not None:
        depths += [
            float(-_box_distances(se3.transform(T, mesh.vertices), support).min()) for mesh, T in objects
        ]
    for a, b in itertools.permutations(objects, 2):
        gap = _gap_of_balls(a, b)
        depths.append(-gap if gap > 0 else _depth_inside(a, b))
    return max(depths)


def _depth_inside(a: Posed, b: Posed) -> float:
    """How deep the deepest vertex of `a` is in `b`."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        o3d.core.Tensor(b[0].vertices.astype(np.float32)), o3d.core.Tensor(b[0].faces.astype(np.uint32))
    )
    points = se3.transform(se3.inverse(b[1]) @ a[1], a[0].vertices)
    distances = scene.compute_signed_distance(
        o3d.core.Tensor(points.astype(np.float32)), nthreads=1, nsamples=3
    )
    return float(-distances.numpy().min())


def _gap_of_balls(a: Posed, b: Posed) -> float:
    """Distance of the balls around two objects, which is at most that of the objects."""
    (centre_a, radius_a), (centre_b, radius_b) = _ball(a), _ball(b)
    return float(np.linalg.norm(centre_a - centre_b) - radius_a - radius_b)


def _ball(posed: Posed) -> tuple[NDArray[np.float64], float]:
    vertices = se3.transform(posed[1], posed[0].vertices)
    centre = 0.5 * (vertices.min(axis=0) + vertices.max(axis=0))
    return centre, float(np.linalg.norm(vertices - centre, axis=1).max())


def _box_distances(points: NDArray[np.float64], support: Support) -> NDArray[np.float64]:
    """(n,) signed distance of points to the boxes of a support, metres, negative inside."""
    beyond = np.abs(points[:, None] - support.centres) - support.sizes / 2
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=2)
    inside = np.minimum(beyond.max(axis=2), 0.0)
    return np.asarray((outside + inside).min(axis=1))
