"""Where an object goes: constant velocity between frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.geometry import se3

LONGEST_STEP = 0.25
"""Seconds; a motion is not extrapolated farther than this (our choice)."""
SMOOTHING = 0.5
"""Share of the newest difference in the velocity; damps what is measurement noise (our choice)."""


def velocity_between(a: PoseEstimate, b: PoseEstimate, seconds: float) -> NDArray[np.float64]:
    """(6,) velocity (vx, vy, vz, wx, wy, wz) from one estimate to the next, m/s and rad/s."""
    return se3.tangent(a.T_camera_object, b.T_camera_object) / seconds


def smoothed(old: NDArray[np.float64] | None, new: NDArray[np.float64]) -> NDArray[np.float64]:
    """(6,) velocity after one more measurement of it; `old` is None at first."""
    return new if old is None else (1.0 - SMOOTHING) * old + SMOOTHING * new


def predict(T_camera_object: se3.Matrix, velocity: NDArray[np.float64], seconds: float) -> se3.Matrix:
    """The pose after some time at constant velocity."""
    return se3.perturb(T_camera_object, velocity * min(seconds, LONGEST_STEP))
