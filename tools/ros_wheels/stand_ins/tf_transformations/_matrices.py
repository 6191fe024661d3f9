"""Homogeneous 4x4 matrices of rigid motions."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation


def identity_matrix() -> NDArray[np.float64]:
    """The motion that moves nothing."""
    return np.eye(4)


def rotation_as_matrix(rotation: Rotation) -> NDArray[np.float64]:
    """A rotation about the origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix()
    return matrix


def translation_matrix(direction: ArrayLike) -> NDArray[np.float64]:
    """A shift by ``direction`` (3,)."""
    matrix = np.eye(4)
    matrix[:3, 3] = np.asarray(direction)[:3]
    return matrix


def translation_from_matrix(matrix: ArrayLike) -> NDArray[np.float64]:
    """The shift (3,) of a motion."""
    return np.array(matrix, dtype=np.float64)[:3, 3]


def rotation_matrix(angle: float, direction: ArrayLike) -> NDArray[np.float64]:
    """A turn by ``angle`` radians about the axis ``direction`` (3,) through the origin."""
    axis = np.asarray(direction, dtype=np.float64)
    return rotation_as_matrix(Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)))


def inverse_matrix(matrix: ArrayLike) -> NDArray[np.float64]:
    """The inverse of a square matrix."""
    return np.asarray(np.linalg.inv(np.asarray(matrix, dtype=np.float64)), dtype=np.float64)


def concatenate_matrices(*matrices: ArrayLike) -> NDArray[np.float64]:
    """Their product, from the left to the right."""
    return reduce(np.matmul, (np.asarray(matrix, dtype=np.float64) for matrix in matrices), np.eye(4))
