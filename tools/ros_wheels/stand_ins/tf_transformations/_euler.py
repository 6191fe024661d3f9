"""Euler angles: "sxyz" turns about the static x, y and z axis in turn, "rzyx" about those that turn along."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from ._matrices import rotation_as_matrix
from ._quaternions import quaternion_matrix


def euler_matrix(ai: float, aj: float, ak: float, axes: str = "sxyz") -> NDArray[np.float64]:
    """The 4x4 matrix of three turns (radians)."""
    return rotation_as_matrix(_rotation(ai, aj, ak, axes))


def quaternion_from_euler(ai: float, aj: float, ak: float, axes: str = "sxyz") -> NDArray[np.float64]:
    """The quaternion (x, y, z, w) of three turns (radians)."""
    return _rotation(ai, aj, ak, axes).as_quat()


def euler_from_matrix(matrix: ArrayLike, axes: str = "sxyz") -> tuple[float, float, float]:
    """The three turns (radians) of the rotation of a 4x4 rigid motion."""
    rotation = Rotation.from_matrix(np.asarray(matrix, dtype=np.float64)[:3, :3])
    ai, aj, ak = rotation.as_euler(_sequence(axes)).tolist()
    return ai, aj, ak


def euler_from_quaternion(quaternion: ArrayLike, axes: str = "sxyz") -> tuple[float, float, float]:
    """The three turns (radians) of a quaternion (x, y, z, w)."""
    return euler_from_matrix(quaternion_matrix(quaternion), axes)


def _rotation(ai: float, aj: float, ak: float, axes: str) -> Rotation:
    return Rotation.from_euler(_sequence(axes), [ai, aj, ak])


def _sequence(axes: str) -> str:
    """SciPy's name: lower case for static axes, upper case for those that turn along."""
    return axes[1:] if axes.startswith("s") else axes[1:].upper()
