"""How unsure a pose is in its worst direction, in machine code: asked for every object in every frame."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
def _largest_eigenvalue(A: Array) -> float:
    """Of a symmetric (3, 3) matrix, by the trigonometric solution of its characteristic polynomial (Smith,
    "Eigenvalues of a symmetric 3 x 3 matrix", Communications of the ACM 1961): the largest one is exact."""
    mean: float = (A[0, 0] + A[1, 1] + A[2, 2]) / 3.0
    a, b, c = A[0, 0] - mean, A[1, 1] - mean, A[2, 2] - mean
    d, e, f = A[0, 1], A[0, 2], A[1, 2]
    size = math.sqrt((a * a + b * b + c * c + 2.0 * (d * d + e * e + f * f)) / 6.0)
    if size == 0.0:
        return mean
    half = (a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)) / (2.0 * size**3)
    angle = math.acos(min(max(half, -1.0), 1.0)) / 3.0
    return mean + 2.0 * size * math.cos(angle)


@compiled_small
def largest_deviations(covariance: Array, axis: Array) -> tuple[float, float]:
    """Largest standard deviation of a pose's place in any direction, metres, and of its turn about any axis,
    radians.

    Args:
        covariance: (6, 6) of the pose.
        axis: (3,) unit vector, camera frame, about which turns do not count; zeros where all do.
    """
    along, variance = np.zeros(6), 0.0
    for i in range(6):
        for j in range(3):
            along[i] += covariance[i, 3 + j] * axis[j]
    for j in range(3):
        variance += axis[j] * along[3 + j]
    left = covariance.copy()
    if variance > 0.0:  # what remains when the angle about the axis is given
        for i in range(6):
            for j in range(6):
                left[i, j] -= along[i] * along[j] / variance
    place, turn = _largest_eigenvalue(left[:3, :3]), _largest_eigenvalue(left[3:, 3:])
    return math.sqrt(max(place, 0.0)), math.sqrt(max(turn, 0.0))
