"""Tables for people: on the terminal with rich, in documents as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

ABSENT = "-"
_FILE_WIDTH = 120


@dataclass(frozen=True)
class TextTable:
    """Rows of text under headers."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def rich(self) -> Table:
        """For rich's console; the first column is left-aligned, the others right."""
        table = Table(title=self.title, title_justify="left")
        for index, header in enumerate(self.headers):
            table.add_column(header, justify="right" if index else "left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """A Markdown table under its title."""
        lines = [
            f"### {self.title}",
            "",
            _line(self.headers),
            _line(["---", *["---:"] * (len(self.headers) - 1)]),
            *map(_line, self.rows),
        ]
        return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def show(table: TextTable) -> None:
    """Print a table; into a file or pipe as wide as it needs."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_FILE_WIDTH)
    console.print(table.rich())


def number(value: float | None, digits: int = 2, factor: float = 1.0) -> str:
    """A number times a factor; "-" for None and NaN."""
    return ABSENT if value is None or math.isnan(value) else f"{value * factor:.{digits}f}"


def percent(share: float | None) -> str:
    """0.954 -> "95.4 %"; "-" for None and NaN."""
    return ABSENT if share is None or math.isnan(share) else f"{100 * share:.1f} %"


def millimetres(metres: float | None) -> str:
    """Metres as millimetres with one digit."""
    return number(metres, 1, 1e3)


def degrees(radians: float | None) -> str:
    """Radians as degrees with one digit."""
    return number(radians, 1, 180.0 / math.pi)


def milliseconds(seconds: float | None) -> str:
    """Seconds as whole milliseconds."""
    return number(seconds, 0, 1e3)
