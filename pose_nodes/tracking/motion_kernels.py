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
def moved_on(covariance: Array, step: float, seconds: float, acceleration: Array) -> Array:
    """(12, 12) covariance after some time at constant velocity, under white acceleration.

    Args:
        covariance: (12, 12) of pose and velocity.
        step: seconds through which the velocity carries the pose.
        seconds: through which the acceleration acts.
        acceleration: (6, 6) its covariance, in (m/s^2)^2 and (rad/s^2)^2.
    """
    result = covariance.copy()
    for i in range(6):
        for j in range(6):
            pv, vp, vv = covariance[i, 6 + j], covariance[6 + i, j], covariance[6 + i, 6 + j]
            result[i, j] += step * (pv + vp) + step * step * vv
            result[i, 6 + j] += step * vv
            result[6 + i, j] += step * vv
            result[i, j] += 0.25 * seconds**4 * acceleration[i, j]
            result[i, 6 + j] += 0.5 * seconds**3 * acceleration[i, j]
            result[6 + i, j] += 0.5 * seconds**3 * acceleration[i, j]
            result[6 + i, 6 + j] += seconds**2 * acceleration[i, j]
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
def _corrected(covariance: Array, gain: Array, noise: Array) -> Array:
    """(12, 12) covariance after a measurement, in Joseph's form (1 - K H) P (1 - K H)^T + K R K^T, which
    stays positive definite whatever is rounded."""
    left = covariance - _product(gain, covariance[:, :6])  # (1 - K H) P, as P is symmetric
    joseph = left + _product(_product(gain, noise) - left[:, :6], gain)
    return 0.5 * (joseph + joseph.T)


@compiled
def _log_likelihood(delta: Array, expected: Array) -> float:
    """Of a (6,) innovation whose covariance is expected, up to a constant."""
    L = _cholesky(expected)
    whitened, total = delta.copy(), 0.0
    for i in range(6):
        for k in range(i):
            whitened[i] -= L[i, k] * whitened[k]
        whitened[i] /= L[i, i]
        total -= 0.5 * whitened[i] * whitened[i] + math.log(L[i, i])
    return total


@compiled
def merged(offsets: Array, covariances: Array, weights: Array) -> tuple[Array, Array]:
    """(12,) mean and (12, 12) covariance of (k, 12) offsets with (k, 12, 12) covariances and (k,) weights."""
    mean, covariance = np.zeros(12), np.zeros((12, 12))
    for model in range(len(weights)):
        mean += weights[model] * offsets[model]
    for model in range(len(weights)):
        apart = (offsets[model] - mean).reshape(12, 1)
        covariance += weights[model] * (covariances[model] + _product(apart, apart))
    return mean, covariance


@compiled
def mixed(offsets: Array, covariances: Array, weights: Array, changes: Array) -> tuple[Array, Array, Array]:
    """What each model begins a step with, as others may have held until now: (k, 12), (k, 12, 12) and the
    (k,) probabilities of the models in this step, for (k, k) probabilities of changes."""
    count = len(weights)
    mixed_offsets, mixed_covariances = np.empty((count, 12)), np.empty((count, 12, 12))
    prior = np.empty(count)
    for model in range(count):
        shares = changes[model] * weights
        prior[model] = max(shares.sum(), 1e-300)
        mixed_offsets[model], mixed_covariances[model] = merged(offsets, covariances, shares / prior[model])
    return mixed_offsets, mixed_covariances, prior


@compiled
def all_moved_on(
    offsets: Array, covariances: Array, step: float, seconds: float, accelerations: Array
) -> tuple[Array, Array]:
    """`moved_on` of each model, with the (k, 6, 6) covariances of accelerations; (k, 12), (k, 12, 12)."""
    moved_offsets, moved_covariances = offsets.copy(), np.empty_like(covariances)
    for model in range(len(offsets)):
        moved_covariances[model] = moved_on(covariances[model], step, seconds, accelerations[model])
        for axis in range(6):
            moved_offsets[model, axis] += step * offsets[model, 6 + axis]
    return moved_offsets, moved_covariances


@compiled
def all_corrected(
    offsets: Array, covariances: Array, prior: Array, delta: Array, noise: Array
) -> tuple[Array, Array, Array]:
    """Each model after a measurement, and how probable each is then.

    Args:
        offsets, covariances: (k, 12) and (k, 12, 12) of the models, before the measurement.
        prior: (k,) their probabilities.
        delta: (6,) from the pose that offsets are told from, to the measured one.
        noise: (6, 6) covariance of the measurement.
    """
    count = len(prior)
    new_offsets, new_covariances = np.empty((count, 12)), np.empty((count, 12, 12))
    logs = np.empty(count)
    for model in range(count):
        gain = _gain(covariances[model], noise)
        surprise = delta - offsets[model, :6]
        new_offsets[model] = offsets[model] + _product(gain, surprise.reshape(1, 6))[:, 0]
        new_covariances[model] = _corrected(covariances[model], gain, noise)
        expected = covariances[model, :6, :6] + noise
        logs[model] = _log_likelihood(surprise, expected) + math.log(prior[model])
    weights = np.exp(logs - logs.max())
    return new_offsets, new_covariances, weights / weights.sum()
