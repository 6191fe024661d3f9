"""Rigid motions as (4, 4) float64 matrices; tangent vectors are (translation, rotation)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3_kernels

Matrix = NDArray[np.float64]


def from_rotation_translation(R: ArrayLike, t: ArrayLike) -> Matrix:
    """(3, 3) rotation and (3,) translation -> (4, 4)."""
    T = np.eye(4)
    T[:3, :3] = R
    T[:3, 3] = t
    return T


def from_rotation_vector(rotation: ArrayLike, translation: ArrayLike = (0.0, 0.0, 0.0)) -> Matrix:
    """(3,) rotation vector in radians and (3,) translation -> (4, 4)."""
    return from_rotation_translation(Rotation.from_rotvec(np.asarray(rotation)).as_matrix(), translation)


def inverse(T: Matrix) -> Matrix:
    """T_a_b -> T_b_a; also of a stack (..., 4, 4)."""
    if T.ndim == 2:
        return se3_kernels.inverted(_plain(T))
    R_transposed = np.swapaxes(T[..., :3, :3], -1, -2)
    result = np.zeros_like(T)
    result[..., :3, :3] = R_transposed
    result[..., :3, 3] = -np.einsum("...ij,...j->...i", R_transposed, T[..., :3, 3])
    result[..., 3, 3] = 1.0
    return result


def transform(T_a_b: Matrix, points_b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) points in frame b -> (n, 3) points in frame a."""
    return points_b @ T_a_b[:3, :3].T + T_a_b[:3, 3]


def rotate(T_a_b: Matrix, vectors_b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) directions in frame b -> (n, 3) directions in frame a."""
    return vectors_b @ T_a_b[:3, :3].T


def nearest_rotation(matrix: ArrayLike) -> Matrix:
    """The rotation nearest to a (3, 3) matrix in the Frobenius norm (orthogonal Procrustes).

    Raises:
        InvalidInputError: the matrix is a reflection, singular or not finite, so that no rotation is near.
    """
    given = np.asarray(matrix, dtype=np.float64)
    finite = bool(np.all(np.isfinite(given)))
    U, singular_values, Vt = np.linalg.svd(given if finite else np.zeros((3, 3)))
    if singular_values[-1] <= 0.5 * singular_values[0] or np.linalg.det(U @ Vt) < 0:
        raise InvalidInputError("rotation matrix: the given 3x3 matrix is not a rotation")
    return np.asarray(U @ Vt)


def is_rigid(T: Matrix, tolerance: float = 1e-6) -> bool:
    """Whether T is finite, (4, 4), and a proper rigid motion within the tolerance."""
    if T.shape != (4, 4) or not np.all(np.isfinite(T)):
        return False
    R = T[:3, :3]
    orthogonal = np.allclose(R @ R.T, np.eye(3), atol=tolerance) and np.linalg.det(R) > 0
    return bool(orthogonal and np.allclose(T[3], [0, 0, 0, 1], atol=tolerance))


def rotation_angle(R: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle of rotations (..., 3, 3), radians in [0, pi]; accurate also near 0 and pi."""
    skew = np.stack(
        [R[..., 2, 1] - R[..., 1, 2], R[..., 0, 2] - R[..., 2, 0], R[..., 1, 0] - R[..., 0, 1]], axis=-1
    )
    sine = 0.5 * np.linalg.norm(skew, axis=-1)
    cosine = 0.5 * (np.trace(R, axis1=-2, axis2=-1) - 1.0)
    return np.asarray(np.arctan2(sine, cosine))


def difference(T_a_b: Matrix, T_a_c: Matrix) -> tuple[float, float]:
    """Distance of the origins of b and c in metres, and angle between them in radians."""
    return se3_kernels.apart(_plain(T_a_b), _plain(T_a_c))


def farthest(T_a_b: Matrix, T_a_c: Matrix, points: NDArray[np.float64]) -> float:
    """How far apart, in metres, two poses have that of (n, 3) points which they have farthest apart."""
    return se3_kernels.farthest(_plain(T_a_b), _plain(T_a_c), _plain(points))


def perturb(T_a_b: Matrix, delta: NDArray[np.float64]) -> Matrix:
    """Move b by delta = (translation, rotation vector) about the axes of a through b's origin.

    This is the error model of geometry_msgs/PoseWithCovariance (fixed axes), and of all covariances here.
    """
    return se3_kernels.perturbed(_plain(T_a_b), _plain(delta), 1.0)


def screw(T_a_b: Matrix, delta: NDArray[np.float64]) -> Matrix:
    """T_a_b after a motion that begins as that of `perturb` and goes on evenly: a turn about a line and along
    it. (6,) delta, metres and radians; the translation is that of b's origin at the beginning.

    Turned by 90 degrees about a line beside the origin, `perturb` leaves the circle, and this does not
    (Lynch and Park, "Modern Robotics", 2017, section 3.3.3).
    """
    return se3_kernels.screwed(_plain(T_a_b), _plain(delta))


def tangent(T_a_b: Matrix, T_a_c: Matrix) -> NDArray[np.float64]:
    """The delta of `perturb` that moves b to c: (6,) translation in metres, rotation vector in radians."""
    return se3_kernels.offset(_plain(T_a_b), _plain(T_a_c))


def _plain(array: ArrayLike) -> NDArray[np.float64]:
    """As compiled functions want it, for each other layout of which they would be compiled anew."""
    return np.ascontiguousarray(array, np.float64)


def quaternion_xyzw(T: Matrix) -> NDArray[np.float64]:
    """(4,) unit quaternion x, y, z, w of the rotation, w >= 0.

    Shepperd, "Quaternion from rotation matrix", Journal of Guidance and Control 1978: by way of the component
    that is largest. In plain numbers, as poses are published in every frame.
    """
    (a, b, c), (d, e, f), (g, h, i) = T[:3, :3].tolist()
    squares = (1.0 + a - e - i, 1.0 - a + e - i, 1.0 - a - e + i, 1.0 + a + e + i)
    rows = (
        (squares[0], b + d, c + g, h - f),
        (b + d, squares[1], f + h, c - g),
        (c + g, f + h, squares[2], d - b),
        (h - f, c - g, d - b, squares[3]),
    )
    row = rows[squares.index(max(squares))]
    length = math.copysign(math.hypot(*row), row[3])
    return np.array([value / length for value in row])


def from_quaternion_xyzw(quaternion: ArrayLike, translation: ArrayLike) -> Matrix:
    """(4,) quaternion x, y, z, w (any length but zero) and (3,) translation -> (4, 4)."""
    return from_rotation_translation(Rotation.from_quat(np.asarray(quaternion)).as_matrix(), translation)
