"""The sums of the motion filter in machine code: see `motion_filter`.

Each follows `geometry.se3` and the formulas of textbooks. On matrices of this size, NumPy spends more on
calls than on sums.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
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


@compiled_small
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


@compiled_small
def moved_on(covariance: Array, step: float, seconds: float, acceleration: Array) -> Array:
    """(12, 12) covariance after some time at constant velocity, under white acceleration.

    The acceleration is another one at every moment, and so strong that it changes the velocity as much as one
    that lasts would. If it lasted, a filter that believes its measurements would take twice the velocity that
    a step shows, less that of before: wrong once, it is wrong by as much the other way after the next step,
    and so on. So it is wrong by half as much.

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
            result[i, j] += seconds**4 / 3.0 * acceleration[i, j]
            result[i, 6 + j] += 0.5 * seconds**3 * acceleration[i, j]
            result[6 + i, j] += 0.5 * seconds**3 * acceleration[i, j]
            result[6 + i, 6 + j] += seconds**2 * acceleration[i, j]
    return result


@compiled_small
def innovation(delta: Array, covariance: Array, noise: Array) -> float:
    """Mahalanobis distance squared of a pose measured at (6,) delta from a state, with (6, 6) noise."""
    solved = _solved(_cholesky(covariance[:6, :6] + noise), delta)
    total = 0.0
    for i in range(6):
        total += delta[i] * solved[i]
    return total


@compiled_small
def _product(A: Array, B: Array) -> Array:
    """A B^T."""
    result = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            for k in range(A.shape[1]):
                result[i, j] += A[i, k] * B[j, k]
    return result


@compiled_small
def _gain(covariance: Array, noise: Array) -> Array:
    """(12, 6) Kalman's gain K = P H^T (H P H^T + R)^-1, where H takes the pose out of a state."""
    L = _cholesky(covariance[:6, :6] + noise)
    gain = np.empty((12, 6))
    for i in range(12):
        gain[i] = _solved(L, covariance[i, :6])
    return gain


@compiled_small
def _corrected(covariance: Array, gain: Array, noise: Array) -> Array:
    """(12, 12) covariance after a measurement, in Joseph's form (1 - K H) P (1 - K H)^T + K R K^T, which
    stays positive definite whatever is rounded."""
    left = covariance - _product(gain, covariance[:, :6])  # (1 - K H) P, as P is symmetric
    joseph = left + _product(_product(gain, noise) - left[:, :6], gain)
    return 0.5 * (joseph + joseph.T)


@compiled_small
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


@compiled_small
def merged(offsets: Array, covariances: Array, weights: Array) -> tuple[Array, Array]:
    """(12,) mean and (12, 12) covariance of (k, 12) offsets with (k, 12, 12) covariances and (k,) weights."""
    mean, covariance = np.zeros(12), np.zeros((12, 12))
    for model in range(len(weights)):
        mean += weights[model] * offsets[model]
    for model in range(len(weights)):
        apart = (offsets[model] - mean).reshape(12, 1)
        covariance += weights[model] * (covariances[model] + _product(apart, apart))
    return mean, covariance


@compiled_small
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


@compiled_small
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


@compiled_small
def all_corrected(
    offsets: Array, covariances: Array, prior: Array, delta: Array, noise: Array
) -> tuple[Array, Array, Array, Array]:
    """Each model after a measurement, and how probable each is then; and what all of them say in the mean.

    Args:
        offsets, covariances: (k, 12) and (k, 12, 12) of the models, before the measurement.
        prior: (k,) their probabilities.
        delta: (6,) from the pose that offsets are told from, to the measured one.
        noise: (6, 6) covariance of the measurement.

    Returns:
        (12,) mean, (k, 12) offsets from that, (k, 12, 12) covariances, and (k,) probabilities.
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
    weights /= weights.sum()
    mean, _ = merged(new_offsets, new_covariances, weights)
    return mean, new_offsets - mean, new_covariances, weights


@compiled_small
def held_back(
    velocity: Array, unseen: Array, noise: Array, well_measured: Array, slowing: float, wandering: Array
) -> tuple[Array, Array]:
    """What is left of a velocity along which nothing is measured, and how far the pose may have gone there.

    Args:
        velocity: (6,) of an object.
        unseen: (6, 6) covariance of what its pose may have changed by until now, unseen.
        noise: (6, 6) covariance of a measurement of the pose.
        well_measured: (6, 6) of one that shows whether the object moves.
        slowing: share that is lost of the velocity that cannot be seen.
        wandering: (6, 6) covariance of what the pose may have changed by since.
    """
    blind = _product(noise, np.linalg.inv(noise + well_measured).astype(np.float64))  # both are symmetric
    left, lost = velocity.copy(), np.zeros(6)
    for i in range(6):
        for j in range(6):
            lost[i] += blind[i, j] * velocity[j]
        left[i] -= slowing * lost[i]
    return left, _product(_product(blind, unseen + wandering), blind)
