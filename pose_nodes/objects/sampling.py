"""Evenly spread points on the surface of a mesh."""

from __future__ import annotations

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh

_CANDIDATES_PER_SAMPLE = 5
"""Of so many random points one is kept: the factor of Yuksel, "Sample Elimination for Generating Poisson Disk
Sample Sets", Computer Graphics Forum 2015."""


def sample_surface(
    mesh: TriangleMesh, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points with about the same distance to their neighbours all over the surface (Poisson-disk samples).

    Args:
        mesh: the surface.
        count: number of points.
        rng: the same state gives the same points.

    Returns:
        (count, 3) float64 points in metres, and (count, 3) float64 unit normals, those of their triangles.

    Raises:
        InvalidMeshError: no triangle has an area.
    """
    points, normals = random_surface_points(mesh, _CANDIDATES_PER_SAMPLE * count, rng)
    candidates = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
    candidates.normals = o3d.utility.Vector3dVector(normals)
    surface = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices), o3d.utility.Vector3iVector(mesh.faces)
    )
    chosen = surface.sample_points_poisson_disk(count, pcl=candidates)
    return np.array(chosen.points), np.array(chosen.normals)


def random_surface_points(
    mesh: TriangleMesh, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Independent points, uniform in area; arguments, results and errors are those of `sample_surface`."""
    corners = mesh.vertices[mesh.faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled_areas = np.linalg.norm(crosses, axis=1)
    total = doubled_areas.sum()
    if not total > 0:
        raise InvalidMeshError("mesh: no triangle has an area; export a surface, not points or lines")
    chosen = rng.choice(len(doubled_areas), count, p=doubled_areas / total)
    # Uniform in a triangle: Osada et al., "Shape Distributions", ACM Transactions on Graphics 2002, eq. 1.
    a, b = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    first, second, third = np.moveaxis(corners[chosen], 1, 0)
    points = (1 - a) * first + a * (1 - b) * second + a * b * third
    return points, crosses[chosen] / doubled_areas[chosen, None]
