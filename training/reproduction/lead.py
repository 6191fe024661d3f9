"""What the student has before the teacher, and how much of that may be chance.

Both are compared pair by pair: which pairs are hard matters more than what describes them, so that a
difference is surer than either share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.metrics.descriptors.matches import TAU_2, feature_matching_recall
from training.evaluation.descriptor_scores import PieceScore, finite_mean

_OF_PAIR: Mapping[str, Callable[[PieceScore], float]] = {
    "ron": lambda score: score.ron,
    "fmr": lambda score: feature_matching_recall([score.ron], TAU_2),
    "mutual": lambda score: score.mutual,
    "seen": lambda score: score.seen,
    "recall": lambda score: float(score.found),
    "ar": lambda score: (score.ar_vsd + score.ar_mssd + score.ar_mspd) / 3.0,
}
SHARES = tuple(_OF_PAIR)


@dataclass(frozen=True)
class Lead:
    """Student less teacher.

    Attributes:
        name: of the data set.
        pairs: that were compared.
        shares: differences by the names of `SHARES`; NaN of what no pair has.
        errors: their standard errors, pairs taken for independent; NaN of a single pair.
    """

    name: str
    pairs: int
    shares: Mapping[str, float]
    errors: Mapping[str, float]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"set": self.name, "pairs": self.pairs, **self.shares, "errors": dict(self.errors)}


def lead_on(name: str, student: Sequence[PieceScore], teacher: Sequence[PieceScore]) -> Lead:
    """The lead on the pairs of a data set.

    Args:
        name: of the data set.
        student, teacher: scores of the same pairs in the same order.
    """
    found = {share: _difference(student, teacher, of) for share, of in _OF_PAIR.items()}
    return Lead(
        name,
        len(student),
        {share: difference for share, (difference, _) in found.items()},
        {share: error for share, (_, error) in found.items()},
    )


def mean_lead(name: str, leads: Sequence[Lead]) -> Lead:
    """The mean of the leads on several data sets, each counting alike."""
    return Lead(
        name,
        sum(each.pairs for each in leads),
        {share: finite_mean([each.shares[share] for each in leads]) for share in SHARES},
        {share: _error_of_mean([each.errors[share] for each in leads]) for share in SHARES},
    )


def _difference(
    student: Sequence[PieceScore], teacher: Sequence[PieceScore], of: Callable[[PieceScore], float]
) -> tuple[float, float]:
    """The difference of means, and its standard error by what each pair has to do with it."""
    ours, theirs = (np.array([of(score) for score in scores]) for scores in (student, teacher))
    pairs = int((np.isfinite(ours) | np.isfinite(theirs)).sum())
    difference = finite_mean(ours.tolist()) - finite_mean(theirs.tolist())
    if pairs < 2 or math.isnan(difference):
        return difference, math.nan
    parts = _parts_of_mean(ours) - _parts_of_mean(theirs)
    return difference, math.sqrt(pairs / (pairs - 1) * float(parts @ parts))


def _parts_of_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each value moves the mean of all that are finite."""
    finite = np.isfinite(values)
    return np.where(finite, values - values[finite].mean(), 0.0) / finite.sum()


def _error_of_mean(errors: Sequence[float]) -> float:
    finite = [error for error in errors if not math.isnan(error)]
    return math.hypot(*finite) / len(finite) if finite else math.nan
