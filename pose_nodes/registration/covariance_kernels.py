"""Counts pixels in machine code: see `covariance`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled

_MOST = 4096
"""Squares along an edge that are told apart; more pixels than any camera has."""


@compiled
def occupied_squares(points: NDArray[np.float64], intrinsics: NDArray[np.float64], edge: int) -> int:
    """How many squares of so many pixels hold one of the points.

    Args:
        points: (n, 3) camera frame, z > 0.
        intrinsics: (4,) fx, fy, cx, cy.
        edge: of the squares, pixels.
    """
    keys = np.empty(len(points), np.int64)
    for index in range(len(points)):
        z = points[index, 2]
        u = math.floor((intrinsics[0] * points[index, 0] / z + intrinsics[2]) / edge)
        v = math.floor((intrinsics[1] * points[index, 1] / z + intrinsics[3]) / edge)
        keys[index] = int(u) * _MOST + int(v)
    keys.sort()
    count = 1 if len(keys) else 0
    for index in range(1, len(keys)):
        count += keys[index] != keys[index - 1]
    return count
