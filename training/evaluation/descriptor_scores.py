"""Scores of a descriptor over pairs of clouds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pose_nodes.metrics.descriptors.matches import TAU_2, feature_matching_recall
from pose_nodes.registration.matching import match
from training.clouds.held_out import Piece, match_scores
from training.evaluation.describers import NamedDescriber
from training.evaluation.registering import Effort, is_found, registered


@dataclass(frozen=True)
class PieceScore:
    """How a pair of clouds went.

    Attributes:
        ron, mutual, seen: see `match_scores`.
        found: whether the pose of one try is right.
        seconds: to describe the target.
        registering: seconds to match the descriptors, and to find the pose by that.
    """

    ron: float
    mutual: float
    seen: float
    found: bool
    seconds: float
    registering: float


def score_piece(piece: Piece, describer: NamedDescriber, effort: Effort, seed: int) -> PieceScore:
    """Match and register one pair of clouds."""
    query = describer.describe(piece.query, piece.diameter)
    begun = time.perf_counter()
    target = describer.describe(piece.target, piece.diameter)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    matches = match(query, target)
    pose = registered(piece, matches, effort, np.random.default_rng(seed))
    registering = time.perf_counter() - begun
    scores = match_scores(piece, matches)
    found = is_found(piece, pose)
    return PieceScore(scores["ron"], scores["mutual"], scores["seen"], found, seconds, registering)


def summary(scores: Sequence[PieceScore]) -> Mapping[str, float]:
    """Means over pairs: RON, FMR, the share of right mutual matches, pose recall; the median times."""
    return {
        "pairs": float(len(scores)),
        "ron": float(np.mean([score.ron for score in scores])),
        "fmr": feature_matching_recall([score.ron for score in scores], TAU_2),
        "mutual": float(np.nanmean([score.mutual for score in scores])),
        "seen": float(np.nanmean([score.seen for score in scores])),
        "recall": float(np.mean([score.found for score in scores])),
        "seconds": float(np.median([score.seconds for score in scores])),
        "registering": float(np.median([score.registering for score in scores])),
    }
