"""Two point clouds of one object with their true alignment: what local descriptors are learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.pointcloud import estimate_normals, thin
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.sampling import random_surface_points

_SAME_SIDE = 0.5
"""Least cosine between the normals of points that correspond: those on both sides of a thin wall do not."""


@dataclass(frozen=True, eq=False)
class CloudPair:
    """Two clouds of one object, of n points each.

    Attributes:
        source_points, target_points: (n, 3) float32 metres; of a view in its camera's frame, of a whole
            surface in the object's.
        source_normals, target_normals: (n, 3) float32 unit; of a view estimated from its points and turned
            towards the camera, of a whole surface those of its triangles.
        source_on_object, target_on_object: (n,) bool whether the point's pixel shows the object; the others
            are what the mask took in by mistake.
        T_target_source: (4, 4) float64 true alignment; symmetric objects have others as good.
        T_source_object: (4, 4) float64 that takes the object's mesh into the source's frame.
        correspondences: (k, 2) int64 indices of a point of the source and the nearest of the target, for all
            that are within the radius, on the object and on the same side of it.
        diameter: () float64 of the object, metres.
        object: () int64 number of the object in its pool.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset({"correspondences"})

    source_points: NDArray[np.float32]
    source_normals: NDArray[np.float32]
    source_on_object: NDArray[np.bool_]
    target_points: NDArray[np.float32]
    target_normals: NDArray[np.float32]
    target_on_object: NDArray[np.bool_]
    T_target_source: NDArray[np.float64]
    T_source_object: NDArray[np.float64]
    correspondences: NDArray[np.int64]
    diameter: NDArray[np.float64]
    object: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cloud:
    """One of the two; `T_cloud_object` takes the object into its frame."""

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    on_object: NDArray[np.bool_]
    T_cloud_object: se3.Matrix


def surface_cloud(mesh: TriangleMesh, count: int, rng: np.random.Generator) -> Cloud:
    """Points of the whole surface, in the object's frame."""
    points, normals = random_surface_points(mesh, count, rng)
    everywhere = np.ones(count, bool)
    return Cloud(points.astype(np.float32), normals.astype(np.float32), everywhere, np.eye(4))


def seen_cloud(
    depth: NDArray[np.float32],
    pixels: NDArray[np.int64],
    mask: NDArray[np.bool_],
    camera: PinholeCamera,
    T_camera_object: se3.Matrix,
    count: int,
    normal_radius: float,
    rng: np.random.Generator,
) -> Cloud:
    """What a depth image shows of an object, in the camera's frame.

    Args:
        depth: (h, w) metres.
        pixels: (n,) flat indices of those that are taken for the object; each has a depth.
        mask: (h, w) those that are.
        camera: of the image.
        T_camera_object: true pose.
        count: points; where there are fewer pixels, some are had twice, as batches need equal lengths.
        normal_radius: of the neighbourhood of which normals are estimated, metres.
        rng: chooses, and orders.
    """
    pixels = pixels[thin(len(pixels), count, rng)]
    v, u = np.divmod(pixels, depth.shape[1])
    points = camera.unproject(depth, v, u)
    normals = estimate_normals(points, normal_radius)
    missing = rng.integers(len(pixels), size=count - len(pixels))
    order = rng.permutation(np.concatenate([np.arange(len(pixels)), missing]))
    return Cloud(
        points[order].astype(np.float32), normals[order].astype(np.float32), mask[v, u][order],
        T_camera_object,
    )  # fmt: skip


def paired(source: Cloud, target: Cloud, radius: float, diameter: float, number: int) -> CloudPair:
    """The pair of two clouds.

    Args:
        source, target: the clouds.
        radius: largest distance of points that correspond, in diameters.
        diameter: of the object, metres.
        number: of the object in its pool.
    """
    T_target_source = target.T_cloud_object @ se3.inverse(source.T_cloud_object)
    return CloudPair(
        source.points,
        source.normals,
        source.on_object,
        target.points,
        target.normals,
        target.on_object,
        T_target_source,
        source.T_cloud_object,
        _correspondences(source, target, T_target_source, radius * diameter),
        np.array(diameter),
        np.array(number),
    )


def _correspondences(
    source: Cloud, target: Cloud, T_target_source: se3.Matrix, radius: float
) -> NDArray[np.int64]:
    """(k, 2) pairs of points, see `CloudPair`."""
    ours, theirs = np.flatnonzero(source.on_object), np.flatnonzero(target.on_object)
    moved = se3.transform(T_target_source, source.points[ours].astype(np.float64))
    distances, nearest = cKDTree(target.points[theirs].astype(np.float64)).query(
        moved, distance_upper_bound=radius
    )
    near = np.isfinite(distances)
    pairs = np.stack([ours[near], theirs[nearest[near]]], axis=1)
    normals = se3.rotate(T_target_source, source.normals[pairs[:, 0]].astype(np.float64))
    same = np.einsum("ij,ij->i", normals, target.normals[pairs[:, 1]]) > _SAME_SIDE
    return np.asarray(pairs[same], np.int64)
