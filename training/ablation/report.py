"""The scores of the rows: a table, and the file in which they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pose_nodes.commands.tables import ABSENT, TextTable, percent
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json
from training.ablation.rows import ROWS

REPORT_FILE = "ablation.json"
SHARES = ("ron", "fmr", "mutual", "seen", "recall")
_HEADERS = ("supervision", "loss", "pairs", "RON", "FMR", "mutual", "seen", "recall")


def ablation_table(report: Mapping[str, Any]) -> TextTable:
    """All rows in their order; those that are not trained have no figures."""
    found = {row["row"]: row for row in report["rows"]}
    rows = tuple((row.supervision, row.loss, *figures(found.get(row.name))) for row in ROWS)
    return TextTable(f"Supervision and loss, after {report['steps']} steps each", _HEADERS, rows)


def figures(row: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Pairs and shares of a row as text."""
    if row is None:
        return ("not trained", *[ABSENT] * len(SHARES))
    return (str(int(row["pairs"])), *(percent(share_of(row, name)) for name in SHARES))


def share_of(row: Mapping[str, Any], name: str) -> float:
    """A share; NaN where it was null in a file."""
    value = row[name]
    return float("nan") if value is None else float(value)


def read_report(folder: Path) -> Mapping[str, Any]:
    """What `python -m training ablation` wrote.

    Raises:
        InvalidDatasetError: the folder has no report, or a damaged one.
    """
    path = folder / REPORT_FILE
    if not path.is_file():
        raise InvalidDatasetError(f"{path}: is missing; run `python -m training ablation --out {folder}`")
    report = read_json(path)
    try:
        ablation_table(report)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDatasetError(
            f"{path}: is no report of an ablation; run `python -m training ablation --out {folder}` again"
        ) from error
    found: Mapping[str, Any] = report
    return found
