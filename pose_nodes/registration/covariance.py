"""How sure a registered pose is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration import covariance_kernels

CORRELATED_PIXELS = 16
"""Edge of the squares of pixels within which a depth camera errs alike: however many points lie in one, they
count as one measurement. So objects that are far away are known less well, which holds on images by the
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
        independent: how many measurements they are worth, see `independent_measurements`; the six that the
            pose itself takes are left out.
        diameter: of the object, metres.

    Returns:
        (6, 6) of (x, y, z, rotX, rotY, rotZ) about the camera's axes through the object's origin, m^2 and
        rad^2.
    """
    noise = max(1.4826 * float(np.median(np.abs(residuals))), SMALLEST_NOISE) if len(residuals) else 1.0
    share = covariance_kernels.independent_share(independent, len(residuals))
    return covariance_kernels.covariance_of(_plain(information), noise, share, _unknown(diameter))


def measured_covariance(
    information: NDArray[np.float64],
    distances: NDArray[np.float64],
    points: NDArray[np.float64],
    origin: NDArray[np.float64],
    camera: PinholeCamera,
    reach: float,
    diameter: float,
) -> tuple[NDArray[np.float64], int]:
    """`pose_covariance` of `certain_information` and of `independent_measurements`, in one call: this is done
    for every object in every frame.

    Args:
        information: (6, 6) of the points nearer than `reach`, see `pose_covariance`.
        distances: (n,) of all points from the surface, metres.
        points: (n, 3) camera frame, metres.
        origin: (3,) of the object, camera frame, metres.
        camera: intrinsics.
        reach: metres; what is farther does not belong to the surface.
        diameter: of the object, metres.

    Returns:
        (6, 6) covariance, and how many points belong to the surface.
    """
    return covariance_kernels.registered(
        _plain(information), _plain(distances), _plain(points), _plain(origin), _intrinsics(camera), reach,
        CORRELATED_PIXELS, NORMAL_ERROR, SMALLEST_NOISE, _unknown(diameter),
    )  # fmt: skip


def certain_information(information: NDArray[np.float64], arms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of the information of point-to-plane distances that errors of the normals cannot feign.

    Normals that err by chance seem to hold what slides: a turn about the axis of a can. What they feign in
    the mean is known, and taken away; what would be less than nothing is nothing.

    Args:
        information: (6, 6), see `pose_covariance`.
        arms: (n, 3) from the object's origin to the points, camera's axes, metres.
    """
    wrong = covariance_kernels.feigned(_plain(arms), NORMAL_ERROR)
    return covariance_kernels.certain(_plain(information), wrong)


def without_feigned(information: NDArray[np.float64], feigned: NDArray[np.float64]) -> NDArray[np.float64]:
    """(6, 6) information without what of it errors of normals feign; what would be less than nothing is
    nothing."""
    return covariance_kernels.certain(_plain(information), _plain(feigned))


def independent_measurements(points: NDArray[np.float64], camera: PinholeCamera) -> int:
    """How many measurements points of a depth image are worth: the squares of CORRELATED_PIXELS with points.

    Args:
        points: (n, 3) camera frame, metres, z > 0.
        camera: its intrinsics.
    """
    return covariance_kernels.occupied_squares(_plain(points), _intrinsics(camera), CORRELATED_PIXELS)


def without_sliding(T_start: se3.Matrix, T_found: se3.Matrix, covariance: NDArray[np.float64]) -> se3.Matrix:
    """The pose that registration found, taken back along what it did not determine to where it began.

    From there and not from the beginning: of a turn by 60 degrees about the axis of a can and one of the axis
    by 5, the second would be told wrong.

    Args:
        T_start: (4, 4) where registration began: what the motion predicts.
        T_found: (4, 4) where it ended.
        covariance: (6, 6) that it leaves.
    """
    moved = se3.tangent(T_start, T_found)
    slid = moved - covariance_kernels.believed(moved, _plain(covariance), EXPECTED_MOTION)
    return se3.screw(T_found, -slid)


def lesser_covariance(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearly a where a is far smaller than b, nearly b where b is; never more than either (parallel sum)."""
    return covariance_kernels.parallel_sum(_plain(a), _plain(b))


def unknown_covariance(diameter: float) -> NDArray[np.float64]:
    """(6, 6) covariance of a pose that nothing supports, m^2 and rad^2."""
    return np.diag(_unknown(diameter))


def _unknown(diameter: float) -> NDArray[np.float64]:
    """(6,) variances of `unknown_covariance`."""
    return np.array([(0.5 * diameter) ** 2] * 3 + [_ROTATION_VARIANCE] * 3)


def _intrinsics(camera: PinholeCamera) -> NDArray[np.float64]:
    return np.array([camera.fx, camera.fy, camera.cx, camera.cy])


def _plain(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """As compiled functions want it, for each other layout of which they would be compiled anew."""
    return np.ascontiguousarray(array, np.float64)
