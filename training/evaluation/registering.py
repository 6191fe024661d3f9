"""One try to find a pose by matched descriptors: RANSAC, then ICP; believed whatever comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.metrics.pose_error import is_correct
from pose_nodes.registration.icp import IcpTarget
from pose_nodes.registration.matching import match
from pose_nodes.registration.native_ransac import native_ransac
from pose_nodes.registration.ransac import ransac
from training.clouds.held_out import Piece
from training.evaluation.feature_agreement import FeatureAgreement

EITHER, MUTUAL, SCALED, NEAREST = "either", "mutual", "scaled", "nearest"
NATIVE, OPEN3D = SEARCHES = ("native", "open3d")
"""This package's RANSAC, or Open3D's: with NEAREST and the latter it is the textbook pipeline."""
SUPPORT, FEATURES = RANKINGS = ("support", "features")
"""A pose is the one that most matches agree on, as in the dGeDi paper; or, of several such, after ICP, that
at which the descriptors agree best, as in FreeZeV2."""
Pairs = NDArray[np.int64]
Descriptors = NDArray[np.float32]

MATCHES: Mapping[str, Callable[[Descriptors, Descriptors], Pairs]] = {
    EITHER: lambda query, target: match(query, target).either,
    MUTUAL: lambda query, target: match(query, target).mutual,
    SCALED: lambda query, target: match(query, target, scaled=True).mutual,
    NEAREST: lambda query, target: match(query, target).reverse,
}
"""Pairs (k, 2) of indices of the query and the target by their (n, d) and (m, d) descriptors: the nearest of
both directions, mutual ones alone as in the paper, mutual ones where hubs attract less, or what is nearest to
each point of the target."""


@dataclass(frozen=True)
class Effort:
    """How a pose is looked for; lengths in diameters (dGeDi paper: 0.03, 100,000 triplets, 1,000 steps).

    Attributes:
        matches: which of MATCHES triplets are drawn from (all but MUTUAL are our choice).
        ranking: which of RANKINGS decides between poses.
        candidates: different poses between which the descriptors decide (our choice).
        search: which of SEARCHES finds poses; Open3D's finds one, that by SUPPORT.
    """

    distance: float = 0.03
    triplets: int = 100_000
    refinement: float = 0.05
    steps: int = 100
    matches: str = EITHER
    ranking: str = SUPPORT
    candidates: int = 10
    search: str = NATIVE


def registered(
    piece: Piece, query: Descriptors, target: Descriptors, effort: Effort, rng: np.random.Generator
) -> se3.Matrix | None:
    """T_target_query (4, 4) of a pair of clouds; None where no three matches agree.

    Args:
        piece: the clouds.
        query, target: (n, d) and (m, d) descriptors of their points.
        effort: how hard to look.
        rng: of RANSAC.
    """
    poses = _poses(piece, MATCHES[effort.matches](query, target), effort, rng)
    if not poses:
        return None
    if len(poses) > 1:
        agreement = FeatureAgreement(piece.query.points, query, effort.distance * piece.diameter)
        poses.sort(key=lambda T: agreement.score(piece.target.points, target, T), reverse=True)
    return se3.inverse(poses[0])


def _poses(piece: Piece, pairs: Pairs, effort: Effort, rng: np.random.Generator) -> list[se3.Matrix]:
    """T_query_target of the different poses that most pairs agree on, after ICP; one if that decides."""
    try:
        found = _searched(piece, pairs, effort, rng)
    except RegistrationError:
        return []
    icp, reach = IcpTarget(piece.query), [effort.refinement * piece.diameter]
    refined = (icp.register(piece.target.points, T, reach, effort.steps) for T in found)
    return [one.T_target_source for one in refined]


def _searched(piece: Piece, pairs: Pairs, effort: Effort, rng: np.random.Generator) -> list[se3.Matrix]:
    """The same before ICP; errors as of the searches."""
    points, known, turned = piece.target.points, piece.query.points, pairs[:, ::-1]
    distance = effort.distance * piece.diameter
    if effort.search == OPEN3D:
        return [ransac(points, known, turned, distance, effort.triplets, rng).T_target_source]
    keep = 1 if effort.ranking == SUPPORT else effort.candidates
    found = native_ransac(points, known, turned, distance, effort.triplets, rng, keep=keep)
    return [one.T_target_source for one in found]


def is_found(piece: Piece, T_target_query: se3.Matrix | None) -> bool:
    """Whether the ADD of the query's points (ADD-S if symmetric) is below a tenth of the diameter."""
    if T_target_query is None:
        return False
    return is_correct(
        piece.query.points, piece.diameter, piece.symmetry, T_target_query, piece.T_target_query
    )
