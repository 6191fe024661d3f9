"""The covariance of a pose from the points that were registered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.geometry import se3
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.covariance import pose_covariance, unknown_covariance

_FEWEST_POINTS = 10


class Uncertainty:
    """Knows the surface of one object."""

    def __init__(self, model: ObjectModel) -> None:
        self._model = model
        self._tree = cKDTree(model.points)

    def covariance(
        self, points: NDArray[np.float64], T_camera_object: se3.Matrix, reach: float
    ) -> NDArray[np.float64]:
        """(6, 6) covariance of a pose, see `registration.covariance`.

        Args:
            points: (n, 3) measured points, camera frame, metres.
            T_camera_object: (4, 4) the pose.
            reach: largest distance of a point that belongs to the surface, metres.
        """
        model = self._model
        local = se3.transform(se3.inverse(T_camera_object), points)
        distance, index = self._tree.query(local, distance_upper_bound=reach)
        near = np.isfinite(distance)
        if near.sum() < _FEWEST_POINTS:
            return unknown_covariance(model.diameter)
        normals = model.normals[index[near]]
        residuals = np.einsum("ij,ij->i", local[near] - model.points[index[near]], normals)
        return pose_covariance(
            points[near], se3.rotate(T_camera_object, normals), residuals, T_camera_object, model.diameter
        )
