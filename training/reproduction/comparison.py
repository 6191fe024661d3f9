"""Scores of contenders set by set, their means over all sets, and what the student has before the teacher."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from training.evaluation.descriptor_scores import PieceScore, finite_mean, summary
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort
from training.reproduction.contenders import STUDENT, TEACHER, Contender

SHARES = ("ron", "fmr", "mutual", "seen", "recall", "ar")
ALL_SETS = "mean of all sets"

Row = dict[str, Any]


def scores_of_sets(
    sets: Sequence[PieceSet], contenders: Sequence[Contender], kept: KeptScores, done: Callable[[], None]
) -> Iterator[Row]:
    """A row for each set and each contender; of one that is absent it tells why.

    Args:
        sets: the pairs.
        contenders: what describes them.
        kept: where scores are kept.
        done: is called after each pair.

    Raises:
        PoseNodesError: kept scores are damaged, or cannot be written.
    """
    for over in sets:
        for each in contenders:
            row: Row = {"set": over.name, "real": over.real, "role": each.role}
            if each.describer is None:
                yield {**row, "absent": each.about}
                continue
            scores: list[PieceScore] = []
            for score in kept.evaluate(over, each.describer, Effort()):
                scores.append(score)
                done()
            yield {**row, **summary(scores)}


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean of each contender over all sets, each set counting alike."""
    roles = list(dict.fromkeys(row["role"] for row in rows if "pairs" in row))
    return [_mean(role, [row for row in rows if row["role"] == role]) for role in roles]


def student_less_teacher(rows: Sequence[Row]) -> Row | None:
    """Differences of the shares in the rows of `means`; None where one of the two is absent."""
    found = {row["role"]: row for row in rows}
    if TEACHER not in found or STUDENT not in found:
        return None
    return {name: found[STUDENT][name] - found[TEACHER][name] for name in SHARES}


def _mean(role: str, rows: Sequence[Row]) -> Row:
    mean = {name: finite_mean([row[name] for row in rows]) for name in (*SHARES, "seconds", "registering")}
    return {"set": ALL_SETS, "role": role, "pairs": sum(row["pairs"] for row in rows), **mean}
