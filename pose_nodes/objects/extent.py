"""How large a set of points is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

_FLATNESS = 1e-7
"""Relative extent below which points count as lying in a plane or on a line."""
_BLOCK = 2048


def diameter(points: NDArray[np.float64]) -> float:
    """The largest distance of two points of (n, 3), in their unit; exact.

    Two such points are corners of the convex hull, and all pairs of those are compared, in blocks that bound
    the memory.
    """
    corners = points[_hull_corners(points)]
    blocks = (corners[start : start + _BLOCK] for start in range(0, len(corners), _BLOCK))
    return float(max(cdist(block, corners).max() for block in blocks))


def _hull_corners(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the corners of the hull, also of points in a plane or on a line."""
    centred = points - points.mean(axis=0)
    _, principal = np.linalg.eigh(centred.T @ centred)
    coordinates = centred @ principal
    extent = np.ptp(coordinates, axis=0)
    spanned = extent > _FLATNESS * extent.max()
    if np.count_nonzero(spanned) < 2:
        along = coordinates[:, int(np.argmax(extent))]
        return np.array([np.argmin(along), np.argmax(along)])
    return np.asarray(ConvexHull(coordinates[:, spanned]).vertices)
