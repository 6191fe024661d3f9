"""Scores of contenders set by set, their means over data sets, and what the student has before the teacher.

As in the BOP challenge, each pair of a data set counts alike, and then each data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from training.evaluation.descriptor_scores import PieceScore, finite_mean, summary
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort
from training.reproduction.contenders import STUDENT, TEACHER, Contender

SHARES = ("ron", "fmr", "mutual", "seen", "recall", "ar")
ALL_SETS = "mean of all data sets"

Row = dict[str, Any]


def scores_of_sets(
    sets: Sequence[PieceSet],
    contenders: Sequence[Contender],
    effort: Effort,
    kept: KeptScores,
    done: Callable[[], None],
) -> Iterator[Row]:
    """A row for each set and each contender, and for each data set of several; of one that is absent it tells
    why.

    Args:
        sets: the pairs.
        contenders: what describes them.
        effort: how poses are looked for.
        kept: where scores are kept.
        done: is called after each pair.

    Raises:
        PoseNodesError: kept scores are damaged, or cannot be written.
    """
    together: dict[tuple[str, str], list[list[PieceScore]]] = {}
    for over in sets:
        for each in contenders:
            row: Row = {"set": over.name, "data_set": over.data_set, "real": over.real, "role": each.role}
            if each.describer is None:
                yield {**row, "absent": each.about}
                continue
            scores: list[PieceScore] = []
            for score in kept.evaluate(over, each.describer, effort):
                scores.append(score)
                done()
            together.setdefault((over.data_set, each.role), []).append(scores)
            yield {**row, **summary(scores)}
    for (data_set, role), parts in together.items():
        if len(parts) > 1:
            head = {"set": f"{data_set}: all", "data_set": data_set, "role": role, "whole": True}
            yield {**head, **summary([score for part in parts for score in part])}


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean of each contender over all data sets, each counting alike."""
    whole = {row["data_set"] for row in rows if "whole" in row}
    counted = [row for row in rows if "whole" in row or row["data_set"] not in whole]
    roles = list(dict.fromkeys(row["role"] for row in counted if "pairs" in row))
    return [_mean(role, [row for row in counted if row["role"] == role]) for role in roles]


def student_less_teacher(rows: Sequence[Row]) -> Row | None:
    """Differences of the shares in the rows of `means`; None where one of the two is absent."""
    found = {row["role"]: row for row in rows}
    if TEACHER not in found or STUDENT not in found:
        return None
    return {name: found[STUDENT][name] - found[TEACHER][name] for name in SHARES}


def _mean(role: str, rows: Sequence[Row]) -> Row:
    mean = {name: finite_mean([row[name] for row in rows]) for name in (*SHARES, "seconds", "registering")}
    return {"set": ALL_SETS, "role": role, "pairs": sum(row["pairs"] for row in rows), **mean}
