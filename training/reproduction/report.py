"""The tables of the report: rows of the paper before our own, each with what differs in the protocol."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pose_nodes.commands.bench_networks import COUNT, NetworkFigures
from pose_nodes.commands.tables import ABSENT, TextTable, milliseconds, number, percent
from training.ablation.report import figures as ablation_figures
from training.ablation.rows import ROWS
from training.evaluation.registering import (
    EITHER,
    FEATURES,
    MUTUAL,
    NATIVE,
    NEAREST,
    OPEN3D,
    SCALED,
    SUPPORT,
    Effort,
)
from training.reproduction.comparison import Row, Scored, means, student_less_teacher
from training.reproduction.contenders import STUDENT, Contender
from training.reproduction.lead import Lead
from training.reproduction.published import (
    ABLATION,
    DESCRIPTORS,
    PIPELINE,
    SOURCE,
    TABLES,
    TIMES,
    PublishedTable,
)

PAPER, OURS = "paper", "ours"
_MATCHES = {
    EITHER: "the nearest matches of both directions (--matches either)",
    MUTUAL: "mutual matches alone, as in the paper (--matches mutual)",
    SCALED: "mutual matches by distances that are scaled, so that hubs attract less (--matches scaled)",
    NEAREST: "what is nearest to each point that is seen (--matches nearest)",
}
_RANKINGS = {
    SUPPORT: "that most matches agree on, as in the paper (--ranking support)",
    FEATURES: "of the ten that most matches agree on at which descriptors agree best, as in FreeZeV2 "
    "(--ranking features)",
}
_SEARCHES = {
    NATIVE: "by this package's RANSAC (--search native)",
    OPEN3D: "by Open3D's RANSAC (--search open3d)",
}


@dataclass(frozen=True)
class Section:
    """A table of the report, and in what its two halves differ."""

    table: TextTable
    differs: tuple[str, ...]

    def markdown(self) -> str:
        """The table, and under it a list."""
        lines = "\n".join(f"- {text}" for text in self.differs)
        return f"{self.table.markdown()}\nWhat differs in the protocol:\n\n{lines}\n"


@dataclass(frozen=True)
class Measured:
    """What there is to report.

    Attributes:
        contenders: that were compared.
        scored: of `scores_of_sets`.
        times: of the networks; none if they were not measured.
        ablation: report of `python -m training ablation`, or None.
        effort: how poses were looked for.
    """

    contenders: Sequence[Contender]
    scored: Sequence[Scored]
    times: Sequence[NetworkFigures]
    ablation: Mapping[str, Any] | None
    effort: Effort = field(default_factory=Effort)

    @property
    def rows(self) -> list[Row]:
        """Of the tables."""
        return [each.row for each in self.scored]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": SOURCE,
            "published": [asdict(table) for table in TABLES],
            "effort": asdict(self.effort),
            "contenders": [{"role": each.role, "about": each.about} for each in self.contenders],
            "rows": self.rows,
            "means": means(self.rows),
            "student_less_teacher": [lead.plain() for lead in student_less_teacher(self.scored)],
            "times": [one.plain() for one in self.times],
            "ablation": self.ablation,
        }


def sections(measured: Measured) -> list[Section]:
    """Tables I to III, and times and memory."""
    return [
        Section(_descriptors(measured), DESCRIPTORS.differs),
        Section(_ablation(measured.ablation), ABLATION.differs),
        Section(_pipeline(measured.rows), PIPELINE.differs),
        Section(_times(measured.times, measured.contenders), TIMES.differs),
    ]


def markdown(measured: Measured, machine: Mapping[str, Any]) -> str:
    """The whole report."""
    effort = measured.effort
    compared = "\n".join(f"- {each.role}: {each.about}" for each in measured.contenders)
    head = (
        f"## dGeDi: the paper's figures beside ours\n\n{SOURCE}. What is called 'not at hand' could not be "
        f"looked up when this was written.\n\nOurs, on {machine['processor']}, {machine['cores']} cores:\n\n"
        f"{compared}\n\nPoses from {_MATCHES[effort.matches]}; the pose {_RANKINGS[effort.ranking]}, "
        f"{_SEARCHES[effort.search]}.\n"
    )
    return "\n".join([head, *(section.markdown() for section in sections(measured))])


def _titled(table: PublishedTable, headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> TextTable:
    name = f"Table {table.number}: " if table.number else ""
    return TextTable(f"{name}{table.title}", headers, tuple(rows))


def _published(table: PublishedTable, columns: Sequence[str]) -> list[tuple[str, ...]]:
    return [(PAPER, *row.labels, *(table.cell(row, column) for column in columns)) for row in table.rows]


def _descriptors(measured: Measured) -> TextTable:
    columns = ("pairs", "ron", "fmr", "mutual", "recall", "ar", "seconds")
    headers = ("whose", "set", "descriptor", "pairs", "RON", "FMR", "mutual", "recall", "AR", "ms a cloud")
    rows = [*measured.rows, *means(measured.rows)]
    ours = [(OURS, row["set"], row["role"], *_scores(row)) for row in rows]
    ours += [_lead(each) for each in student_less_teacher(measured.scored)]
    return _titled(DESCRIPTORS, headers, _published(DESCRIPTORS, columns) + ours)


def _lead(lead: Lead) -> tuple[str, ...]:
    """Differences, and in brackets their standard errors."""
    names = ("ron", "fmr", "mutual", "recall", "ar")
    shares = (_signed(lead.shares[name], lead.errors[name]) for name in names)
    return (OURS, lead.name, "student less teacher (standard error)", str(lead.pairs), *shares, ABSENT)


def _scores(row: Row) -> tuple[str, ...]:
    if "absent" in row:
        return (row["absent"], *[ABSENT] * 6)
    shares = (percent(row[name]) for name in ("ron", "fmr", "mutual", "recall"))
    return (str(int(row["pairs"])), *shares, percent(row["ar"]), milliseconds(row["seconds"]))


def _ablation(report: Mapping[str, Any] | None) -> TextTable:
    columns = ("pairs", "ron", "fmr", "mutual", "seen", "recall")
    headers = ("whose", "supervision", "loss", "pairs", "RON", "FMR", "mutual", "seen", "recall")
    found = {} if report is None else {row["row"]: row for row in report["rows"]}
    ours = [(OURS, row.supervision, row.loss, *ablation_figures(found.get(row.name))) for row in ROWS]
    if report is None:
        ours = [(OURS, "-", "-", "no ablation given", *[ABSENT] * 5)]
    return _titled(ABLATION, headers, _published(ABLATION, columns) + ours)


def _pipeline(rows: Sequence[Row]) -> TextTable:
    headers = ("whose", "set", "what", "recall", "AR", "s a pose")
    ours: list[tuple[str, ...]] = []
    for row in [*rows, *means(rows)]:
        if "absent" in row:
            ours.append((OURS, row["set"], row["role"], row["absent"], ABSENT, ABSENT))
            continue
        seconds = number(row["seconds"] + row["registering"], 2)
        ours.append((OURS, row["set"], row["role"], percent(row["recall"]), percent(row["ar"]), seconds))
    return _titled(PIPELINE, headers, _published(PIPELINE, ("recall", "ar", "pose_seconds")) + ours)


def _times(times: Sequence[NetworkFigures], contenders: Sequence[Contender]) -> TextTable:
    headers = ("whose", "network", "points", "ms", "memory (MB)", "of the student's time")
    student = next((each.network for each in contenders if each.role == STUDENT), "")
    ours = [_time(one, times, student) for one in times] or [
        (OURS, "not measured", *[ABSENT] * 4),
    ]
    paper = [
        (PAPER, *row.labels, ABSENT, ABSENT, row.figures["megabytes"], row.figures["ratio"])
        for row in TIMES.rows
    ]
    return _titled(TIMES, headers, paper + ours)


def _time(one: NetworkFigures, times: Sequence[NetworkFigures], student: str) -> tuple[str, ...]:
    same = [each.least for each in times if (each.network, each.points) == (student, COUNT)]
    reference = same[0] if same else math.nan
    ratio = one.least / reference if one.points == COUNT else math.nan
    return (
        OURS, one.network, f"{one.points:,}", milliseconds(one.least), number(one.megabytes, 0),
        number(ratio, 1),
    )  # fmt: skip


def _signed(share: float, error: float) -> str:
    if math.isnan(share):
        return ABSENT
    return f"{100 * share:+.1f}" + ("" if math.isnan(error) else f" ({100 * error:.1f})")
