"""demo: play a recording through the nodes, in processes of their own, and show how well it is tracked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.live import Live

from pose_nodes.commands.live_report import LiveReport
from pose_nodes.commands.parser import CommandParser, integer, positive
from pose_nodes.commands.playing import Play, playing
from pose_nodes.commands.tables import TextTable, degrees, millimetres, percent
from pose_nodes.commands.tables import show as print_table
from pose_nodes.commands.viewer import Viewer
from pose_nodes.core.track import TrackState
from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.metrics.summary import percentile
from pose_nodes.metrics.tracking_score import TrackingScore, TrackingSummary
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_files import find_scene, read_by_image
from pose_nodes.sequences.files import plain, write_json
from pose_nodes.sequences.images import write_color

if TYPE_CHECKING:
    from pose_nodes.ros.listener import HeardFrame, Listener

WITHIN_TOLERANCE, NOT_WITHIN = 0, 1
REQUIRED_SHARE = 0.95
"""Share of the frames from the first pose on that must be within 5 mm and 5 degrees."""
_LINE_PERIOD_S = 1.0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: ROS is missing, a node failed, or the recording cannot be used.
    """
    options = _parser().parse_args(arguments)
    scene = find_scene(options.folder)
    images = options.laps * len(read_by_image(scene / "scene_camera.json"))
    library = ObjectLibrary.from_file(options.objects)
    viewer = Viewer("pose_nodes demo", wanted=not options.no_viewer)
    demo = DemoShow(library, options.out, options.overlay_every, viewer)
    play = Play(scene, options.rate, images, options.objects, hear_overlay=True)
    print(f"Playing {images} images of {scene.parent.parent.name} at {options.rate:g} Hz; starting the nodes")
    with playing(play, options.out / "nodes", "demo") as player, demo:
        heard = player.listen(demo.take)
        summary = demo.summary(heard)
    write_json(options.out / "summary.json", summary)
    print_table(demo.table())
    print(f"{summary['verdict']}\nsummary: {options.out / 'summary.json'}")
    print(f"pictures: {options.out / 'overlays'}{viewer.absence}")
    return WITHIN_TOLERANCE if summary["within_tolerance"] else NOT_WITHIN


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes demo",
        "Play a recording through player_node and tracker_node, in processes of their own, and show\n"
        "how well it is tracked; writes OUT/summary.json and OUT/overlays/.",
        "exit codes: 0 the poses are within tolerance, 1 they are not, 2 bad input or a node failed",
    )
    parser.add_argument(
        "--folder", type=Path, default=BUNNY_SCENE, help="BOP scene; default: the bundled bunny"
    )
    parser.add_argument(
        "--objects", type=Path, default=BUNNY_OBJECTS, help="its objects.yaml; default: the bunny's"
    )
    parser.add_argument("--rate", type=positive, default=10.0, help="images per second; default: %(default)s")
    parser.add_argument(
        "--laps", type=integer(1), default=3, help="how often to play it; default: %(default)s"
    )
    parser.add_argument(
        "--overlay-every",
        type=integer(1),
        default=4,
        help="picture of every n-th image; default: %(default)s",
    )
    parser.add_argument("--no-viewer", action="store_true", help="no window, even where there is a display")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="default: %(default)s")
    return parser


class DemoShow:
    """Takes what the listener heard, shows it live, and sums it up."""

    def __init__(self, library: ObjectLibrary, out: Path, overlay_every: int, viewer: Viewer) -> None:
        self._out = out
        self._overlay_every = overlay_every
        self._viewer = viewer
        self._score = TrackingScore(library)
        self._report = LiveReport()
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._line_at = 0.0
        self._first_pose: int | None = None
        self._numbers: dict[int, int] = {}

    def __enter__(self) -> DemoShow:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def take(self, listener: Listener) -> None:
        """Handle all frames whose truth is there, and all pictures."""
        for stamp_ns in list(listener.truths)[len(self._numbers) :]:
            self._numbers[stamp_ns] = len(self._numbers)
        while listener.frames and self._is_complete(listener):
            self._take_frame(listener.frames.popleft(), listener)
        while listener.pictures:
            self._take_picture(*listener.pictures.popleft())
        self._refresh()

    def _is_complete(self, listener: Listener) -> bool:
        """Whether all that belongs to the oldest frame has come: topics may overtake each other."""
        stamp_ns = listener.frames[0].stamp_ns
        return stamp_ns in self._numbers and (stamp_ns in listener.latencies or len(listener.frames) > 1)

    def _take_frame(self, frame: HeardFrame, listener: Listener) -> None:
        if self._first_pose is None and any(track.state == TrackState.TRACKING for track in frame.tracks):
            self._first_pose = self._numbers[frame.stamp_ns]
        truths = [] if self._first_pose is None else listener.truths[frame.stamp_ns]
        errors = self._score.add(frame.tracks, truths)
        latency = listener.latencies.get(frame.stamp_ns, float("nan"))
        self._report.add(frame.stamp_ns, frame.tracks, errors, latency)
        self._viewer.show_errors(errors)

    def _take_picture(self, stamp_ns: int, picture: np.ndarray) -> None:
        number = self._numbers.get(stamp_ns)
        if number is not None and number % self._overlay_every == 0:
            write_color(self._out / "overlays" / f"{number:06d}.jpg", picture)
        self._viewer.show_picture(picture)

    def _refresh(self) -> None:
        if time.monotonic() - self._line_at < (0.2 if self._console.is_terminal else _LINE_PERIOD_S):
            return
        self._line_at = time.monotonic()
        if self._console.is_terminal:
            self._live.update(self._report.table().rich(), refresh=True)
        elif self._report.frames:
            print(self._report.line(), flush=True)

    def summary(self, listener: Listener) -> dict[str, Any]:
        """The value of summary.json: see docs/json.md."""
        latencies = np.array(list(listener.latencies.values()))
        parts = self._score.summaries()
        good = [part.errors.within >= REQUIRED_SHARE for part in parts.values()]
        fine = self._first_pose is not None and bool(good) and all(good)
        return dict(
            plain(
                {
                    "within_tolerance": fine,
                    "verdict": self._verdict(fine),
                    "images_played": len(listener.truths),
                    "frames_processed": self._report.frames,
                    "first_pose_frame": self._first_pose,
                    "latency": {"median": percentile(latencies, 50), "p95": percentile(latencies, 95)},
                    "objects": {name: asdict(part) for name, part in parts.items()},
                }
            )
        )

    def _verdict(self, fine: bool) -> str:
        if self._first_pose is None:
            return "no pose was found"
        least = min((part.errors.within for part in self._score.summaries().values()), default=0.0)
        word = "within" if fine else "NOT within"
        return f"poses are {word} tolerance: {percent(least)} of the frames within 5 mm and 5 degrees"

    def table(self) -> TextTable:
        """Errors of each object, from the first pose on."""
        headers = (
            "object",
            "frames",
            "within 5 mm, 5 deg",
            "mm median",
            "mm p95",
            "deg median",
            "deg p95",
            "lost",
        )
        rows = [(name, *_cells(part)) for name, part in self._score.summaries().items()]
        return TextTable("From the first pose on", headers, tuple(rows))


def _cells(part: TrackingSummary) -> tuple[str, ...]:
    errors = part.errors
    return (
        str(errors.frames),
        percent(errors.within),
        millimetres(errors.translation_median),
        millimetres(errors.translation_p95),
        degrees(errors.rotation_median),
        degrees(errors.rotation_p95),
        str(part.times_lost),
    )
