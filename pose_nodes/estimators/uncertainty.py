"""The covariance of a pose from the points that were registered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.estimators.config import BiasConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.covariance import (
    lesser_covariance,
    measured_covariance,
    unknown_covariance,
)
from pose_nodes.registration.field_registration import FieldTarget

_FEWEST_POINTS = 10
_LARGEST_BIAS = np.diag([0.005**2] * 3 + [0.05**2] * 3)
"""Of registration, m^2 and rad^2: what is not known at all is not wrong by the same in every frame."""


class Uncertainty:
    """Knows the surface of one object."""

    def __init__(self, model: ObjectModel, field: FieldTarget, bias: BiasConfig) -> None:
        self._model = model
        self._field = field
        self._bias = bias

    def covariance(
        self, points: NDArray[np.float64], T_camera_object: se3.Matrix, camera: PinholeCamera, reach: float
    ) -> NDArray[np.float64]:
        """(6, 6) covariance of a pose, see `registration.covariance`. What is measured at the border of the
        image holds nothing: the object may go on beyond it, and its end seems to be there.

        Args:
            points: (n, 3) measured points, camera frame, metres.
            T_camera_object: (4, 4) the pose.
            camera: intrinsics.
            reach: largest distance of a point that belongs to the surface, metres.
        """
        points = _within_image(points, camera, reach)
        information, distances = self._field.information(points, T_camera_object, reach)
        covariance, count = measured_covariance(
            information, distances, points, T_camera_object[:3, 3], camera, reach, self._model.diameter
        )
        return covariance if count >= _FEWEST_POINTS else unknown_covariance(self._model.diameter)

    def of_camera(self, T_camera_object: se3.Matrix, camera: PinholeCamera) -> NDArray[np.float64]:
        """(6, 6) covariance of what the camera's calibration makes wrong.

        Args:
            T_camera_object: (4, 4) the pose.
            camera: intrinsics.
        """
        z = float(T_camera_object[2, 3])
        result = np.zeros((6, 6))
        result[0, 0] = (self._bias.pixels * z / camera.fx) ** 2
        result[1, 1] = (self._bias.pixels * z / camera.fy) ** 2
        result[2, 2] = self._bias.depth**2 + (self._bias.depth_quadratic * z * z) ** 2
        result[3, 3] = result[4, 4] = result[5, 5] = self._bias.angle**2
        return result

    def lasting(self, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
        """(6, 6) part of the covariance that registration leaves, which is the same in every frame: depth
        cameras err nearly alike from frame to frame."""
        return lesser_covariance((1.0 - self._bias.changing_share) * covariance, _LARGEST_BIAS)


def _within_image(points: NDArray[np.float64], camera: PinholeCamera, reach: float) -> NDArray[np.float64]:
    """(k, 3) the points that are farther than `reach` (metres) from what the border of the image cuts off."""
    rim = reach * np.array([camera.fx, camera.fy]) / points[:, 2:]
    pixels, last = camera.project(points), np.array([camera.width - 1, camera.height - 1])
    return points[((pixels >= rim) & (pixels <= last - rim)).all(axis=1)]
