"""synth: a data set of synthetic RGB-D images with poses, or of rooms with boxes, from a YAML preset."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.synthetic.datasets.config import DatasetConfig, read_preset
from pose_nodes.synthetic.datasets.writing import write_dataset

DONE = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the preset or its objects cannot be used, or the folder cannot be written to.
    """
    options = _parser().parse_args(arguments)
    config = DatasetConfig() if options.preset is None else read_preset(options.preset)
    if options.seed is not None:
        config = replace(config, seed=options.seed)
    if options.arrangements is not None:
        config = replace(config, arrangements=options.arrangements)
    begun, first, done = time.perf_counter(), None, 0
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("objects", total=None)

        def on_model(made: int, total: int) -> None:
            progress.update(bar, completed=made, total=total)

        for done in write_dataset(config, options.out, options.workers, on_model):
            first = done if first is None else first
            progress.update(bar, completed=done, total=config.arrangements, description="arrangements")
    made, seconds = (done - (first or 0)) * config.images, time.perf_counter() - begun
    things = "rooms" if config.output.layout == "indoor" else "images"
    print(f"{made} {things} in {seconds:.0f} s, {done * config.images} in all; written to {options.out}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes synth",
        "Make synthetic RGB-D images with exact poses: BOP scenes, shards of a BOP-webdataset, category\n"
        "folders as those of NOCS; or scanned rooms with the infos of mmdetection3d.\n"
        "Ctrl-C leaves whole scenes, shards and rooms; the same command goes on from there.",
    )
    parser.add_argument(
        "--preset",
        type=Path,
        help="YAML file as config/synth.yaml, which tells all options; default: as there",
    )
    parser.add_argument("--arrangements", type=integer(1), help="how many, instead of the preset's")
    parser.add_argument("--seed", type=integer(0), help="instead of the preset's")
    parser.add_argument(
        "--workers",
        type=integer(1),
        default=max(1, os.cpu_count() or 1),
        help="processes; default: %(default)s",
    )
    parser.add_argument("--out", type=Path, default=Path("out/synth"), help="default: %(default)s")
    return parser
