"""The symmetric equivalent of a pose nearest to another, in machine code: see `symmetry`. It is asked for
every object in every frame."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
def _product(A: Array, B: Array) -> Array:
    """(4, 4) of two motions."""
    result = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            for k in range(4):
                result[i, j] += A[i, k] * B[k, j]
    return result


@compiled_small
def _agreement(T: Array, T_reference: Array) -> float:
    """Trace of R_reference^T R: the larger, the smaller the angle between the two."""
    total = 0.0
    for i in range(3):
        for j in range(3):
            total += T[i, j] * T_reference[i, j]
    return total


@compiled_small
def _turned(T: Array, T_reference: Array, axis: Array, centre: Array) -> Array:
    """T after the turn about an axis through a point that brings it nearest to the reference.

    The rotation about the axis that maximises trace(R_reference^T R R_axis(angle)), in closed form.
    """
    M = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            for k in range(3):
                M[i, j] += T_reference[k, i] * T[k, j]
    x, y, z = axis[0], axis[1], axis[2]
    cosine = M[0, 0] + M[1, 1] + M[2, 2]
    for i in range(3):
        for j in range(3):
            cosine -= axis[i] * M[i, j] * axis[j]
    sine = x * (M[1, 2] - M[2, 1]) + y * (M[2, 0] - M[0, 2]) + z * (M[0, 1] - M[1, 0])
    angle = math.atan2(sine, cosine)
    c, s = math.cos(angle), math.sin(angle)
    turn = np.eye(4)
    cross = ((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0))
    for i in range(3):
        turn[i, 3] = centre[i]
        for j in range(3):
            turn[i, j] = (c if i == j else 0.0) + s * cross[i][j] + (1.0 - c) * axis[i] * axis[j]
            turn[i, 3] -= turn[i, j] * centre[j]
    return _product(T, turn)


@compiled_small
def nearest(
    T: Array, T_reference: Array, discrete: Array, is_round: bool, axis: Array, centre: Array
) -> Array:
    """`SymmetryGroup.nearest`.

    Args:
        T, T_reference: (4, 4) poses.
        discrete: (k, 4, 4) of the group.
        is_round: whether it has an axis of revolution.
        axis, centre: (3,) of it; of no account without.
    """
    best, most = T, -4.0
    for motion in discrete:
        candidate = _product(T, motion)
        if is_round:
            candidate = _turned(candidate, T_reference, axis, centre)
        agreement = _agreement(candidate, T_reference)
        if agreement > most:
            best, most = candidate, agreement
    return best
