"""The scores of an evaluation as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.metrics.bop.recall import Found, LocalisationScore
from pose_nodes.metrics.cold_start import ColdStart, summarize_cold_starts
from pose_nodes.sequences.files import plain

ALL = "all"
_SCORES = ("ar", "ar_vsd", "ar_mssd", "ar_mspd", "add")
_SHARES = ("right", "absent", "wrong", "within")
_HEADERS = (
    "object", "method", "targets", "AR", "VSD", "MSSD", "MSPD", "ADD(-S)", "right", "absent", "wrong",
    "5 mm, 5 deg", "seconds",
)  # fmt: skip
Row = dict[str, Any]


def rows_of(method: str, found: Mapping[str, Found], starts: Sequence[ColdStart] | None) -> list[Row]:
    """One row for each object, and one for all of them if there are several.

    Args:
        method: its name.
        found: which targets the result files find, by the object's name.
        starts: the cold starts that the result files are of; None if they are somebody else's.
    """
    names = [*found, ALL] if len(found) > 1 else list(found)
    return [_row(method, name, found, starts) for name in names]


def _row(method: str, name: str, found: Mapping[str, Found], starts: Sequence[ColdStart] | None) -> Row:
    total = Found.total(list(found.values())) if name == ALL else found[name]
    row: Row = {"method": method, "object": name, **asdict(LocalisationScore.of(total))}
    if starts is not None:
        own = [start for start in starts if name in (ALL, start.class_name)]
        row["cold_starts"] = asdict(summarize_cold_starts(own))
    row["found"] = {key: value for key, value in asdict(total).items() if key != "targets"}
    return dict(plain(row))


def score_table(title: str, rows: Sequence[Row]) -> TextTable:
    """The rows for people."""
    return TextTable(title, _HEADERS, tuple(_cells(row) for row in rows))


def _cells(row: Row) -> tuple[str, ...]:
    starts = row.get("cold_starts")
    counted = ["-"] * (len(_SHARES) + 1)
    if starts is not None:
        counted = [*(percent(starts[key]) for key in _SHARES), number(starts["seconds"]["total"])]
    scores = (number(row[key], 3) for key in _SCORES)
    return row["object"], row["method"], str(row["targets"]), *scores, *counted
