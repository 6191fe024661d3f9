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
from training.clouds.held_out import Piece

EITHER, MUTUAL, SCALED = "either", "mutual", "scaled"
Pairs = NDArray[np.int64]
Descriptors = NDArray[np.float32]

MATCHES: Mapping[str, Callable[[Descriptors, Descriptors], Pairs]] = {
    EITHER: lambda query, target: match(query, target).either,
    MUTUAL: lambda query, target: match(query, target).mutual,
    SCALED: lambda query, target: match(query, target, scaled=True).mutual,
}
"""Pairs (k, 2) of indices of the query and the target by their (n, d) and (m, d) descriptors: the nearest of
both directions, mutual ones alone as in the paper, or mutual ones where hubs attract less."""


@dataclass(frozen=True)
class Effort:
    """How a pose is looked for; lengths in diameters (dGeDi paper: 0.03, 100,000 triplets, 1,000 steps).

    Attributes:
        matches: which of MATCHES triplets are drawn from (all but MUTUAL are our choice).
    """

    distance: float = 0.03
    triplets: int = 100_000
    refinement: float = 0.05
    steps: int = 100
    matches: str = EITHER


def registered(piece: Piece, pairs: Pairs, effort: Effort, rng: np.random.Generator) -> se3.Matrix | None:
    """T_target_query (4, 4) of a pair of clouds; None where no three matches agree.

    Args:
        piece: the clouds.
        pairs: (k, 2) matched points of the query and the target.
        effort: how hard to look.
        rng: of RANSAC.
    """
    query, target, diameter = piece.query, piece.target, piece.diameter
    try:
        best, *_ = native_ransac(
            target.points,
            query.points,
            pairs[:, ::-1],
            effort.distance * diameter,
            effort.triplets,
            rng,
        )
    except RegistrationError:
        return None
    refined = IcpTarget(query).register(
        target.points, best.T_target_source, [effort.refinement * diameter], effort.steps
    )
    return se3.inverse(refined.T_target_source)


def is_found(piece: Piece, T_target_query: se3.Matrix | None) -> bool:
    """Whether the ADD of the query's points (ADD-S if symmetric) is below a tenth of the diameter."""
    if T_target_query is None:
        return False
    return is_correct(
        piece.query.points, piece.diameter, piece.symmetry, T_target_query, piece.T_target_query
    )
