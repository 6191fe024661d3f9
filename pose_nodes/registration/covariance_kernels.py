"""What measured points tell of a pose, in machine code: see `covariance`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled, compiled_small

Array = NDArray[np.float64]
_MOST = 4096
"""Squares along an edge that are told apart; more pixels than any camera has."""


@compiled
def occupied_squares(points: Array, intrinsics: Array, edge: int) -> int:
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


@compiled
def feigned(arms: Array, error: float) -> Array:
    """(6, 6) information that errors of normals by a standard deviation, radians, add in the mean.

    Of rows (e, a x e) with random e of that deviation: sums of 1, [a] and [a] [a]^T.
    """
    sums, squares = np.zeros(3), np.zeros((3, 3))
    for index in range(len(arms)):
        for i in range(3):
            sums[i] += arms[index, i]
            for j in range(3):
                squares[i, j] += arms[index, i] * arms[index, j]
    result, trace = np.zeros((6, 6)), squares[0, 0] + squares[1, 1] + squares[2, 2]
    for i in range(3):
        result[i, i] = len(arms)
        for j in range(3):
            result[3 + i, 3 + j] = (trace if i == j else 0.0) - squares[i, j]
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        result[3 + j, k] = result[k, 3 + j] = -sums[i]
        result[3 + k, j] = result[j, 3 + k] = sums[i]
    return error**2 * result


@compiled
def certain(information: Array, feigned_part: Array) -> Array:
    """(6, 6) information without a part of it; what would be less than nothing is nothing."""
    # In units in which turns and shifts are alike.
    scale = np.sqrt(np.maximum(np.diag(feigned_part), 1e-12))
    values, vectors = np.linalg.eigh((information - feigned_part) / np.outer(scale, scale))
    result: Array = ((vectors * np.maximum(values, 0.0)) @ vectors.T) * np.outer(scale, scale)
    return result


@compiled_small
def independent_share(squares: int, points: int) -> float:
    """Of points in so many squares that err alike each, the share that tells how far the pose may be off.

    A pose of six numbers follows six errors, so that what is left of n measurements is too small by
    (n - 6) / n. One always counts.
    """
    return min(1.0, max(squares - 6, 1) / max(points, 1))


@compiled
def covariance_of(information: Array, noise: float, share: float, prior: Array) -> Array:
    """(6, 6) covariance that information and what was known before leave.

    Args:
        information: (6, 6) sum of the squared derivatives of distances.
        noise: standard deviation of a distance.
        share: of the distances that are independent.
        prior: (6,) variances.
    """
    covariance = np.linalg.inv(share / noise**2 * information + np.diag(1.0 / prior))
    return 0.5 * (covariance + covariance.T)


@compiled
def registered(
    information: Array, distances: Array, points: Array, origin: Array, intrinsics: Array, reach: float,
    edge: int, normal_error: float, smallest_noise: float, prior: Array,
) -> tuple[Array, int]:  # fmt: skip
    """All of the above at once, for points of which not all belong to the surface.

    Args:
        information: (6, 6) of the points that are nearer than `reach`.
        distances: (n,) from the surface, metres.
        points: (n, 3) camera frame.
        origin: (3,) of the object, camera frame.
        intrinsics: (4,) fx, fy, cx, cy.
        reach: metres.
        edge, normal_error, smallest_noise: see `covariance`.
        prior: (6,) variances.

    Returns:
        (6, 6) covariance, and how many points belong to the surface.
    """
    near = np.abs(distances) < reach
    kept = points[near]
    sure = certain(information, feigned(kept - origin, normal_error))
    noise = max(1.4826 * np.median(np.abs(distances[near])), smallest_noise) if len(kept) else 1.0
    share = independent_share(occupied_squares(kept, intrinsics, edge), len(kept))
    return covariance_of(sure, noise, share, prior), len(kept)


@compiled_small
def parallel_sum(a: Array, b: Array) -> Array:
    """a (a + b)^-1 b of (6, 6) covariances."""
    joint = a @ np.linalg.solve(a + b, b)
    return 0.5 * (joint + joint.T)


@compiled_small
def believed(change: Array, covariance: Array, expected: Array) -> Array:
    """The mean of (6,) a change that was measured with a covariance and expected to be zero with another."""
    return expected @ np.linalg.solve(expected + covariance, change)
