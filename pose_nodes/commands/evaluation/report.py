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
_SCORE_HEADERS = ("object", "method", "targets", "AR", "AR VSD", "AR MSSD", "AR MSPD", "ADD(-S)")
_START_HEADERS = ("object", "method", "attempts", "right", "absent", "wrong", "5 mm, 5 deg", "seconds")
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


def score_tables(title: str, rows: Sequence[Row]) -> list[TextTable]:
    """The rows for people: the score of all poses, and what became of cold starts, where there were any."""
    scores = [
        (row["object"], row["method"], str(row["targets"]), *(number(row[key], 3) for key in _SCORES))
        for row in rows
    ]
    starts = [_start_cells(row, row["cold_starts"]) for row in rows if "cold_starts" in row]
    tables = [TextTable(title, _SCORE_HEADERS, tuple(scores))]
    if starts:
        tables.append(TextTable("Verified poses", _START_HEADERS, tuple(starts)))
    return tables


def _start_cells(row: Row, starts: Mapping[str, Any]) -> tuple[str, ...]:
    shares = (percent(starts[key]) for key in _SHARES)
    seconds = number(starts["seconds"]["total"])
    return row["object"], row["method"], str(starts["attempts"]), *shares, seconds
