"""One try to find a pose by matched descriptors: RANSAC, then ICP; believed whatever comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.metrics.pose_error import is_correct
from pose_nodes.registration.icp import IcpTarget
from pose_nodes.registration.matching import Matches
from pose_nodes.registration.native_ransac import native_ransac
from training.clouds.held_out import Piece

EITHER, MUTUAL = "either", "mutual"


@dataclass(frozen=True)
class Effort:
    """How a pose is looked for; lengths in diameters (dGeDi paper: 0.03, 100,000 triplets, 1,000 steps).

    Attributes:
        matches: which of them triplets are drawn from: the nearest of both directions (our choice, as all
            descriptors find more by them), or mutual ones alone, as in the paper.
    """

    distance: float = 0.03
    triplets: int = 100_000
    refinement: float = 0.05
    steps: int = 100
    matches: str = EITHER


def registered(piece: Piece, matches: Matches, effort: Effort, rng: np.random.Generator) -> se3.Matrix | None:
    """T_target_query (4, 4) of a pair of clouds; None where no three matches agree.

    Args:
        piece: the clouds.
        matches: of the query's descriptors with the target's.
        effort: how hard to look, and among which of them.
        rng: of RANSAC.
    """
    query, target, diameter = piece.query, piece.target, piece.diameter
    pairs = matches.mutual if effort.matches == MUTUAL else matches.either
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
