"""bench's section on cold starts: over recordings with known poses, how many are right, absent, wrong."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import Progress

from pose_nodes.commands.cold_starts import Method, cold_starts, count_cold_starts, left_out, plain, verified
from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.metrics.cold_start import ColdStart, summarize_cold_starts
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.files import plain as without_nan

Report = dict[str, Any]


def measure_cold_starts(scene: BopScene, library: ObjectLibrary, every: int, seeds: int) -> list[Report]:
    """One report for each method and object of a recording that has a mask and a known pose.

    Args:
        scene: the recording.
        library: its objects.
        every: take every n-th image.
        seeds: run with the seeds 0 to seeds - 1.

    Raises:
        InvalidDatasetError: an image cannot be read, or none has masks and known poses.
    """
    methods: dict[str, Method] = {"pose_nodes": verified(), "plain": plain}
    reports: list[Report] = []
    for name, method in methods.items():
        reports += _measured(scene, library, name, method, every, seeds)
    without = left_out(scene, library, every)
    return [{**report, "left_out": without[report["object"]]} for report in reports]


def _measured(
    scene: BopScene, library: ObjectLibrary, name: str, method: Method, every: int, seeds: int
) -> list[Report]:
    found: list[ColdStart] = []
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        images = seeds * count_cold_starts(scene, every)
        steps = cold_starts(scene, library, method, every, seeds)
        for starts in progress.track(steps, total=images, description=f"{scene.name} {name}"):
            found += starts
    if not found:
        raise InvalidDatasetError(
            f"{scene.folder}: has no masks with known poses that its depth does not contradict; it needs "
            "mask_visib/, scene_gt.json, and objects that depth cameras see"
        )
    by_object = {thing: [start for start in found if start.class_name == thing] for thing in library.names}
    return [_report(scene, thing, name, starts) for thing, starts in by_object.items() if starts]


def _report(scene: BopScene, name: str, method: str, starts: list[ColdStart]) -> Report:
    summary = asdict(summarize_cold_starts(starts))
    attempts = [{**asdict(start), "outcome": start.outcome.value} for start in starts]
    report = {"recording": scene.name, "object": name, "method": method, **summary, "cold_starts": attempts}
    return dict(without_nan(report))


def cold_start_table(reports: list[Report]) -> TextTable:
    """The reports, one a row."""
    headers = (
        "recording",
        "object",
        "method",
        "attempts",
        "images left out",
        "right",
        "absent",
        "wrong",
        "5 mm, 5 deg",
        "seconds",
    )
    rows = [
        (
            report["recording"],
            report["object"],
            report["method"],
            str(report["attempts"]),
            str(report["left_out"]),
            *(percent(report[key]) for key in ("right", "absent", "wrong", "within")),
            number(report["seconds"]["total"]),
        )
        for report in reports
    ]
    return TextTable("Cold starts", headers, tuple(rows))


def stage_table(reports: list[Report]) -> TextTable:
    """Median seconds of each stage, one report a row."""
    seen = dict.fromkeys(stage for report in reports for stage in report["seconds"])
    stages = (*(stage for stage in seen if stage != "total"), "total")
    rows = [
        (
            report["recording"],
            report["object"],
            report["method"],
            *(number(report["seconds"].get(stage)) for stage in stages),
        )
        for report in reports
    ]
    return TextTable(
        "Seconds of a cold start, by stage", ("recording", "object", "method", *stages), tuple(rows)
    )
