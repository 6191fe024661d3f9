"""Global registration from correspondences: our own RANSAC, some hundred times faster than the reference.

A seed correspondence is drawn, then partners among those whose distance to it is alike in both clouds, of
which many more are right than of all; partners that are compatible with each other, too, make triplets with
the seed. (Compatibility of lengths: Leordeanu and Hebert, "A spectral technique for correspondence problems
using pairwise constraints", 2005.) Poses of triplets lose against the best so far as soon as they fall
behind; those that do not are polished on their inliers (Chum, Matas and Kittler, "Locally optimized RANSAC",
2003), and ranked by agreement times overlap of the clouds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.registration import consensus_inputs, consensus_kernels
from pose_nodes.registration.array_math import is_tensor
from pose_nodes.registration.array_ransac import array_ransac
from pose_nodes.registration.consensus_types import Kept, Problem, Rules
from pose_nodes.registration.overlap_grid import CELL, MOST_CELLS, SAMPLE
from pose_nodes.registration.rigid_hypothesis import (
    CANDIDATES,
    Difference,
    RigidHypothesis,
    hypotheses,
    none_kept,
    refuse_bad_input,
    refuse_not_finite,
    relative,
    rules_for,
)

Points = NDArray[np.float64]

_LAST_POLISHES = 4


def native_ransac(
    source: Points,
    target: Points,
    pairs: NDArray[np.int64],
    distance: float,
    triplets: int,
    rng: np.random.Generator,
    *,
    weights: Points | None = None,
    keep: int = 1,
    different: Difference | None = None,
) -> list[RigidHypothesis]:
    """The different rigid motions that most correspondences agree with, the best first.

    Args:
        source: (n, 3) points; all of them, also those without a correspondence, tell the overlap.
        target: (m, 3) points.
        pairs: (k, 2) indices of corresponding source and target points.
        distance: largest distance of an inlier, in the unit of the points.
        triplets: to try at most; fewer once a motion with half the support of the best would have been met
            with a probability of 0.999.
        rng: random numbers; the same state gives the same result to the last bit.
        weights: (k,) how well the descriptors of a pair agree, at least 0 (only their ratios count); all the
            same if None.
        keep: motions that are given back at most.
        different: when motions are different; by 20 degrees or a third of the standard deviation of the
            source points if None (our choice).

    Raises:
        InvalidInputError: a coordinate or weight is not finite, a weight is negative, the distance is not
            positive, or a pair names a point that does not exist.
        RegistrationError: there are fewer than three correspondences, their points lie on a line, or no
            three of them agree.
    """
    if is_tensor(source):
        return array_ransac(
            source, target, pairs, distance, triplets, rng, weights=weights, keep=keep, different=different
        )
    source, target = np.ascontiguousarray(source, np.float64), np.ascontiguousarray(target, np.float64)
    pairs = np.ascontiguousarray(pairs, np.int64)
    refuse_bad_input(pairs, len(source), len(target), distance)
    order = rng.permutation(len(pairs))
    means = consensus_inputs.means_of_pairs(source, target, pairs)
    refuse_not_finite(means, "corresponding point")
    problem = Problem(
        points=consensus_inputs.arranged(source, target, pairs, order, means),
        weights=relative(weights, len(pairs))[order],
        sample=consensus_inputs.sampled(source, means[:3], SAMPLE),
        **_cells(target, means[3:], CELL * distance),
    )
    rules = rules_for(consensus_inputs.covariance(problem.points), distance, triplets, different)
    kept = none_kept(max(keep, CANDIDATES))
    consensus_kernels.search(problem, rules, kept, rng)
    if not kept.size[0]:
        raise RegistrationError(f"RANSAC: no three of {len(pairs)} correspondences agree on a pose")
    return _finished(problem, rules, kept, means, keep)


def compile_ahead() -> None:
    """Make the machine code, which takes some 20 seconds once a machine, before it is needed."""
    points = np.random.default_rng(0).normal(size=(20, 3))
    pairs = np.stack([np.arange(20)] * 2, axis=1)
    native_ransac(points, points, pairs, 0.1, 100, np.random.default_rng(0))


def _cells(target: Points, mean: Points, cell: float) -> dict[str, Any]:
    """Where the target cloud is: the fields of `Problem`."""
    low, high = consensus_inputs.limits(target)
    refuse_not_finite(low, "target point")
    cell = max(cell, float((high - low).max()) / MOST_CELLS)
    low = low - 1.5 * cell
    shape = ((high - low) / cell).astype(np.int64) + 2
    cells = consensus_inputs.occupied_cells(target, low, shape, cell)
    return {"cells": cells, "origin": (low - mean).astype(np.float32), "cell": cell}


def _finished(problem: Problem, rules: Rules, kept: Kept, means: Points, keep: int) -> list[RigidHypothesis]:
    """The best different poses, polished to the end, by falling score."""
    last = none_kept(keep)
    for pose in kept.poses[: kept.size[0]]:
        final = consensus_kernels.polished(problem, pose, rules.distance, _LAST_POLISHES)
        values = consensus_kernels.values_of(problem, final, rules.distance)
        consensus_kernels.keep(final, values, last, rules)
        if last.size[0] == keep:
            break
    return hypotheses(last, means, problem.points.shape[1])
