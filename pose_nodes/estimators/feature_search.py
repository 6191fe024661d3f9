"""Poses from correspondences: descriptors matched between scene and model, RANSAC over the matches."""

from __future__ import annotations

import itertools

import numpy as np

from pose_nodes.core.errors import RegistrationError
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.config import RansacConfig
from pose_nodes.features import fpfh
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.matching import match
from pose_nodes.registration.ransac import ransac


class FeatureSearch:
    """Registers clouds with one object by their FPFH descriptors."""

    def __init__(self, model: ObjectModel, config: RansacConfig) -> None:
        self._config = config
        self._diameter = model.diameter
        self._points = model.points
        self._radius = config.feature_radius * model.diameter
        cloud = PointCloud(model.points, model.normals)
        self._features = fpfh.describe(cloud, self._radius) if config.runs else None

    def propose(self, scene: PointCloud, rng: np.random.Generator, stopwatch: Stopwatch) -> list[se3.Matrix]:
        """One pose T_camera_object for each run of RANSAC that found one.

        Args:
            scene: points of the segment, camera frame, metres.
            rng: random numbers.
            stopwatch: gets the time of the stages "features", "matching" and "ransac".
        """
        if self._features is None:
            return []
        with stopwatch.stage("features"):
            features = fpfh.describe(scene, self._radius)
        with stopwatch.stage("matching"):
            matches = match(features, self._features)
        poses = []
        with stopwatch.stage("ransac"):
            pairs = itertools.cycle((matches.mutual, matches.nearest))
            for _ in range(self._config.runs):
                poses += self._run(scene, next(pairs), rng)
        return poses

    def _run(self, scene: PointCloud, pairs: np.ndarray, rng: np.random.Generator) -> list[se3.Matrix]:
        distance = self._config.distance * self._diameter
        try:
            found = ransac(scene.points, self._points, pairs, distance, self._config.iterations, rng)
        except RegistrationError:  # this run has no pose to offer; the other proposals decide
            return []
        return [se3.inverse(found.T_target_source)]
