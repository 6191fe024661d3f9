"""Global registration from correspondences: Open3D's RANSAC, the reference of this package."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3

SAMPLE_SIZE = 3
EDGE_SIMILARITY = 0.9
CONFIDENCE = 0.999
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True, eq=False)
class RansacResult:
    """The pose with the most inliers.

    Attributes:
        T_target_source: (4, 4) float64.
        inlier_fraction: share of the correspondences within the distance, 0 to 1.
    """

    T_target_source: se3.Matrix
    inlier_fraction: float


def ransac(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    pairs: NDArray[np.int64],
    distance: float,
    iterations: int,
    rng: np.random.Generator,
    confidence: float = CONFIDENCE,
) -> RansacResult:
    """The rigid motion that most correspondences agree with.

    Triplets are sampled, pruned by the similarity of their edge lengths (0.9) and by distance after
    alignment, as in Poiesi and Boscaini, "Learning General and Distinctive 3D Local Deep Descriptors",
    TPAMI 2022.

    Args:
        source: (n, 3) points.
        target: (m, 3) points.
        pairs: (k, 2) indices of corresponding source and target points.
        distance: largest distance of an inlier, in the unit of the points.
        iterations: triplets to try at most; fewer once the confidence is reached.
        rng: draws the seed; the same state gives the same result.
        confidence: that no better pose is left to be found; 1 tries all triplets.

    Raises:
        RegistrationError: there are fewer than three correspondences, or no triplet agrees.
    """
    if len(pairs) < SAMPLE_SIZE:
        raise RegistrationError(f"RANSAC: {len(pairs)} correspondences are too few; it needs at least three")
    registration = o3d.pipelines.registration
    # Open3D has one generator for the whole process; whoever else draws from it, this draw is reproducible.
    o3d.utility.random.seed(int(rng.integers(LARGEST_SEED)))
    result = registration.registration_ransac_based_on_correspondence(
        o3d.geometry.PointCloud(o3d.utility.Vector3dVector(source)),
        o3d.geometry.PointCloud(o3d.utility.Vector3dVector(target)),
        o3d.utility.Vector2iVector(pairs.astype(np.int32)),
        distance,
        registration.TransformationEstimationPointToPoint(False),
        SAMPLE_SIZE,
        [
            registration.CorrespondenceCheckerBasedOnEdgeLength(EDGE_SIMILARITY),
            registration.CorrespondenceCheckerBasedOnDistance(distance),
        ],
        registration.RANSACConvergenceCriteria(iterations, confidence),
    )
    T_target_source = np.asarray(result.transformation, np.float64)
    # Open3D's own fitness counts source points that are near any target point.
    distances = np.linalg.norm(
        se3.transform(T_target_source, source[pairs[:, 0]]) - target[pairs[:, 1]], axis=1
    )
    agreeing = int((distances <= distance).sum())
    if agreeing < SAMPLE_SIZE:
        raise RegistrationError(f"RANSAC: no three of {len(pairs)} correspondences agree on a pose")
    return RansacResult(T_target_source, agreeing / len(pairs))
