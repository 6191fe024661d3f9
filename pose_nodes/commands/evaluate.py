"""evaluate: cold starts over recordings with known poses: how many are right, absent, wrong."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from pose_nodes.commands.cold_starts import Method, cold_starts, count_cold_starts, plain, verified
from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import TextTable, number, percent, show
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.metrics.cold_start import ColdStart, summarize_cold_starts
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.files import plain as without_nan
from pose_nodes.sequences.files import write_json

METHODS: dict[str, Method] = {"pose_nodes": verified, "plain": plain}
Report = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: a recording cannot be used.
    """
    options = _parser().parse_args(arguments)
    if options.objects is not None and len(options.sequence) > 1:
        raise InvalidDatasetError(
            "--objects: one objects file serves one recording; evaluate them one by one"
        )
    opened = [open_recording(folder, options.objects) for folder in options.sequence]
    methods = list(METHODS) if options.baseline else ["pose_nodes"]
    reports: list[Report] = []
    interrupted = False
    try:
        for scene, library in opened:
            for method in methods:
                reports += evaluate_recording(scene, library, method, options.every, options.seeds)
    except KeyboardInterrupt:
        interrupted = True
    write_json(options.out, {"settings": _settings(options), "interrupted": interrupted, "results": reports})
    show(cold_start_table(reports))
    show(stage_table(reports))
    print(f"written to {options.out}")
    return 130 if interrupted else 0


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes evaluate",
        "Look for every object of every n-th image anew, from its mask, and compare with the known pose.\n"
        "A verified pose is right when its ADD (ADD-S of an object with a symmetry) is below a tenth of the\n"
        "diameter, else wrong; without a verified pose it is absent.",
    )
    parser.add_argument(
        "sequence", type=Path, nargs="+", help="BOP scene folder, or a data set with one scene"
    )
    parser.add_argument(
        "--every", type=integer(1), default=3, metavar="N", help="every n-th image; default: %(default)s"
    )
    parser.add_argument(
        "--seeds", type=integer(1), default=5, metavar="K", help="seeds 0 to K-1; default: %(default)s"
    )
    parser.add_argument("--objects", type=Path, help="objects.yaml to use instead of the data set's own")
    parser.add_argument("--baseline", action="store_true", help="also one try of plain FPFH, RANSAC and ICP")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("out/evaluate.json"),
        help="JSON (docs/json.md); default: %(default)s",
    )
    return parser


def evaluate_recording(
    scene: BopScene, library: ObjectLibrary, method: str, every: int, seeds: int
) -> list[Report]:
    """One report for each object of a recording that has a mask and a known pose.

    Args:
        scene: the recording.
        library: its objects.
        method: one of `METHODS`.
        every: take every n-th image.
        seeds: run with the seeds 0 to seeds - 1.

    Raises:
        InvalidDatasetError: an image cannot be read, or none has masks and known poses.
    """
    found: list[ColdStart] = []
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        images = seeds * count_cold_starts(scene, every)
        steps = cold_starts(scene, library, METHODS[method], every, seeds)
        for starts in progress.track(steps, total=images, description=f"{scene.name} {method}"):
            found += starts
    if not found:
        raise InvalidDatasetError(
            f"{scene.folder}: has no masks with known poses; it needs mask_visib/ and scene_gt.json"
        )
    by_name = {name: [start for start in found if start.class_name == name] for name in library.names}
    return [_report(scene, name, method, starts) for name, starts in by_name.items() if starts]


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


def _settings(options: Namespace) -> dict[str, Any]:
    return {
        "sequences": [str(folder) for folder in options.sequence],
        "every": options.every,
        "seeds": options.seeds,
        "baseline": options.baseline,
    }
