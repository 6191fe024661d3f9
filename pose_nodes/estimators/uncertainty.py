"""The covariance of a pose from the points that were registered."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.estimators.config import BiasConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.covariance import (
    independent_measurements,
    pose_covariance,
    unknown_covariance,
)
from pose_nodes.registration.field_registration import FieldTarget

_FEWEST_POINTS = 10


class Uncertainty:
    """Knows the surface of one object."""

    def __init__(self, model: ObjectModel, field: FieldTarget, bias: BiasConfig) -> None:
        self._model = model
        self._field = field
        self._bias = bias

    def covariance(
        self, points: NDArray[np.float64], T_camera_object: se3.Matrix, camera: PinholeCamera, reach: float
    ) -> NDArray[np.float64]:
        """(6, 6) covariance of a pose, see `registration.covariance`.

        Args:
            points: (n, 3) measured points, camera frame, metres.
            T_camera_object: (4, 4) the pose.
            camera: intrinsics.
            reach: largest distance of a point that belongs to the surface, metres.
        """
        information, distances = self._field.information(points, T_camera_object, reach)
        near = np.abs(distances) < reach
        if near.sum() < _FEWEST_POINTS:
            return unknown_covariance(self._model.diameter)
        independent = independent_measurements(points[near], camera)
        return pose_covariance(information, distances[near], independent, self._model.diameter)

    def bias(
        self, covariance: NDArray[np.float64], T_camera_object: se3.Matrix, camera: PinholeCamera
    ) -> NDArray[np.float64]:
        """(6, 6) covariance of what a pose is wrong by in every frame alike: by the camera's calibration, and
        by most of what registration leaves, as depth cameras err nearly alike from frame to frame.

        Args:
            covariance: (6, 6) that registration leaves.
            T_camera_object: (4, 4) the pose.
            camera: intrinsics.
        """
        z = T_camera_object[2, 3]
        across = self._bias.pixels * z / np.array([camera.fx, camera.fy])
        along = math.hypot(self._bias.depth, self._bias.depth_quadratic * z * z)
        camera_errors = np.array([*across, along, *[self._bias.angle] * 3])
        return np.diag(np.square(camera_errors)) + (1.0 - self._bias.changing_share) * covariance
