"""The surface around an object, ready to be asked for the nearest part of it millions of times a second.

Space around the mesh is cut into cubes. Each holds the plane that the distance from the surface looks like
there: its gradient, and its value. Cubes near the surface are cut again, four times along each axis. Where a
point lies between the cubes' centres, the plane is good to second order: with cubes of 1/160 of the diameter,
some hundredths of a millimetre on a bottle. Compare Fitzgibbon, "Robust registration of 2D and 3D point
sets", 2003; the two levels are our choice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.simplification import simplified

COARSE_CELLS = 40
"""Of the coarse level, a diameter (our choice)."""
SPLIT = 4
"""Fine cells along the edge of a coarse one (our choice)."""
MARGIN = 0.3
"""Diameters around the mesh's box; points farther out see the outermost cells (our choice)."""
_NEAR = 1.5
"""Coarse cells with the surface within so many cell sizes are split: half the diagonal, and more."""
_AT_ONCE = 2_000
"""Points asked for in one call: while Open3D answers, no other thread of the process runs (our choice)."""


class SurfaceField(NamedTuple):
    """Planes of the distance from a surface, object frame, metres: n . x - d, positive outside.

    Attributes:
        origin: (3,) float64 lowest corner.
        cell: edge of a coarse cell.
        shape: (3,) int64 coarse cells along x, y and z.
        planes: (m, 4) float32 nx, ny, nz, d: of the k coarse cells, z fastest, then of the fine cells of each
            coarse one that is split.
        distance: (k,) float32 unsigned distance of the coarse cell's middle from the surface.
        first: (k,) int32 row in `planes` of the first of the SPLIT^3 fine cells of a coarse one; of itself
            where it is not split.
    """

    origin: NDArray[np.float64]
    cell: float
    shape: NDArray[np.int64]
    planes: NDArray[np.float32]
    distance: NDArray[np.float32]
    first: NDArray[np.int32]


def surface_field(mesh: TriangleMesh, diameter: float) -> SurfaceField:
    """The field of a mesh; takes about half a second.

    Args:
        mesh: faces counter-clockwise seen from outside; need not be watertight.
        diameter: of the mesh, metres; sets the size of the cells.
    """
    cell, margin = diameter / COARSE_CELLS, MARGIN * diameter
    low, high = mesh.vertices.min(axis=0) - margin, mesh.vertices.max(axis=0) + margin
    shape = np.ceil((high - low) / cell).astype(np.int64)
    origin = 0.5 * (low + high) - 0.5 * cell * shape
    centres = origin + cell * (_indices(shape) + 0.5)
    # Far from the surface its details are of no account, and cost most of the time.
    coarse, distance = _planes(simplified(mesh, diameter), centres, cell / SPLIT)
    near = np.flatnonzero(distance < _NEAR * cell)
    first = np.arange(len(coarse), dtype=np.int32)
    first[near] = len(coarse) + SPLIT**3 * np.arange(len(near))
    inner = (_indices(np.full(3, SPLIT)) + 0.5) / SPLIT - 0.5
    fine, _ = _planes(mesh, (centres[near, None] + cell * inner).reshape(-1, 3), cell / SPLIT)
    return SurfaceField(origin, cell, shape, np.concatenate([coarse, fine]), distance, first)


def _indices(shape: NDArray[np.int64]) -> NDArray[np.int64]:
    """(product, 3) of all cells, z fastest."""
    return np.indices(tuple(shape)).reshape(3, -1).T


def _closest(
    scene: o3d.t.geometry.RaycastingScene, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, 3) nearest points of the surface, and (n, 3) the normals of their triangles."""
    parts = np.array_split(points, len(points) // _AT_ONCE + 1)
    found = [scene.compute_closest_points(o3d.core.Tensor(part)) for part in parts]
    closest, normals = (
        np.concatenate([part[key].numpy() for part in found]) for key in ("points", "primitive_normals")
    )
    return closest, normals


def _planes(
    mesh: TriangleMesh, points: NDArray[np.float64], near: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, 4) planes of the distance at points, and (n,) its absolute value.

    The gradient of the distance points to the nearest point of the surface; nearer than `near` to it that
    direction is lost to rounding, and the normal of the triangle is taken.
    """
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        o3d.core.Tensor(mesh.vertices.astype(np.float32)), o3d.core.Tensor(mesh.faces.astype(np.uint32))
    )
    closest, normals = _closest(scene, points.astype(np.float32))
    offset = points - closest
    distance = np.linalg.norm(offset, axis=1)
    side = np.where(np.einsum("ij,ij->i", offset, normals) < 0, -1.0, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gradient = side[:, None] * offset / distance[:, None]
    gradient = np.where((distance > 0.25 * near)[:, None], gradient, normals)
    planes = np.concatenate([gradient, np.einsum("ij,ij->i", gradient, closest)[:, None]], axis=1)
    return planes.astype(np.float32), distance.astype(np.float32)
