"""Normals and angles of incidence of the pixels of a depth image."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry.camera import PinholeCamera

Image = NDArray[np.float32]


@lru_cache(maxsize=4)
def rays(camera: PinholeCamera) -> Image:
    """(h, w, 3) float32 points on the pixels' rays at z = 1, camera frame; kept, so read-only."""
    u = (np.arange(camera.width, dtype=np.float32) - camera.cx) / camera.fx
    v = (np.arange(camera.height, dtype=np.float32) - camera.cy) / camera.fy
    grid = np.ones((camera.height, camera.width, 3), np.float32)
    grid[..., 0], grid[..., 1] = u[None, :], v[:, None]
    grid.setflags(write=False)
    return grid


def normals_from_depth(depth: Image, camera: PinholeCamera) -> Image:
    """Normals of an exact depth image, towards the camera.

    Differences are taken to that neighbour whose depth is nearer, so that they do not cross an edge.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        camera: its intrinsics.

    Returns:
        (h, w, 3) float32 unit vectors, camera frame, NaN where depth or both
        neighbours of an axis are missing.
    """
    points = rays(camera) * depth[..., None]
    normals = np.cross(_nearest_difference(points, 0), _nearest_difference(points, 1))
    lengths = np.sqrt((normals * normals).sum(axis=-1, keepdims=True))
    return np.asarray(normals / np.where(lengths > 0, lengths, np.nan), np.float32)


def incidence(normals: Image, camera: PinholeCamera) -> Image:
    """(h, w) float32 angle of each normal to its pixel's ray, radians from 0 to pi/2; NaN where no normal."""
    directions = rays(camera)
    lengths = np.sqrt((directions * directions).sum(axis=-1))
    cosines = np.abs(np.einsum("ijk,ijk->ij", normals, directions)) / lengths
    return np.asarray(np.arccos(np.minimum(cosines, 1.0)), np.float32)


def _nearest_difference(points: Image, axis: int) -> Image:
    """(h, w, 3) difference to the next or the previous point along an axis, whichever is nearer in z."""
    steps = np.diff(points, axis=axis)
    edge = np.full_like(points[:1] if axis == 0 else points[:, :1], np.nan)
    ahead, behind = (np.concatenate(parts, axis) for parts in ((steps, edge), (edge, steps)))
    ahead_size, behind_size = (np.nan_to_num(np.abs(side[..., 2]), nan=np.inf) for side in (ahead, behind))
    return np.where((ahead_size <= behind_size)[..., None], ahead, behind)
