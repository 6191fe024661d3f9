"""Rotations spread evenly over all orientations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry.symmetry import SymmetryGroup

_PHI = np.sqrt(2.0)
_PSI = 1.533751168755204288118041
"""The positive root of psi^4 = psi + 4 (Alexa, section 4)."""
_SPACING = 0.6
"""Of symmetric equivalents nearer than this share of the mean spacing one is dropped (our choice)."""


def super_fibonacci(count: int) -> NDArray[np.float64]:
    """(count, 3, 3) rotations of low discrepancy.

    Alexa, "Super-Fibonacci Spirals: Fast, Low-Discrepancy Sampling of SO(3)", CVPR 2022, Algorithm 1.
    """
    s = np.arange(count) + 0.5
    r, R = np.sqrt(s / count), np.sqrt(1.0 - s / count)
    alpha, beta = 2 * np.pi * s / _PHI, 2 * np.pi * s / _PSI
    quaternions = np.stack([r * np.sin(alpha), r * np.cos(alpha), R * np.sin(beta), R * np.cos(beta)], axis=1)
    return np.asarray(Rotation.from_quat(quaternions).as_matrix())


def rotation_grid(count: int, symmetry: SymmetryGroup) -> NDArray[np.float64]:
    """(k, 3, 3) rotations of an object, k <= count, as densely as `count` lie over all of SO(3).

    Of those that look the same under the object's symmetry, one is kept.
    """
    rotations = super_fibonacci(count)
    if symmetry.is_trivial or count == 0:
        return rotations
    turns = symmetry.elements()[:, :3, :3].transpose(0, 2, 1).reshape(-1, 9)
    largest_trace = 1.0 + 2.0 * np.cos(_SPACING * mean_spacing(count))
    kept = rotations[:1]
    for R in rotations[1:]:
        # trace(K^T R g) of every kept K and turn g; the larger, the smaller the angle.
        traces = (kept.transpose(0, 2, 1) @ R).reshape(-1, 9) @ turns.T
        if traces.max() < largest_trace:
            kept = np.concatenate([kept, R[None]])
    return kept


def mean_spacing(count: int) -> float:
    """Angle between neighbours of `count` rotations spread evenly, radians.

    The volume of SO(3) is 8 pi^2 by the measure in which a small ball of angle a has 4/3 pi a^3.
    """
    return float((8.0 * np.pi**2 / count) ** (1.0 / 3.0))
