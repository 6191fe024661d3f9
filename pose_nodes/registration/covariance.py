"""How sure a registered pose is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.covariance_kernels import occupied_squares

CORRELATED_PIXELS = 17
"""Edge of the squares of pixels within which a depth camera errs alike: however many points lie in one, they
count as one measurement. So objects that are far away are known less well, which holds on videos of the
model of the camera (our choice, see docs/benchmarks.md)."""
SMALLEST_NOISE = 0.0005
"""Metres; the bias of a depth camera that no number of points averages out (our choice)."""
NORMAL_ERROR = 0.03
"""Radians; standard deviation of the normals of a surface whose distance field has planes for cells (our
choice)."""
EXPECTED_MOTION = np.diag([0.05**2] * 3 + [0.35**2] * 3)
"""m^2 and rad^2 by which a prediction may be wrong (our choice)."""
_ROTATION_VARIANCE = np.pi**2 / 3.0
"""Variance of an angle that nothing is known of: uniform from -pi to pi."""


def pose_covariance(
    information: NDArray[np.float64], residuals: NDArray[np.float64], independent: int, diameter: float
) -> NDArray[np.float64]:
    """Covariance of a pose from point-to-plane residuals: the inverse of the Gauss-Newton Hessian, times the
    noise.

    Directions that the residuals do not determine (along a plane, about an axis of revolution) are bounded by
    what is known before: the object lies within half a diameter, at any angle. Compare Censi, "An accurate
    closed-form estimate of ICP's covariance", ICRA 2007; the noise model is our choice.

    Args:
        information: (6, 6) sum of the squared derivatives of the residuals by a motion as of `se3.perturb`.
        residuals: (n,) distances of the points from the surface along its normals, metres.
        independent: how many measurements they are worth; see `independent_measurements`.
        diameter: of the object, metres.

    Returns:
        (6, 6) of (x, y, z, rotX, rotY, rotZ) about the camera's axes through the object's origin, m^2 and
        rad^2.
    """
    noise = max(1.4826 * float(np.median(np.abs(residuals))), SMALLEST_NOISE) if len(residuals) else 1.0
    known = np.diag(1.0 / np.diag(unknown_covariance(diameter)))
    share = min(1.0, independent / max(len(residuals), 1))
    covariance = np.linalg.inv(share * information / noise**2 + known)
    return np.asarray(0.5 * (covariance + covariance.T))


def certain_information(information: NDArray[np.float64], arms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of the information of point-to-plane distances that errors of the normals cannot feign.

    Normals that err by chance seem to hold what slides: a turn about the axis of a can. What they feign in
    the mean is known, and taken away; what would be less than nothing is nothing.

    Args:
        information: (6, 6), see `pose_covariance`.
        arms: (n, 3) from the object's origin to the points, camera's axes, metres.
    """
    # Of rows (e, a x e) with random e: sums of 1, [a] and [a][a]^T.
    sums, squares = _skew(arms.sum(axis=0)), arms.T @ arms
    turned = np.trace(squares) * np.eye(3) - squares
    feigned = NORMAL_ERROR**2 * np.block([[len(arms) * np.eye(3), sums.T], [sums, turned]])
    # In units in which turns and shifts are alike.
    scale = np.sqrt(np.maximum(np.diag(feigned), 1e-12))
    values, vectors = np.linalg.eigh((information - feigned) / np.outer(scale, scale))
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T * np.outer(scale, scale))


def _skew(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) matrix of the cross product with a."""
    return np.array([[0.0, -a[2], a[1]], [a[2], 0.0, -a[0]], [-a[1], a[0], 0.0]])


def independent_measurements(points: NDArray[np.float64], camera: PinholeCamera) -> int:
    """How many measurements points of a depth image are worth: the squares of CORRELATED_PIXELS with points.

    Args:
        points: (n, 3) camera frame, metres, z > 0.
        camera: its intrinsics.
    """
    intrinsics = np.array([camera.fx, camera.fy, camera.cx, camera.cy])
    return occupied_squares(np.ascontiguousarray(points), intrinsics, CORRELATED_PIXELS)


def without_sliding(T_start: se3.Matrix, T_found: se3.Matrix, covariance: NDArray[np.float64]) -> se3.Matrix:
    """The pose that registration found, taken back along what it did not determine to where it began.

    Args:
        T_start: (4, 4) where registration began: what the motion predicts.
        T_found: (4, 4) where it ended.
        covariance: (6, 6) that it leaves.
    """
    kept = EXPECTED_MOTION @ np.linalg.inv(EXPECTED_MOTION + covariance)
    return se3.perturb(T_start, kept @ se3.tangent(T_start, T_found))


def lesser_covariance(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearly a where a is far smaller than b, nearly b where b is; never more than either (parallel sum)."""
    joint = a @ np.linalg.solve(a + b, b)
    return np.asarray(0.5 * (joint + joint.T))


def unknown_covariance(diameter: float) -> NDArray[np.float64]:
    """(6, 6) covariance of a pose that nothing supports, m^2 and rad^2."""
    return np.diag([(0.5 * diameter) ** 2] * 3 + [_ROTATION_VARIANCE] * 3)
