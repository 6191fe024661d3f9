"""How large a set of points is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

_FLATNESS = 1e-7
"""Relative extent below which points count as lying in a plane or on a line."""
_BLOCK = 2048
_MOST_CORNERS = 8000
"""Of which all pairs are compared; a finely meshed ball has a hundred times as many."""
_DIRECTIONS = 1000
"""Of which the farthest corners are compared where there are more: a thousandth of the diameter at most is
missing then, and mostly nothing, as the farthest from the best is looked for at last (our choice)."""


def diameter(points: NDArray[np.float64]) -> float:
    """The largest distance of two points of (n, 3), in their unit; exact, but for very many corners.

    Two such points are corners of the convex hull, and all pairs of those are compared, in blocks that bound
    the memory; of very many corners those that are the farthest in one of many directions.
    """
    corners = points[_hull_corners(points)]
    if len(corners) <= _MOST_CORNERS:
        return float(max(cdist(block, corners).max() for block in _blocks(corners)))
    extreme = corners[_extreme(corners)]
    distances = cdist(extreme, extreme)
    best = extreme[np.unravel_index(distances.argmax(), distances.shape)[0]]
    largest = float(distances.max())
    while True:
        from_best = np.linalg.norm(corners - best, axis=1)
        if not from_best.max() > largest:
            return largest
        largest, best = float(from_best.max()), corners[from_best.argmax()]


def _blocks(points: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    return (points[start : start + _BLOCK] for start in range(0, len(points), _BLOCK))


def _extreme(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of those of (n, 3) points that are the first or last in one of directions all around."""
    number = np.arange(_DIRECTIONS) + 0.5
    z, angle = number / _DIRECTIONS, np.pi * (1.0 + np.sqrt(5.0)) * number  # a Fibonacci lattice
    across = np.sqrt(1.0 - z**2)
    directions = np.stack([across * np.cos(angle), across * np.sin(angle), z], axis=1)
    heights = (points @ direction for direction in directions)
    return np.unique([each(height) for height in heights for each in (np.argmin, np.argmax)])


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
