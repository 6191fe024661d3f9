"""track: follow the objects of a recorded sequence; writes poses.csv, summary.json and overlay pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pose_nodes.commands.deferred_signals import deferred_signals
from pose_nodes.commands.mask_choice import MaskChoice
from pose_nodes.commands.parser import CommandParser, integer, positive
from pose_nodes.commands.pose_table import PoseTable
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import show
from pose_nodes.commands.tracking_run import TrackedFrame, TrackingRun
from pose_nodes.core.interruption import interruptible
from pose_nodes.rendering.overlay import OverlayPainter
from pose_nodes.sequences.files import write_json
from pose_nodes.sequences.images import write_color

DONE, INTERRUPTED = 0, 130


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the recording or its objects cannot be used.
    """
    options = _parser().parse_args(arguments)
    scene, library = open_recording(options.sequence, options.objects, options.rate)
    out: Path = options.out or Path("out") / "track" / scene.name.replace("/", "_")
    run = TrackingRun(scene, library, options.masks, options.seed)
    painter = OverlayPainter(library)
    table = PoseTable(out / "poses.csv")
    interrupted = False
    try:
        with interruptible(), _bar() as progress:
            for frame in progress.track(run.frames(), total=len(scene), description=scene.name):
                with deferred_signals(most=1):
                    table.add(frame.recorded, frame.tracks, frame.errors)
                    _write_overlay(out, painter, frame, options.overlay_every)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        table.close()
        write_json(out / "summary.json", {**run.summary(), "seed": options.seed, "interrupted": interrupted})
    show(run.table())
    print(f"written to {out}")
    return INTERRUPTED if interrupted else DONE


def _bar() -> Progress:
    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes track",
        "Follow the objects of a recording; write OUT/poses.csv, OUT/summary.json and OUT/overlays/.\n"
        "Ctrl-C ends it early; what was done until then stays, with a summary.",
    )
    parser.add_argument("sequence", type=Path, help="BOP scene folder, or a data set with one scene")
    parser.add_argument("--rate", type=positive, default=30.0, help="images per second; default: %(default)s")
    parser.add_argument(
        "--masks", type=MaskChoice.parse, default="all", metavar="first|all|every:N",
        help="masks that are given: the first of each object, all, or those of every n-th; default: all",
    )  # fmt: skip
    parser.add_argument("--objects", type=Path, help="objects.yaml to use instead of the data set's own")
    parser.add_argument(
        "--seed", type=integer(0), default=0, help="of all random choices; default: %(default)s"
    )
    parser.add_argument("--out", type=Path, help="folder to write to; default: out/track/<name>")
    parser.add_argument(
        "--overlay-every", type=integer(0), default=10, metavar="N",
        help="a picture of every n-th image; 0 for none; default: %(default)s",
    )  # fmt: skip
    return parser


def _write_overlay(out: Path, painter: OverlayPainter, frame: TrackedFrame, every: int) -> None:
    if every and frame.recorded.index % every == 0:
        picture = painter.paint_tracks(frame.recorded.frame, frame.tracks)
        write_color(out / "overlays" / f"{frame.recorded.image_id:06d}.jpg", picture)
