"""Poses that registration from correspondences proposes, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError, RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.registration.consensus_types import Floats, Kept, Rules

SAMPLE_SIZE = 3
CONFIDENCE = 0.999
_SHORTEST = 0.5
"""Edge of a triplet, in standard deviations of the source points along their longest axis (our choice)."""
_FLATTEST = 0.3
"""Height of a triplet, in standard deviations along their second axis (our choice)."""
_LINE = 1e-4
"""Ratio of these below which points lie on a line."""
_SHARE = 0.5
"""Of the best pose's support: what a pose must have to be found as surely (our choice)."""
_ANGLE = np.deg2rad(20.0)
_SHIFT = 1.0 / 3.0
"""Of different poses, unless given: radians; standard deviations of the source points (our choice)."""
CANDIDATES = 8
"""Poses that are kept while searching, at least."""


@dataclass(frozen=True)
class Difference:
    """Poses that are farther apart than either are different answers.

    Attributes:
        angle: radians.
        shift: of the middle of the source points, in their unit.
    """

    angle: float
    shift: float


@dataclass(frozen=True, eq=False)
class RigidHypothesis:
    """A pose and what speaks for it.

    Attributes:
        T_target_source: (4, 4) float64.
        inlier_fraction: share of the correspondences within the distance, 0 to 1.
        overlap: share of the source cloud that comes to lie near the target cloud, 0 to 1.
        score: mean over the correspondences of weight (1 - (r / distance)^2), 0 beyond, times the overlap.
    """

    T_target_source: se3.Matrix
    inlier_fraction: float
    overlap: float
    score: float

    @staticmethod
    def of(
        pose: Floats, values: NDArray[np.float64], means: NDArray[np.float64], count: int
    ) -> RigidHypothesis:
        """A kept pose, taken back to where the clouds are.

        Args:
            pose, values: see `Kept`.
            means: (6,) of the source and target points.
            count: of the correspondences.
        """
        score, _, inliers, overlap = values.tolist()
        T = np.asarray(pose, np.float64).reshape(3, 4)
        R = se3.nearest_rotation(T[:, :3])
        T_target_source = se3.from_rotation_translation(R, T[:, 3] + means[3:] - R @ means[:3])
        return RigidHypothesis(T_target_source, inliers / count, overlap, score / count)


def refuse_bad_input(pairs: NDArray[np.int64], source: int, target: int, distance: float) -> None:
    """Tell correspondences that no pose can be computed from.

    Args:
        pairs: (k, 2) indices.
        source, target: how many points there are.
        distance: largest distance of an inlier.

    Raises:
        InvalidInputError: an index is out of range, or the distance is not positive.
        RegistrationError: there are fewer than three correspondences.
    """
    if not distance > 0.0:
        raise InvalidInputError(f"RANSAC: the distance of an inlier is {distance}; it must be positive")
    if len(pairs) < SAMPLE_SIZE:
        raise RegistrationError(f"RANSAC: {len(pairs)} correspondences are too few; it needs at least three")
    first, second = pairs[:, 0], pairs[:, 1]
    if min(first.min(), second.min()) < 0 or first.max() >= source or second.max() >= target:
        raise InvalidInputError(
            f"RANSAC: a correspondence names a point that does not exist; there are {source} source and "
            f"{target} target points"
        )


def refuse_not_finite(values: NDArray[np.float64], what: str) -> None:
    """Raises: InvalidInputError: what was made of some coordinates is not finite, so one of them is not."""
    if not np.all(np.isfinite(values)):
        raise InvalidInputError(f"RANSAC: a {what} is not finite; leave such points out")


def relative(weights: NDArray[np.float64] | None, count: int) -> Floats:
    """(count,) weights of which the largest is 1; ones for None.

    Raises:
        InvalidInputError: they are not finite, negative, all zero, or not so many.
    """
    if weights is None:
        return np.ones(count, np.float32)
    if weights.shape != (count,):
        raise InvalidInputError(f"RANSAC: {count} correspondences need as many weights, not {weights.shape}")
    largest = float(np.max(weights))
    if not np.all(np.isfinite(weights)) or np.min(weights) < 0.0 or largest == 0.0:
        raise InvalidInputError("RANSAC: weights must be finite, not negative, and not all zero")
    return np.asarray(weights / largest, np.float32)


def rules_for(
    covariance: NDArray[np.float64], distance: float, triplets: int, different: Difference | None
) -> Rules:
    """What triplets and poses must be like where the source points have a (3, 3) covariance.

    Raises:
        RegistrationError: the points lie on a line.
    """
    variances = np.maximum(np.linalg.eigvalsh(covariance), 0.0)
    _, second, first = np.sqrt(variances)
    if not second > _LINE * first:
        raise RegistrationError(
            "RANSAC: the corresponding source points lie on a line or in one point; no pose can be told"
        )
    radius = float(np.sqrt(variances.sum()))
    different = different or Difference(_ANGLE, _SHIFT * radius)
    return Rules(
        distance=float(distance),
        shortest=_SHORTEST * float(first),
        flattest=_FLATTEST * float(second),
        radius=radius,
        angle_cosine=float(np.cos(different.angle)),
        shift=float(different.shift),
        share=_SHARE,
        log_miss=float(np.log(1.0 - CONFIDENCE)),
        triplets=int(triplets),
    )


def hypotheses(kept: Kept, means: NDArray[np.float64], count: int) -> list[RigidHypothesis]:
    """The kept poses, see `RigidHypothesis.of`."""
    return [RigidHypothesis.of(kept.poses[i], kept.values[i], means, count) for i in range(kept.size[0])]


def none_kept(count: int) -> Kept:
    """Room for so many poses."""
    return Kept(np.zeros((count, 12), np.float32), np.zeros((count, 4)), np.zeros(1, np.int64))
