"""Curves as CSV files, which a run that goes on continues."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.sequences.files import write_text

STEP = "step"


class Curve:
    """A CSV file of numbers by step; each row is on the disk when `add` returns."""

    def __init__(self, path: Path, from_step: int = 0) -> None:
        """Open a curve.

        Args:
            path: of the file; made with the first row.
            from_step: rows of later steps are dropped: they are made again.

        Raises:
            InvalidDatasetError: the file is there, and is no curve.
            InvalidInputError: it cannot be written.
        """
        self._path = path
        self._columns: list[str] = []
        if path.is_file():
            rows = [row for row in read_curve(path) if int(row[STEP]) <= from_step]
            self._columns = list(rows[0]) if rows else []
            write_text(path, self._text([self._columns, *(row.values() for row in rows)]) if rows else "")

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row.

        Raises:
            InvalidInputError: the file cannot be written, or the names are not those of the rows before.
        """
        columns = [STEP, *values]
        lines = [] if self._columns else [columns]
        if self._columns and self._columns != columns:
            raise InvalidInputError(
                f"{self._path}: has the columns {', '.join(self._columns)}, not {', '.join(columns)}; "
                "choose another folder"
            )
        self._columns = columns
        text = self._text([*lines, [step, *(repr(float(value)) for value in values.values())]])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InvalidInputError(f"{self._path}: cannot be written ({error.strerror})") from error

    def highest(self, name: str) -> float:
        """The highest number of a column; minus infinity if there is none."""
        rows = read_curve(self._path) if self._path.is_file() else []
        found = [float(row[name] or "nan") for row in rows if name in row]
        return max((value for value in found if not math.isnan(value)), default=-math.inf)

    @staticmethod
    def _text(rows: Iterable[Iterable[Any]]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        return buffer.getvalue()


def read_curve(path: Path) -> list[dict[str, str]]:
    """The rows of a curve; a last one that was cut off by an interruption is left out.

    Raises:
        InvalidDatasetError: the file is no curve.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error}); choose another folder") from error
    whole = text[: text.rfind("\n") + 1]
    rows = list(csv.DictReader(io.StringIO(whole)))
    if rows and (STEP not in rows[0] or not all((row[STEP] or "").isdigit() for row in rows)):
        raise InvalidDatasetError(f"{path}: is no curve of a training; choose another folder")
    return rows
