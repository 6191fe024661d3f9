"""How sure a registered pose is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CORRELATED_POINTS = 20.0
"""Residuals of neighbouring pixels err together; so many points count as one measurement (our choice)."""
SMALLEST_NOISE = 0.0005
"""Metres; the bias of a depth camera that no number of points averages out (our choice)."""
_ROTATION_VARIANCE = np.pi**2 / 3.0
"""Variance of an angle that nothing is known of: uniform from -pi to pi."""


def pose_covariance(
    information: NDArray[np.float64], residuals: NDArray[np.float64], diameter: float
) -> NDArray[np.float64]:
    """Covariance of a pose from point-to-plane residuals: the inverse of the Gauss-Newton Hessian, times the
    noise.

    Directions that the residuals do not determine (along a plane, about an axis of revolution) are bounded by
    what is known before: the object lies within half a diameter, at any angle. Compare Censi, "An accurate
    closed-form estimate of ICP's covariance", ICRA 2007; the noise model is our choice.

    Args:
        information: (6, 6) sum of the squared derivatives of the residuals by a motion as of `se3.perturb`.
        residuals: (n,) distances of the points from the surface along its normals, metres.
        diameter: of the object, metres.

    Returns:
        (6, 6) of (x, y, z, rotX, rotY, rotZ) about the camera's axes through the object's origin, m^2 and
        rad^2.
    """
    noise = max(1.4826 * float(np.median(np.abs(residuals))), SMALLEST_NOISE) if len(residuals) else 1.0
    known = np.diag(1.0 / np.diag(unknown_covariance(diameter)))
    covariance = np.linalg.inv(information / (CORRELATED_POINTS * noise**2) + known)
    return np.asarray(0.5 * (covariance + covariance.T))


def unknown_covariance(diameter: float) -> NDArray[np.float64]:
    """(6, 6) covariance of a pose that nothing supports, m^2 and rad^2."""
    return np.diag([(0.5 * diameter) ** 2] * 3 + [_ROTATION_VARIANCE] * 3)
