"""Scores of a descriptor over pairs of clouds."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pose_nodes.metrics.descriptors.matches import TAU_2, feature_matching_recall
from pose_nodes.registration.matching import match
from training.clouds.held_out import Piece, match_scores
from training.evaluation.bop_judge import BopJudge
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
        ar_vsd, ar_mssd, ar_mspd: recalls of the BOP benchmark of this one pose; NaN where nobody judged.
    """

    ron: float
    mutual: float
    seen: float
    found: bool
    seconds: float
    registering: float
    ar_vsd: float = math.nan
    ar_mssd: float = math.nan
    ar_mspd: float = math.nan


def score_piece(
    piece: Piece, describer: NamedDescriber, effort: Effort, seed: int, judge: BopJudge | None = None
) -> PieceScore:
    """Match and register one pair of clouds.

    Args:
        piece: the clouds.
        describer: of both.
        effort: how the pose is looked for.
        seed: of RANSAC.
        judge: scores the pose in the image of the pair, where there is one.

    Raises:
        InvalidDatasetError: the image of the judge cannot be read.
    """
    query = describer.describe(piece.query, piece.diameter)
    begun = time.perf_counter()
    target = describer.describe(piece.target, piece.diameter)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    pose = registered(piece, query, target, effort, np.random.default_rng(seed))
    registering = time.perf_counter() - begun
    scores = match_scores(piece, match(query, target))
    found = is_found(piece, pose)
    result = PieceScore(scores["ron"], scores["mutual"], scores["seen"], found, seconds, registering)
    if judge is None:
        return result
    bop = judge.score(pose, piece.T_target_query)
    return replace(result, ar_vsd=bop.ar_vsd, ar_mssd=bop.ar_mssd, ar_mspd=bop.ar_mspd)


def summary(scores: Sequence[PieceScore]) -> Mapping[str, float]:
    """Means over pairs: RON, FMR, right matches, pose recall, BOP's average recalls; the median times.

    A mean of what no pair has is NaN.
    """
    parts = {
        name: finite_mean([getattr(score, name) for score in scores])
        for name in ("ar_vsd", "ar_mssd", "ar_mspd")
    }
    return {
        "pairs": float(len(scores)),
        "ron": float(np.mean([score.ron for score in scores])),
        "fmr": feature_matching_recall([score.ron for score in scores], TAU_2),
        "mutual": finite_mean([score.mutual for score in scores]),
        "seen": finite_mean([score.seen for score in scores]),
        "recall": float(np.mean([score.found for score in scores])),
        "ar": float(np.mean(list(parts.values()))),
        **parts,
        "seconds": float(np.median([score.seconds for score in scores])),
        "registering": float(np.median([score.registering for score in scores])),
    }


def finite_mean(values: Sequence[float]) -> float:
    """The mean of those that are not NaN; NaN if all are."""
    finite = [value for value in values if not math.isnan(value)]
    return float(np.mean(finite)) if finite else math.nan
