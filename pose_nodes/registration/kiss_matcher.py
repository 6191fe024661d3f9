"""Global registration from correspondences by KISS-Matcher, where its package is installed.

Lim et al., "KISS-Matcher: Fast and Robust Point Cloud Registration Revisited", 2025: correspondences that are
not compatible with enough others are pruned by the k-cores of the graph of compatibility, then a robust
rotation and translation are found by graduated non-convexity.
"""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError, RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.registration.rigid_hypothesis import SAMPLE_SIZE, refuse_bad_input, refuse_not_finite

_GAIN = 1.0
"""Of the bounds of noise, so that both are the largest distance of an inlier."""
_VOXEL = 1.0
"""Metres that this distance is scaled to: the package, made for scans of streets, refuses small voxels."""


def load_kiss_matcher() -> ModuleType:
    """The package.

    Raises:
        InvalidConfigError: it is not installed.
    """
    try:
        return importlib.import_module("kiss_matcher")
    except ImportError as error:
        raise InvalidConfigError(
            "registration 'kiss_matcher' needs a package that is not installed: `pip install kiss-matcher`, "
            "or choose 'native'"
        ) from error


def kiss_matcher(
    source: NDArray[np.float64], target: NDArray[np.float64], pairs: NDArray[np.int64], distance: float
) -> se3.Matrix:
    """(4, 4) T_target_source, the rigid motion that KISS-Matcher finds; it draws no random numbers.

    Args:
        source: (n, 3) points.
        target: (m, 3) points.
        pairs: (k, 2) indices of corresponding source and target points.
        distance: largest distance of an inlier, in the unit of the points.

    Raises:
        InvalidConfigError: the package is not installed.
        InvalidInputError: a coordinate is not finite, the distance is not positive, or a pair names a point
            that does not exist.
        RegistrationError: there are fewer than three correspondences, or too few agree.
    """
    package = load_kiss_matcher()
    refuse_bad_input(pairs, len(source), len(target), distance)
    moved, fixed = source[pairs[:, 0]], target[pairs[:, 1]]
    refuse_not_finite(moved.sum(axis=0) + fixed.sum(axis=0), "corresponding point")
    config = package.KISSMatcherConfig(
        voxel_size=_VOXEL, robin_noise_bound_gain=_GAIN, solver_noise_bound_gain=_GAIN
    )
    found = package.KISSMatcher(config)
    scale = _VOXEL / distance
    clouds = [list((scale * points).astype(np.float32)) for points in (moved, fixed)]
    solution = found.prune_and_solve(*clouds)
    R, t = np.asarray(solution.rotation, np.float64), np.asarray(solution.translation, np.float64)
    too_few = found.get_num_final_inliers() < SAMPLE_SIZE
    if too_few or not solution.valid or not np.all(np.isfinite(R)) or not np.all(np.isfinite(t)):
        raise RegistrationError(f"KISS-Matcher: no three of {len(pairs)} correspondences agree on a pose")
    return se3.from_rotation_translation(se3.nearest_rotation(R), t.ravel() / scale)
