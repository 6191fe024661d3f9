"""From a masked depth image to a clean point cloud with normals."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera

Points = NDArray[np.float64]

OUTLIER_NEIGHBOURS = 20
OUTLIER_DEVIATIONS = 2.0
SHORTEST_DEPTH, LONGEST_DEPTH = 1e-6, 1e6
"""Metres; floats beyond are bytes in the wrong order rather than depth, and overflow later (our choice)."""


@dataclass(frozen=True, eq=False)
class PointCloud:
    """Points with unit normals.

    Attributes:
        points: (n, 3) float64, metres.
        normals: (n, 3) float64 unit vectors.
    """

    points: Points
    normals: Points

    def __len__(self) -> int:
        return len(self.points)


def erode_mask(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Take a rim of so many pixels off a mask: there, depth mixes the object with what is behind it.

    A mask so thin that too little would be left (under a fifth; our choice) is eroded less, or not at all.
    """
    for rim in range(pixels, 0, -1):
        kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
        eroded = cv2.erode(mask.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
        if eroded.sum() >= 0.2 * mask.sum():
            return np.asarray(eroded)
    return mask


def lift(depth: NDArray[np.float32], mask: NDArray[np.bool_], camera: PinholeCamera) -> Points:
    """The measured points of the masked pixels.

    Args:
        depth: (h, w) float32 metres, NaN where nothing was measured; zero, negative, infinite and absurd
            values are nothing, too.
        mask: (h, w) bool.
        camera: of the depth image.

    Returns:
        (n, 3) float64, camera frame, metres.

    Raises:
        InvalidInputError: the mask is empty, or no pixel of it has a depth.
    """
    if not mask.any():
        raise InvalidInputError("mask: no pixel is set; nothing was segmented")
    v, u = np.nonzero(mask & (depth > SHORTEST_DEPTH) & (depth < LONGEST_DEPTH))  # NaN compares false
    if len(v) == 0:
        raise InvalidInputError(
            f"depth image: none of the {int(mask.sum())} masked pixels has a depth; the object is too near, "
            "too far, or its surface reflects no light to the sensor"
        )
    return camera.unproject(depth, v, u)


def inlier_mask(
    points: Points, neighbours: int = OUTLIER_NEIGHBOURS, deviations: float = OUTLIER_DEVIATIONS
) -> NDArray[np.bool_]:
    """Statistical outlier removal (Rusu et al., "Towards 3D Point Cloud Based Object Maps", 2008, section
    4.1).

    Args:
        points: (n, 3).
        neighbours: over how many nearest neighbours the distance of a point is averaged.
        deviations: how many standard deviations above the mean of all points it may be.

    Returns:
        (n,) bool, which points to keep; all of them where there are no more than `neighbours`.
    """
    if len(points) <= neighbours:
        return np.ones(len(points), bool)
    distances, _ = cKDTree(points).query(points, k=neighbours + 1)
    mean = distances[:, 1:].mean(axis=1)
    return np.asarray(mean <= mean.mean() + deviations * mean.std())


def estimate_normals(points: Points, radius: float, most_neighbours: int = 30) -> Points:
    """Normals of a cloud seen from the origin: the least axis of each neighbourhood, turned to the camera.

    Args:
        points: (n, 3), camera frame, metres.
        radius: of the neighbourhood, metres.
        most_neighbours: that are looked at.

    Returns:
        (n, 3) float64 unit vectors.
    """
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
    cloud.estimate_normals(o3d.geometry.KDTreeSearchParamHybrid(radius, most_neighbours))
    cloud.orient_normals_towards_camera_location(np.zeros(3))
    return np.asarray(cloud.normals).copy()


def thin(count: int, at_most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices of a random choice of at most so many of `count` points, in ascending order."""
    if count <= at_most:
        return np.arange(count)
    return np.sort(rng.choice(count, at_most, replace=False))
