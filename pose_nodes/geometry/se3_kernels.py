"""Rigid motions in machine code: see `se3`. NumPy and SciPy spend ten times as long on calls as on sums."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
def perturbed(T: Array, delta: Array, share: float) -> Array:
    """`se3.perturb` by a share of (6,) delta."""
    x, y, z = share * delta[3], share * delta[4], share * delta[5]
    square = x * x + y * y + z * z
    angle = math.sqrt(square)
    a = 1.0 - square / 6.0 if angle < 1e-4 else math.sin(angle) / angle
    b = 0.5 - square / 24.0 if angle < 1e-4 else (1.0 - math.cos(angle)) / square
    R = np.array(
        [
            [1.0 - b * (y * y + z * z), b * x * y - a * z, b * x * z + a * y],
            [b * x * y + a * z, 1.0 - b * (x * x + z * z), b * y * z - a * x],
            [b * x * z - a * y, b * y * z + a * x, 1.0 - b * (x * x + y * y)],
        ]
    )
    result = T.copy()
    for i in range(3):
        result[i, 3] = T[i, 3] + share * delta[i]
        for j in range(3):
            result[i, j] = R[i, 0] * T[0, j] + R[i, 1] * T[1, j] + R[i, 2] * T[2, j]
    return result


@compiled_small
def screwed(T: Array, delta: Array) -> Array:
    """`se3.screw`."""
    v, w = delta[:3], delta[3:]
    square = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    angle = math.sqrt(square)
    b = 0.5 - square / 24.0 if angle < 1e-2 else (1.0 - math.cos(angle)) / square
    c = 1.0 / 6.0 - square / 120.0 if angle < 1e-2 else (angle - math.sin(angle)) / (square * angle)
    x, y, z = w[1] * v[2] - w[2] * v[1], w[2] * v[0] - w[0] * v[2], w[0] * v[1] - w[1] * v[0]
    whole = delta.copy()
    whole[0] += b * x + c * (w[1] * z - w[2] * y)
    whole[1] += b * y + c * (w[2] * x - w[0] * z)
    whole[2] += b * z + c * (w[0] * y - w[1] * x)
    return perturbed(T, whole, 1.0)


@compiled_small
def _quaternion(R: Array) -> Array:
    """(4,) w, x, y, z of a rotation, of any length; the largest of them is found first, without a difference
    of nearly equal numbers."""
    trace = R[0, 0] + R[1, 1] + R[2, 2]
    if trace >= max(R[0, 0], R[1, 1], R[2, 2]):
        return np.array([1.0 + trace, R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    i = 0 if R[0, 0] >= max(R[1, 1], R[2, 2]) else (1 if R[1, 1] >= R[2, 2] else 2)
    j, k = (i + 1) % 3, (i + 2) % 3
    result = np.empty(4)
    result[0] = R[k, j] - R[j, k]
    result[1 + i] = 1.0 + R[i, i] - R[j, j] - R[k, k]
    result[1 + j] = R[j, i] + R[i, j]
    result[1 + k] = R[k, i] + R[i, k]
    return result


@compiled_small
def offset(T_from: Array, T_to: Array) -> Array:
    """(6,) `se3.tangent`."""
    R = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            R[i, j] = T_to[i, 0] * T_from[j, 0] + T_to[i, 1] * T_from[j, 1] + T_to[i, 2] * T_from[j, 2]
    q = _quaternion(R)
    if q[0] < 0.0:
        q = -q
    sine = math.sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    factor = 2.0 * math.atan2(sine, q[0]) / sine if sine > 0.0 else 0.0
    result = np.empty(6)
    for i in range(3):
        result[i] = T_to[i, 3] - T_from[i, 3]
        result[3 + i] = factor * q[1 + i]
    return result


@compiled_small
def inverted(T: Array) -> Array:
    """`se3.inverse` of one motion."""
    result = np.zeros((4, 4))
    result[3, 3] = 1.0
    for i in range(3):
        for j in range(3):
            result[i, j] = T[j, i]
            result[i, 3] -= T[j, i] * T[j, 3]
    return result


@compiled_small
def apart(T_a: Array, T_b: Array) -> tuple[float, float]:
    """`se3.difference`; the angle is accurate also near 0 and pi."""
    square, trace = 0.0, 0.0
    R = np.zeros((3, 3))
    for i in range(3):
        square += (T_a[i, 3] - T_b[i, 3]) ** 2
        for j in range(3):
            for k in range(3):
                R[i, j] += T_a[k, i] * T_b[k, j]
        trace += R[i, i]
    sine = 0.5 * math.sqrt((R[2, 1] - R[1, 2]) ** 2 + (R[0, 2] - R[2, 0]) ** 2 + (R[1, 0] - R[0, 1]) ** 2)
    return math.sqrt(square), math.atan2(sine, 0.5 * (trace - 1.0))


@compiled_small
def farthest(T_a: Array, T_b: Array, points: Array) -> float:
    """`se3.farthest`."""
    largest = 0.0
    for index in range(len(points)):
        square = 0.0
        for i in range(3):
            apart_along = T_a[i, 3] - T_b[i, 3]
            for j in range(3):
                apart_along += (T_a[i, j] - T_b[i, j]) * points[index, j]
            square += apart_along * apart_along
        largest = max(largest, square)
    return math.sqrt(largest)
