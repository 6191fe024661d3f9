"""The sums of the motion filter in machine code: see `motion_filter`.

Each follows `geometry.se3` and the formulas of textbooks. On matrices of this size, NumPy spends more on
calls than on sums.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled

Array = NDArray[np.float64]


@compiled
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


@compiled
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


@compiled
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


@compiled
def _cholesky(S: Array) -> Array:
    """Lower triangle L of a positive definite matrix, L L^T = S."""
    n = len(S)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            value = S[i, j]
            for k in range(j):
                value -= L[i, k] * L[j, k]
            L[i, j] = math.sqrt(max(value, 1e-300)) if i == j else value / L[j, j]
    return L


@compiled
def _solved(L: Array, b: Array) -> Array:
    """x of L L^T x = b."""
    n = len(L)
    x = b.copy()
    for i in range(n):
        for k in range(i):
            x[i] -= L[i, k] * x[k]
        x[i] /= L[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= L[k, i] * x[k]
        x[i] /= L[i, i]
    return x


@compiled
def moved_on(covariance: Array, step: float, seconds: float, variances: Array) -> Array:
    """(12, 12) covariance after some time at constant velocity, under white acceleration.

    Args:
        covariance: (12, 12) of pose and velocity.
        step: seconds through which the velocity carries the pose.
        seconds: through which the acceleration acts.
        variances: (6,) of the acceleration, in (m/s^2)^2 and (rad/s^2)^2.
    """
    result = covariance.copy()
    for i in range(6):
        for j in range(6):
            pv, vp, vv = covariance[i, 6 + j], covariance[6 + i, j], covariance[6 + i, 6 + j]
            result[i, j] += step * (pv + vp) + step * step * vv
            result[i, 6 + j] += step * vv
            result[6 + i, j] += step * vv
    for i in range(6):
        result[i, i] += 0.25 * seconds**4 * variances[i]
        result[i, 6 + i] += 0.5 * seconds**3 * variances[i]
        result[6 + i, i] += 0.5 * seconds**3 * variances[i]
        result[6 + i, 6 + i] += seconds**2 * variances[i]
    return result


@compiled
def innovation(T: Array, covariance: Array, T_measured: Array, noise: Array) -> float:
    """Mahalanobis distance squared of a measured pose, with (6, 6) noise, from a state."""
    delta = offset(T, T_measured)
    solved = _solved(_cholesky(covariance[:6, :6] + noise), delta)
    total = 0.0
    for i in range(6):
        total += delta[i] * solved[i]
    return total


@compiled
def _product(A: Array, B: Array) -> Array:
    """A B^T."""
    result = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            for k in range(A.shape[1]):
                result[i, j] += A[i, k] * B[j, k]
    return result


@compiled
def _gain(covariance: Array, noise: Array) -> Array:
    """(12, 6) Kalman's gain K = P H^T (H P H^T + R)^-1, where H takes the pose out of a state."""
    L = _cholesky(covariance[:6, :6] + noise)
    gain = np.empty((12, 6))
    for i in range(12):
        gain[i] = _solved(L, covariance[i, :6])
    return gain


@compiled
def corrected(T: Array, covariance: Array, T_measured: Array, noise: Array) -> tuple[Array, Array, Array]:
    """A state after a measurement: its pose, the (6,) change of its velocity, its (12, 12) covariance.

    In Joseph's form (1 - K H) P (1 - K H)^T + K R K^T, which stays positive definite whatever is rounded.
    """
    gain = _gain(covariance, noise)
    change = _product(gain, offset(T, T_measured).reshape(1, 6))[:, 0].copy()
    left = covariance - _product(gain, covariance[:, :6])  # (1 - K H) P, as P is symmetric
    joseph = left + _product(_product(gain, noise) - left[:, :6], gain)
    return perturbed(T, change, 1.0), change[6:], 0.5 * (joseph + joseph.T)
