"""The tracker on synthetic videos of what is hard: how often it is right, and what it says when it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from pose_nodes.commands.kept_video import generated_model, kept_video
from pose_nodes.commands.mask_choice import MaskChoice
from pose_nodes.commands.tables import TextTable, milliseconds, number, percent
from pose_nodes.commands.tracking_run import TrackingRun
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.following import Following, FollowingScore
from pose_nodes.metrics.summary import percentile
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.files import plain
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.shading import Light
from pose_nodes.synthetic.scenes.tracking_videos import CLUTTER, tracking_video
from pose_nodes.synthetic.scenes.videos import Video
from pose_nodes.synthetic.sensor import presets

OBJECTS = (("camera", 901), ("generic_blob", 903), ("generic_vessel", 903))
"""Family and seed: sharp, smooth, and symmetric about an axis. See docs/benchmarks.md for what was
chosen after looking at them."""
BESIDE = (("mug", 901), ("shoe", 901))
"""Those that lie among them in clutter."""
SECONDS = {
    "hand-held": 3.0, "wrist": 3.0, "fast": 3.0, "carried": 3.0, "gripped": 3.0, "occluded": 6.5,
    "out and back": 6.0, "cut by border": 5.5, "crossing": 4.0, CLUTTER: 4.0,
}  # fmt: skip
"""Length of each motion: what happens, and a second after it."""
MASKS = {"first image": "first", "5 Hz": "every:6"}
_SCENE = Path("test") / "000001"


@dataclass(frozen=True)
class VideoPlan:
    """One video of the section.

    Attributes:
        motion: as `tracking_video` takes it.
        objects: families and seeds.
        seconds: length.
        camera: of all videos: VGA, as wide as a common depth camera's.
        rate_hz: of its images.
        seed: of the motion and the sensors.
        color: whether there are colour images.
    """

    motion: str
    objects: tuple[tuple[str, int], ...]
    seconds: float
    camera: PinholeCamera = field(default_factory=lambda: PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480))
    rate_hz: float = 30.0
    seed: int = 900
    color: bool = True

    @property
    def name(self) -> str:
        """A word for folders and reports."""
        objects = "all" if len(self.objects) > 1 else "{}_{}".format(*self.objects[0])
        return f"{self.motion}-{objects}".replace(" ", "_")

    @property
    def images(self) -> int:
        """How many there are."""
        return round(self.seconds * self.rate_hz)


@dataclass(frozen=True)
class VideoResult:
    """How the tracker did on one video, with some of its masks.

    Attributes:
        plan: the video.
        masks: a key of MASKS.
        following: what it did.
        seconds: of each update.
    """

    plan: VideoPlan
    masks: str
    following: Following
    seconds: tuple[float, ...]


def video_plans(objects: int) -> list[VideoPlan]:
    """Every motion with each of the first `objects` of OBJECTS; all of them, and more, in clutter."""
    plans = [
        VideoPlan(motion, (one,), seconds)
        for motion, seconds in SECONDS.items()
        if motion != CLUTTER
        for one in OBJECTS[:objects]
    ]
    return [*plans, VideoPlan(CLUTTER, (*OBJECTS, *BESIDE), SECONDS[CLUTTER])]


def measure_videos(plans: Sequence[VideoPlan], out: Path, seed: int) -> list[VideoResult]:
    """Track every video with every choice of masks.

    Args:
        plans: the videos.
        out: folder that keeps the rendered videos for the next time.
        seed: of the tracker.

    Raises:
        PoseNodesError: a folder cannot be written to.
    """
    results: list[VideoResult] = []
    total = sum((1 + len(MASKS)) * plan.images for plan in plans)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("videos", total=total)
        for plan in plans:
            progress.update(bar, description=f"rendering {plan.name}")
            scene = rendered(plan, out)
            progress.advance(bar, plan.images)
            for masks in MASKS:
                progress.update(bar, description=f"{plan.name}, {masks}")
                results.append(_tracked(plan, scene, masks, seed, lambda: progress.advance(bar)))
    return results


def rendered(plan: VideoPlan, out: Path) -> BopScene:
    """The video as a recording; rendered unless `out` has it from before, with the same description."""
    folder = kept_video(out / plan.name, asdict(plan), partial(_video, plan))
    return BopScene(folder / _SCENE, rate_hz=plan.rate_hz)


def _video(plan: VideoPlan) -> Video:
    models = [generated_model(family, seed) for family, seed in plan.objects]
    sensors = Sensors(presets.realsense(), presets.color_camera())
    light = Light() if plan.color else None
    return tracking_video(
        plan.motion, models, plan.camera, plan.seed, plan.seconds, plan.rate_hz, sensors, light
    )


def _tracked(
    plan: VideoPlan, scene: BopScene, masks: str, seed: int, step: Callable[[], object]
) -> VideoResult:
    library = scene.library()
    score = FollowingScore(library)
    run = TrackingRun(scene, library, MaskChoice.parse(MASKS[masks]), seed)
    for frame in run.frames():
        score.add(1e-9 * frame.recorded.frame.stamp_ns, frame.tracks, frame.recorded.truths)
        step()
    return VideoResult(plan, masks, score.summary(), run.seconds)


def video_section(results: Sequence[VideoResult]) -> list[dict[str, Any]]:
    """Plain values for bench.json, one entry a video and choice of masks."""
    return [
        dict(
            plain(
                {
                    "motion": result.plan.motion,
                    "object": "{}_{}".format(*result.plan.objects[0])
                    if len(result.plan.objects) == 1
                    else "all",
                    "masks": result.masks,
                    "within": result.following.within,
                    **asdict(result.following),
                    "normalised_square": result.following.normalised_square,
                    "seconds_per_update": percentile(np.array(result.seconds), 50),
                }
            )
        )
        for result in results
    ]


def video_tables(results: Sequence[VideoResult]) -> list[TextTable]:
    """For people: a table for each choice of masks, a row for each motion over all objects."""
    return [_table(masks, [r for r in results if r.masks == masks]) for masks in MASKS]


_HEADERS = (
    "motion", "objects", "frames", "within 1 cm, 5 deg", "losses", "recover s", "longest s", "left lost",
    "false confident", "out of view", "swaps", "square", "ms",
)  # fmt: skip


def _table(masks: str, results: Sequence[VideoResult]) -> TextTable:
    motions = list(dict.fromkeys(result.plan.motion for result in results))
    rows = [_row(motion, [r for r in results if r.plan.motion == motion]) for motion in motions]
    return TextTable(f"Synthetic videos, masks: {masks}", _HEADERS, (*rows, _row("all", results)))


def _row(name: str, results: Sequence[VideoResult]) -> tuple[str, ...]:
    following = Following.pooled(result.following for result in results)
    seconds = np.array([second for result in results for second in result.seconds])
    recoveries = np.array(following.recoveries)
    return (
        name,
        str(following.objects),
        str(following.frames),
        percent(following.within),
        str(len(recoveries)),
        number(percentile(recoveries, 50)),
        number(percentile(recoveries, 100)),
        *(
            str(count)
            for count in (
                following.left_lost, following.false_confident, following.out_of_view, following.swaps
            )
        ),
        number(following.normalised_square, 1),
        milliseconds(percentile(seconds, 50)),
    )  # fmt: skip
