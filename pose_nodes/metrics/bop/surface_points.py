"""The least, over the symmetries of an object, of the largest distance between its points at two poses.

Not all points are looked at under all symmetries: some points far out give a lower bound for each symmetry,
and symmetries are tried in its order until the bound reaches the least distance so far. The result is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3

Array = NDArray[np.float64]
Coordinates = Callable[[Array], Array]
"""(..., n, 3) points in the camera frame -> (..., n, d), among which distances are measured."""

_DIRECTIONS = np.array([signs for signs in product((-1.0, 0.0, 1.0), repeat=3) if any(signs)])


class SurfacePoints:
    """The points of an object and its symmetries."""

    def __init__(self, points: Array, symmetries: Array) -> None:
        """Prepare an object.

        Args:
            points: (n, 3) vertices of its mesh, object frame, metres.
            symmetries: (m, 4, 4) T_object_object, the identity among them.
        """
        self._points = points
        self._symmetries = symmetries
        self._outermost = np.unique((points @ _DIRECTIONS.T).argmax(axis=0))

    def largest_distance(self, T_estimate: se3.Matrix, T_true: se3.Matrix, coordinates: Coordinates) -> float:
        """The largest distance between corresponding points, for the symmetry that makes it least.

        Args:
            T_estimate: (4, 4) estimated T_camera_object.
            T_true: (4, 4) true T_camera_object, to which the symmetries are applied.
            coordinates: what distances are measured in.
        """
        equivalents = T_true @ self._symmetries
        estimated = coordinates(se3.transform(T_estimate, self._points))
        few, least = self._outermost, np.inf
        bounds = _largest(_moved(equivalents, self._points[few], coordinates) - estimated[few])
        for index in np.argsort(bounds):
            if bounds[index] >= least:
                break
            moved = coordinates(se3.transform(equivalents[index], self._points))
            least = min(least, float(_largest(moved - estimated)))
        return least


def _moved(transforms: Array, points: Array, coordinates: Coordinates) -> Array:
    """(m, 4, 4) and (n, 3) -> (m, n, d)."""
    R, t = transforms[:, :3, :3], transforms[:, :3, 3]
    return coordinates(points @ np.swapaxes(R, 1, 2) + t[:, None])


def _largest(differences: Array) -> Array:
    """The largest length in (..., n, d): (...)."""
    return np.asarray(np.linalg.norm(differences, axis=-1).max(axis=-1))
