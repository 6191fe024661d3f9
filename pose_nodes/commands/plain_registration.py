"""The textbook pipeline that others are measured against: one try of FPFH, RANSAC and point-to-plane ICP."""

from __future__ import annotations

import time

import numpy as np

from pose_nodes.core.observation import Observation
from pose_nodes.features import fpfh
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud, estimate_normals, lift, thin
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.icp import IcpTarget
from pose_nodes.registration.matching import match
from pose_nodes.registration.ransac import ransac

# Counts are those of the dGeDi paper; lengths are in diameters of the object. Of the distances 0.03 (of the
# paper) and 0.05, the latter is right a little more often on the bundled bunny.
POINTS = 4000
FEATURE_RADIUS = 0.3
NORMAL_RADIUS = 0.1
RANSAC_DISTANCE = 0.05
RANSAC_ITERATIONS = 100_000
ICP_DISTANCE = 0.05
ICP_ITERATIONS = 1000


class PlainRegistration:
    """Finds one object, and believes whatever comes out."""

    def __init__(self, model: ObjectModel) -> None:
        self._diameter = model.diameter
        self._known = PointCloud(model.points, model.normals)
        self._features = fpfh.describe(self._known, FEATURE_RADIUS * model.diameter)
        self._target = IcpTarget(self._known)

    def find(self, observation: Observation, rng: np.random.Generator) -> tuple[se3.Matrix, dict[str, float]]:
        """T_camera_object (4, 4) without any check, and the seconds by stage.

        Raises:
            InvalidInputError: the mask has no depth.
            RegistrationError: no three correspondences agree.
        """
        frame, diameter = observation.frame, self._diameter
        times = [time.perf_counter()]
        points = lift(frame.depth, observation.mask, frame.camera)
        points = points[thin(len(points), POINTS, rng)]
        scene = PointCloud(points, estimate_normals(points, NORMAL_RADIUS * diameter))
        pairs = match(fpfh.describe(scene, FEATURE_RADIUS * diameter), self._features).nearest
        times.append(time.perf_counter())
        distance = RANSAC_DISTANCE * diameter
        coarse = ransac(scene.points, self._known.points, pairs, distance, RANSAC_ITERATIONS, rng)
        times.append(time.perf_counter())
        fine = self._target.register(
            points, coarse.T_target_source, [ICP_DISTANCE * diameter], ICP_ITERATIONS
        )
        times.append(time.perf_counter())
        seconds = dict(zip(("features", "ransac", "icp"), np.diff(times).tolist(), strict=True))
        return se3.inverse(fine.T_target_source), seconds
