"""Scores of contenders set by set, and their means over data sets.

As in the BOP challenge, each pair of a data set counts alike, and then each data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from training.evaluation.descriptor_scores import PieceScore, finite_mean, summary
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort
from training.reproduction.contenders import STUDENT, TEACHER, Contender
from training.reproduction.lead import SHARES, Lead, lead_on, mean_lead

ALL_SETS = "mean of all data sets"

Row = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """How a contender did on a set, or on all sets of a data set.

    Attributes:
        row: of the table.
        scores: pair by pair; none of a contender that is absent.
    """

    row: Row
    scores: Sequence[PieceScore]


def scores_of_sets(
    sets: Sequence[PieceSet],
    contenders: Sequence[Contender],
    effort: Effort,
    kept: KeptScores,
    done: Callable[[], None],
) -> Iterator[Scored]:
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
                yield Scored({**row, "absent": each.about}, ())
                continue
            scores: list[PieceScore] = []
            for score in kept.evaluate(over, each.describer, effort):
                scores.append(score)
                done()
            together.setdefault((over.data_set, each.role), []).append(scores)
            yield Scored({**row, **summary(scores)}, scores)
    for (data_set, role), parts in together.items():
        if len(parts) > 1:
            head = {"set": f"{data_set}: all", "data_set": data_set, "role": role, "whole": True}
            everything = [score for part in parts for score in part]
            yield Scored({**head, **summary(everything)}, everything)


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean of each contender over all data sets, each counting alike."""
    counted = [row for row in rows if _counts(row, rows)]
    roles = list(dict.fromkeys(row["role"] for row in counted if "pairs" in row))
    return [_mean(role, [row for row in counted if row["role"] == role]) for role in roles]


def student_less_teacher(scored: Sequence[Scored]) -> list[Lead]:
    """The lead on each data set, and of several their mean at last; none where one of the two is absent."""
    rows = [each.row for each in scored]
    by_role: dict[str, dict[str, Sequence[PieceScore]]] = {STUDENT: {}, TEACHER: {}}
    for each in scored:
        if each.row["role"] in by_role and each.scores and _counts(each.row, rows):
            by_role[each.row["role"]][each.row["data_set"]] = each.scores
    leads = [
        lead_on(name, scores, by_role[TEACHER][name])
        for name, scores in by_role[STUDENT].items()
        if name in by_role[TEACHER]
    ]
    return leads if len(leads) < 2 else [*leads, mean_lead(ALL_SETS, leads)]


def _counts(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row is that of a data set, not of one of several parts."""
    return "whole" in row or row["data_set"] not in {each["data_set"] for each in rows if "whole" in each}


def _mean(role: str, rows: Sequence[Row]) -> Row:
    mean = {name: finite_mean([row[name] for row in rows]) for name in (*SHARES, "seconds", "registering")}
    return {"set": ALL_SETS, "role": role, "pairs": sum(row["pairs"] for row in rows), **mean}
