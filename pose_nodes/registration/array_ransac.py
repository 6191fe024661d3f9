"""The search of `native_ransac` in batches, by NumPy or torch: on the GPU, and to check the machine code by.

The same steps in the same order of ideas; where machine code goes on from what it has found so far after each
triplet, this does after each batch of seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.registration import consensus_kernels
from pose_nodes.registration.array_alignment import align_triangles, align_weighted, placed
from pose_nodes.registration.array_math import (
    Array,
    floats,
    integers,
    length,
    library_of,
    like,
    on_host,
)
from pose_nodes.registration.consensus_kernels import PARTNERS, TRIPLETS, WINDOW
from pose_nodes.registration.consensus_types import Kept, Rules
from pose_nodes.registration.overlap_grid import OverlapGrid
from pose_nodes.registration.rigid_hypothesis import (
    CANDIDATES,
    SAMPLE_SIZE,
    Difference,
    RigidHypothesis,
    hypotheses,
    none_kept,
    refuse_bad_input,
    refuse_not_finite,
    relative,
    rules_for,
)

_SEEDS = 256
"""In a batch."""
_GLANCE = 512
"""Correspondences that all poses are counted on."""
_COUNTED, _POLISHED = 64, 16
"""Of the poses of a batch: counted on all correspondences, and polished."""
_POLISHES = 3
_LAST_POLISHES = 4
_FIRST, _SECOND = np.tril_indices(PARTNERS, -1)


@dataclass(frozen=True, eq=False)
class _Problem:
    """See `consensus_types.Problem`; source and target are (n, 3) here."""

    source: Array
    target: Array
    weights: Array
    grid: OverlapGrid
    rules: Rules


def array_ransac(
    source: Array,
    target: Array,
    pairs: Array,
    distance: float,
    triplets: int,
    rng: np.random.Generator,
    *,
    weights: Array | None = None,
    keep: int = 1,
    different: Difference | None = None,
) -> list[RigidHypothesis]:
    """As `native_ransac`, of NumPy arrays or torch tensors on any device.

    Raises:
        InvalidInputError, RegistrationError: as `native_ransac`.
    """
    refuse_bad_input(pairs, len(source), len(target), distance)
    order = rng.permutation(len(pairs))
    shuffled = pairs[like(order, pairs)]
    s, t = source[shuffled[:, 0]], target[shuffled[:, 1]]
    mean_s, mean_t = s.mean(0), t.mean(0)
    means = np.concatenate([on_host(mean_s), on_host(mean_t)]).astype(np.float64)
    refuse_not_finite(means, "corresponding point")
    s, t = floats(s - mean_s), floats(t - mean_t)
    given = None if weights is None else on_host(weights)
    problem = _Problem(
        source=s,
        target=t,
        weights=like(relative(given, len(pairs))[order], s),
        grid=OverlapGrid(floats(source - mean_s), floats(target - mean_t), distance),
        rules=rules_for(np.cov(on_host(s).T.astype(np.float64)), distance, triplets, different),
    )
    kept = none_kept(max(keep, CANDIDATES))
    _search(problem, kept, rng)
    if not kept.size[0]:
        raise RegistrationError(f"RANSAC: no three of {len(pairs)} correspondences agree on a pose")
    last = none_kept(keep)
    _keep(problem, like(kept.poses[: kept.size[0]].reshape(-1, 3, 4), s), _LAST_POLISHES, last)
    return hypotheses(last, means, len(pairs))


def _search(problem: _Problem, kept: Kept, rng: np.random.Generator) -> None:
    """Draw seeds, batch after batch, and keep the best poses of their triplets."""
    rules, n = problem.rules, len(problem.source)
    chances = on_host(problem.weights).astype(np.float64)
    cumulative = np.cumsum(chances) / chances.sum()
    seeds, compatible = 0, 0.0
    while seeds * TRIPLETS < rules.triplets:
        drawn = np.minimum(np.searchsorted(cumulative, rng.random(_SEEDS)), n - 1)
        begin = int(rng.integers(max(1, n - WINDOW + 1)))
        ranks = rng.random((_SEEDS, PARTNERS)).astype(np.float32)
        alike = _compatible(problem, like(drawn, problem.source), begin)
        poses = _poses_of(problem, like(drawn, problem.source), begin, alike, like(ranks, problem.source))
        _keep(problem, _promising(problem, poses), _POLISHES, kept)
        compatible += float(floats(alike).mean())
        seeds += _SEEDS
        right = rules.share * kept.values[0, 1] / n
        if right > 0.0 and consensus_kernels.is_enough(seeds, compatible * _SEEDS / seeds, right, rules):
            break


def _compatible(problem: _Problem, seeds: Array, begin: int) -> Array:
    """(b, w) whether correspondences of a window are as far from a seed in the source as in the target."""
    a, b = (
        length(points[seeds][:, None] - points[None, begin : begin + WINDOW])
        for points in (problem.source, problem.target)
    )
    rules = problem.rules
    return (abs(a - b) < rules.distance) & (a > rules.shortest) & (b > rules.shortest)


def _poses_of(problem: _Problem, seeds: Array, begin: int, alike: Array, ranks: Array) -> Array:
    """(k, 3, 4) poses of seeds and pairs of partners that are compatible with each other, too.

    Args:
        problem, seeds, begin: as of `_compatible`.
        alike: (b, w) its result.
        ranks: (b, `PARTNERS`) 0 to 1, which of the compatible ones to take.
    """
    rules = problem.rules
    wanted = integers(ranks * alike.sum(1)[:, None])
    partners = begin + (alike.cumsum(1)[:, None, :] <= wanted[:, :, None]).sum(2)
    partners = partners * (
        partners < len(problem.source)
    )  # nothing is compatible: the first, which fails below
    s, t = problem.source[partners], problem.target[partners]
    a, b = length(s[:, _FIRST] - s[:, _SECOND]), length(t[:, _FIRST] - t[:, _SECOND])
    fits = (abs(a - b) < rules.distance) & (a > rules.shortest) & (b > rules.shortest)
    fits = fits & (alike.sum(1) > 0)[:, None]
    corners = [
        library_of(s).stack(
            [points[seeds][:, None] + 0.0 * each[:, _FIRST], each[:, _FIRST], each[:, _SECOND]], 2
        )[fits]
        for points, each in ((problem.source, s), (problem.target, t))
    ]
    poses, which = align_triangles(corners[0], corners[1], rules.flattest)
    moved = (poses[:, :, :3] @ corners[0][which].swapaxes(1, 2)).swapaxes(1, 2) + poses[:, None, :, 3]
    return poses[(length(moved - corners[1][which]) <= rules.distance).all(1)]


def _promising(problem: _Problem, poses: Array) -> Array:
    """Those with the most inliers times overlap, of which no two are nearly the same."""
    overlaps = problem.grid.overlaps(poses)
    supports = _inliers(problem, poses, _GLANCE) * overlaps
    best = like(_distinct(on_host(poses), on_host(supports), problem.rules), poses)
    poses, overlaps = poses[best], overlaps[best]
    supports = _inliers(problem, poses, len(problem.source)) * overlaps
    return poses[like(np.argsort(-on_host(supports), kind="stable")[:_POLISHED], poses)]


def _inliers(problem: _Problem, poses: Array, correspondences: int) -> Array:
    """(k,) how many of the first correspondences are inliers at (k, 3, 4) poses."""
    s, t = problem.source[:correspondences], problem.target[:correspondences]
    return (length(placed(poses, s) - t) <= problem.rules.distance).sum(1)


def _distinct(poses: NDArray[np.float32], supports: NDArray[np.float32], rules: Rules) -> NDArray[np.int64]:
    """Indices of the best poses that move the points by more than noise otherwise than each better one."""
    left = np.argsort(-supports, kind="stable")
    chosen: list[int] = []
    while len(left) and len(chosen) < _COUNTED:
        chosen.append(int(left[0]))
        apart = poses[left] - poses[left[0]]
        # Half the squared Frobenius norm is 2 - 2 cos(angle).
        turned = np.linalg.norm(apart[:, :, :3], axis=(1, 2)) / np.sqrt(2.0)
        moved = np.linalg.norm(apart[:, :, 3], axis=1) + rules.radius * turned
        left = left[moved >= 2.0 * rules.distance]
    return np.array(chosen, np.int64)


def _keep(problem: _Problem, poses: Array, polishes: int, kept: Kept) -> None:
    """Polish poses, and put them among the kept ones."""
    distance = problem.rules.distance
    for step in range(polishes + 1):
        squares = (length(placed(poses, problem.source) - problem.target) / distance) ** 2
        gains = problem.weights * (1.0 - squares).clip(min=0.0)
        if step < polishes:
            poses = align_weighted(problem.source, problem.target, gains)
    inliers, overlaps = on_host((squares <= 1.0).sum(1)), on_host(problem.grid.overlaps(poses))
    scores = on_host(gains.sum(1)) * overlaps
    values = np.stack([scores, inliers * overlaps, inliers, overlaps], axis=1).astype(np.float64)
    rows = np.ascontiguousarray(on_host(poses).reshape(-1, 12), np.float32)
    for pose, value in zip(rows, values, strict=True):
        if value[2] >= SAMPLE_SIZE and value[0] > 0.0:
            consensus_kernels.keep(pose, value, kept, problem.rules)
