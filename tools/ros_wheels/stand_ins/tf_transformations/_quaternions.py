"""Quaternions in the order x, y, z, w."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from ._matrices import rotation_as_matrix


def quaternion_about_axis(angle: float, axis: ArrayLike) -> NDArray[np.float64]:
    """A turn by ``angle`` radians about ``axis`` (3,)."""
    direction = np.asarray(axis, dtype=np.float64)
    return np.append(np.sin(angle / 2) * direction / np.linalg.norm(direction), np.cos(angle / 2))


def quaternion_matrix(quaternion: ArrayLike) -> NDArray[np.float64]:
    """The rotation as a 4x4 matrix; the length of the quaternion does not count."""
    return rotation_as_matrix(Rotation.from_quat(np.asarray(quaternion, dtype=np.float64)))


def quaternion_from_matrix(matrix: ArrayLike) -> NDArray[np.float64]:
    """The rotation of a 4x4 rigid motion, with w >= 0."""
    rotation = Rotation.from_matrix(np.asarray(matrix, dtype=np.float64)[:3, :3])
    quaternion = rotation.as_quat()
    return -quaternion if quaternion[3] < 0 else quaternion


def quaternion_multiply(quaternion1: ArrayLike, quaternion0: ArrayLike) -> tuple[float, ...]:
    """First ``quaternion0``, then ``quaternion1``; lengths multiply."""
    x1, y1, z1, w1 = np.asarray(quaternion1, dtype=np.float64)
    x0, y0, z0, w0 = np.asarray(quaternion0, dtype=np.float64)
    return (
        w1 * x0 + x1 * w0 + y1 * z0 - z1 * y0,
        w1 * y0 - x1 * z0 + y1 * w0 + z1 * x0,
        w1 * z0 + x1 * y0 - y1 * x0 + z1 * w0,
        w1 * w0 - x1 * x0 - y1 * y0 - z1 * z0,
    )


def quaternion_conjugate(quaternion: ArrayLike) -> NDArray[np.float64]:
    """The vector part negated."""
    return np.asarray(quaternion, dtype=np.float64) * (-1, -1, -1, 1)


def quaternion_inverse(quaternion: ArrayLike) -> NDArray[np.float64]:
    """What multiplies with ``quaternion`` to (0, 0, 0, 1)."""
    return quaternion_conjugate(quaternion) / np.dot(quaternion, quaternion)


def quaternion_slerp(quat0: ArrayLike, quat1: ArrayLike, fraction: float) -> NDArray[np.float64]:
    """Part of the way from ``quat0`` to ``quat1`` along the shorter arc, at a constant rate; of length 1."""
    start, end = _unit(quat0), _unit(quat1)
    cosine = float(np.dot(start, end))
    if cosine < 0:
        end, cosine = -end, -cosine
    angle = np.arccos(min(cosine, 1.0))
    if angle < 1e-9:
        return start
    return (np.sin((1 - fraction) * angle) * start + np.sin(fraction * angle) * end) / np.sin(angle)


def _unit(quaternion: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(quaternion, dtype=np.float64)
    return values / np.linalg.norm(values)
