"""Which segment shows which track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera

_POINTS = 300


def overlap(
    points: NDArray[np.float64], T_camera_object: se3.Matrix, mask: NDArray[np.bool_], camera: PinholeCamera
) -> float:
    """Share of an object's surface points that project into a mask, 0 to 1.

    Args:
        points: (n, 3) on the object's surface, object frame, metres; some hundred of them are used.
        T_camera_object: (4, 4) its pose.
        mask: (h, w) bool.
        camera: of the mask's image.
    """
    posed = se3.transform(T_camera_object, points[:: max(1, len(points) // _POINTS)])
    if posed[:, 2].min() <= 0:
        return 0.0
    u, v = np.rint(camera.project(posed)).astype(np.int64).T
    inside = (u >= 0) & (u < camera.width) & (v >= 0) & (v < camera.height)
    return float(mask[v[inside], u[inside]].sum() / len(posed))


def assign(overlaps: NDArray[np.float64], least: float) -> dict[int, int]:
    """The assignment with the largest sum of overlaps (Kuhn's Hungarian method).

    Args:
        overlaps: (segments, tracks) shares.
        least: overlaps below this are no match.

    Returns:
        Segment index -> track index, of those that match.
    """
    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    matched = overlaps[rows, columns] >= least
    return dict(zip(rows[matched].tolist(), columns[matched].tolist(), strict=True))
