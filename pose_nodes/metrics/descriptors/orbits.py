"""Which points of an object a symmetry makes equivalent: distances between orbits instead of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry.symmetry import SymmetryGroup

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Orbits:
    """Points of an object such that the distance to the nearest equivalent point is a plain one.

    The continuous part of a symmetry is turned away: each point is turned about the axis into one half-plane.
    The discrete part remains: `images` has one copy of the points for each of its motions.

    Attributes:
        images: (m, n, 3) points in the object's frame.
        normals: (m, n, 3) their unit normals, turned alike.
    """

    images: Points
    normals: Points

    @property
    def folded(self) -> Points:
        """(n, 3) the points themselves, turned into the half-plane alone; the first image."""
        return np.asarray(self.images[0])


def orbits(symmetry: SymmetryGroup, points: Points, normals: Points | None = None) -> Orbits:
    """The orbits of points.

    Args:
        symmetry: of the object.
        points: (n, 3) in the object's frame.
        normals: (n, 3) unit; zeros if None.
    """
    normals = np.zeros_like(points) if normals is None else normals
    discrete = symmetry.discrete
    images = np.einsum("mij,nj->mni", discrete[:, :3, :3], points) + discrete[:, None, :3, 3]
    turned = np.einsum("mij,nj->mni", discrete[:, :3, :3], normals)
    if symmetry.axis is None:
        return Orbits(images, turned)
    return _folded(images - symmetry.centre, turned, symmetry.axis)


def orbit_distances(symmetry: SymmetryGroup, first: Points, second: Points) -> NDArray[np.float64]:
    """(n,) distances of some points to the nearest points that are equivalent to others, one by one.

    Args:
        symmetry: of the object.
        first, second: (n, 3) in the object's frame.
    """
    images, others = orbits(symmetry, first).images, orbits(symmetry, second).folded
    return np.asarray(np.linalg.norm(images - others, axis=2).min(axis=0))


def _folded(images: Points, normals: Points, axis: Points) -> Orbits:
    """Turn all about an axis through the origin, until they lie on one side of it."""
    to_z = Rotation.align_vectors([[0.0, 0.0, 1.0]], [axis])[0].as_matrix()
    images, normals = images @ to_z.T, normals @ to_z.T
    x, y, z = np.moveaxis(images, 2, 0)
    radius = np.hypot(x, y)
    safe = np.where(radius > 0, radius, 1.0)
    cosine, sine = np.where(radius > 0, x / safe, 1.0), y / safe
    nx, ny, nz = np.moveaxis(normals, 2, 0)
    turned = np.stack([cosine * nx + sine * ny, cosine * ny - sine * nx, nz], axis=2)
    return Orbits(np.stack([radius, np.zeros_like(radius), z], axis=2), turned)
