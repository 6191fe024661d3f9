"""Poses from correspondences: descriptors matched between scene and model, and what the matches agree on."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.observation import Observation
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.config import RansacConfig
from pose_nodes.features.choice import Fpfh
from pose_nodes.features.describer import ByShape, Describer
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.matching import match
from pose_nodes.registration.proposals import SearchEffort, proposer


class FeatureSearch:
    """Registers clouds with one object by local descriptors."""

    def __init__(
        self,
        model: ObjectModel,
        config: RansacConfig,
        registration: str = "native",
        descriptor: Describer | None = None,
        with_agreement: bool = False,
    ) -> None:
        """Describe a model.

        Args:
            model: the object.
            config: options.
            registration: the library that makes poses of matches, see `proposals`.
            descriptor: of points; FPFH if None.
            with_agreement: whether the score of a pose tells how well the descriptors of its inliers agree.

        Raises:
            InvalidConfigError: that library is not installed.
        """
        self._propose = proposer(registration)
        self._effort = SearchEffort(
            config.distance * model.diameter, config.runs, config.iterations, config.keep
        )
        self._points, self._with_agreement = model.points, with_agreement
        descriptor = descriptor or ByShape(Fpfh(config.feature_radius))
        self._described = descriptor.onboard(model) if config.runs else None

    def propose(
        self,
        scene: PointCloud,
        rng: np.random.Generator,
        stopwatch: Stopwatch,
        observation: Observation | None = None,
    ) -> list[se3.Matrix]:
        """Poses T_camera_object that many matches agree on.

        Args:
            scene: points of the segment, camera frame, metres.
            rng: random numbers.
            stopwatch: gets the time of the stages "features", "matching" and "ransac".
            observation: the image that they are of, and the segment; visual descriptors need it.

        Raises:
            InvalidInputError: the descriptor needs what is not there.
        """
        if self._described is None:
            return []
        with stopwatch.stage("features"):
            features = self._described.describe(scene, observation)
        with stopwatch.stage("matching"):
            matches = match(features, self._described.features, self._with_agreement)
        with stopwatch.stage("ransac"):
            found = self._propose(scene.points, self._points, matches, self._effort, rng)
        return [se3.inverse(T_object_camera) for T_object_camera in found]
