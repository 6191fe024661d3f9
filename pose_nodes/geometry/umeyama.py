"""The similarity transform between two sets of matched points, also where many matches are wrong.

Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991, within
RANSAC (Fischler and Bolles, 1981). By it the poses of NOCS data are found from coordinate maps and depth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3

_FLATNESS = 1e-7
"""Of the second singular value to the first: below, the points are on a line."""
_BATCH = 64
_CHECKED = 1000
"""Points on which a hypothesis is judged (our choice); the result is judged on all."""
_REFITS = 10


@dataclass(frozen=True, eq=False)
class Similarity:
    """Scale, rotation and translation: target = scale · R · source + t.

    Attributes:
        scale: length in the target of one unit of the source.
        T_target_source: (4, 4) float64 rigid, of the source scaled to the target's unit.
    """

    scale: float
    T_target_source: se3.Matrix

    def apply(self, source: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) points of the source -> (n, 3) in the target."""
        return se3.transform(self.T_target_source, self.scale * source)


@dataclass(frozen=True, eq=False)
class RobustSimilarity:
    """A similarity, and the (n,) bool matches that agree with it."""

    similarity: Similarity
    inliers: NDArray[np.bool_]


def fit_similarity(
    source: NDArray[np.float64], target: NDArray[np.float64], scale: float | None = None
) -> Similarity:
    """The similarity with the least squares of distances in the target, in closed form.

    Args:
        source: (n, 3) points.
        target: (n, 3) their matches.
        scale: of the result if it is known; else it is estimated.

    Raises:
        RegistrationError: fewer than three points, not finite ones, or all on one line.
    """
    _check(source, target)
    scales, R, t = _fits(source[None], target[None], scale)
    if not np.isfinite(scales[0]):
        raise RegistrationError("similarity: the points lie on one line; give points that span a plane")
    return Similarity(float(scales[0]), se3.from_rotation_translation(R[0], t[0]))


def fit_similarity_robustly(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    tolerance: float,
    rng: np.random.Generator,
    scale: float | None = None,
    iterations: int = 2000,
    confidence: float = 0.999,
) -> RobustSimilarity:
    """The similarity that most matches agree with, fitted to those.

    Args:
        source: (n, 3) points.
        target: (n, 3) their matches.
        tolerance: distance in the target up to which a match agrees.
        rng: draws the hypotheses, of three matches each.
        scale: of the result if it is known; else it is estimated.
        iterations: most hypotheses.
        confidence: fewer are drawn when one without a wrong match has been among them so surely.

    Raises:
        RegistrationError: fewer than three points, not finite ones, or no three that span a plane agree.
    """
    _check(source, target)
    best = _best_hypothesis(source, target, tolerance, rng, scale, iterations, confidence)
    if best is None:
        raise RegistrationError(
            f"similarity: no three of {len(source)} matches agree to {tolerance:g} in scale, rotation and "
            "translation; the matches are wrong or lie on one line"
        )
    return _refitted(source, target, tolerance, best, scale)


def _check(source: NDArray[np.float64], target: NDArray[np.float64]) -> None:
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 3 or len(source) < 3:
        raise RegistrationError(
            f"similarity: needs at least three pairs of 3-D points, not {source.shape} and {target.shape}"
        )
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise RegistrationError("similarity: some points are NaN or infinite; leave them out")


def _fits(
    source: NDArray[np.float64], target: NDArray[np.float64], scale: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Scales (k,), rotations (k, 3, 3), translations (k, 3) of k sets (k, m, 3); scale NaN of a line."""
    means_s, means_t = source.mean(axis=1, keepdims=True), target.mean(axis=1, keepdims=True)
    s, t = source - means_s, target - means_t
    U, D, Vt = np.linalg.svd(np.einsum("kmi,kmj->kij", t, s))
    signs = np.ones_like(D)
    signs[:, 2] = np.sign(np.linalg.det(U @ Vt))
    R = np.einsum("kij,kj,kjl->kil", U, signs, Vt)
    with np.errstate(invalid="ignore", divide="ignore"):
        fitted = np.einsum("kj,kj->k", D, signs) / np.einsum("kmi,kmi->k", s, s)
    scales = fitted if scale is None else np.full(len(R), float(scale))
    scales = np.where((D[:, 1] > _FLATNESS * D[:, 0]) & (fitted > 0), scales, np.nan)
    return scales, R, means_t[:, 0] - scales[:, None] * np.einsum("kij,kj->ki", R, means_s[:, 0])


def _best_hypothesis(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    tolerance: float,
    rng: np.random.Generator,
    scale: float | None,
    iterations: int,
    confidence: float,
) -> Similarity | None:
    checked = rng.permutation(len(source))[:_CHECKED]
    best, most, drawn, needed = None, 2, 0, float(iterations)
    while drawn < min(iterations, needed):
        triples = np.stack([rng.choice(len(source), 3, replace=False) for _ in range(_BATCH)])
        scales, R, t = _fits(source[triples], target[triples], scale)
        moved = scales[:, None, None] * np.einsum("kij,nj->kni", R, source[checked]) + t[:, None]
        with np.errstate(invalid="ignore"):
            counts = (np.linalg.norm(moved - target[checked], axis=2) <= tolerance).sum(axis=1)
        drawn += _BATCH
        winner = int(np.argmax(counts))
        if counts[winner] > most:
            most = int(counts[winner])
            best = Similarity(float(scales[winner]), se3.from_rotation_translation(R[winner], t[winner]))
            clean = min((most / len(checked)) ** 3, 1 - 1e-12)
            needed = np.log(1 - confidence) / np.log1p(-clean)
    return best


def _refitted(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    tolerance: float,
    hypothesis: Similarity,
    scale: float | None,
) -> RobustSimilarity:
    """Fitted to all that agree, until the same agree."""
    best, inliers = hypothesis, _agree(hypothesis, source, target, tolerance)
    for _ in range(_REFITS):
        try:
            better = fit_similarity(source[inliers], target[inliers], scale)
        except RegistrationError:  # the few that agree are on a line
            break
        agreeing = _agree(better, source, target, tolerance)
        if agreeing.sum() < inliers.sum():
            break
        unchanged = bool((agreeing == inliers).all())
        best, inliers = better, agreeing
        if unchanged:
            break
    return RobustSimilarity(best, inliers)


def _agree(
    similarity: Similarity, source: NDArray[np.float64], target: NDArray[np.float64], tolerance: float
) -> NDArray[np.bool_]:
    return np.asarray(np.linalg.norm(similarity.apply(source) - target, axis=1) <= tolerance)
