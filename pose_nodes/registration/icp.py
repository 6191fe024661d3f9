"""Local registration: Open3D's point-to-plane ICP, the reference of this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud

RELATIVE_CHANGE = 1e-6
"""Of fitness and error, below which the iteration ends."""


@dataclass(frozen=True, eq=False)
class IcpResult:
    """A refined pose.

    Attributes:
        T_target_source: (4, 4) float64.
        fitness: share of the source points with a target point in reach, 0 to 1.
        rmse: of their distances, in the unit of the points.
    """

    T_target_source: se3.Matrix
    fitness: float
    rmse: float


class IcpTarget:
    """A cloud that others are registered to."""

    def __init__(self, cloud: PointCloud) -> None:
        self._cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(cloud.points))
        self._cloud.normals = o3d.utility.Vector3dVector(cloud.normals)

    def register(
        self,
        source: NDArray[np.float64],
        T_target_source: se3.Matrix,
        distances: Sequence[float],
        iterations: int,
    ) -> IcpResult:
        """Point-to-plane ICP (Chen and Medioni, 1992), coarse to fine.

        Each stage weighs residuals by Tukey's biweight of its distance, so that points of other surfaces in
        reach pull less the farther they are (our choice).

        Args:
            source: (n, 3) points.
            T_target_source: (4, 4), where to start.
            distances: reach of the correspondences, one a stage, falling.
            iterations: at most, a stage.
        """
        cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(source))
        result = IcpResult(T_target_source, 0.0, float("nan"))
        with o3d.utility.VerbosityContextManager(o3d.utility.VerbosityLevel.Error):
            for distance in distances:
                result = self._stage(cloud, result, distance, iterations)
        return result

    def _stage(
        self, cloud: o3d.geometry.PointCloud, start: IcpResult, distance: float, iterations: int
    ) -> IcpResult:
        """One stage; where nothing is in reach, the pose stays and the fitness is zero."""
        registration = o3d.pipelines.registration
        found = registration.registration_icp(
            cloud,
            self._cloud,
            distance,
            start.T_target_source,
            registration.TransformationEstimationPointToPlane(registration.TukeyLoss(distance)),
            registration.ICPConvergenceCriteria(RELATIVE_CHANGE, RELATIVE_CHANGE, iterations),
        )
        T = np.asarray(found.transformation, np.float64)
        if found.fitness == 0.0 or not np.all(np.isfinite(T)):
            return IcpResult(start.T_target_source, 0.0, float("nan"))
        return IcpResult(_rigid(T), float(found.fitness), float(found.inlier_rmse))


def _rigid(T: se3.Matrix) -> se3.Matrix:
    """Without the rounding that piles up over many small motions."""
    return se3.from_rotation_translation(se3.nearest_rotation(T[:3, :3]), T[:3, 3])
