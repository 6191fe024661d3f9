"""Many objects at a camera's rate: a player and a tracker in two processes, from the image to its poses."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pose_nodes.commands.eight_objects import EightPlan, eight_objects
from pose_nodes.commands.playing import Play, playing
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import TextTable, milliseconds, number, percent
from pose_nodes.metrics.following import FollowingScore
from pose_nodes.metrics.summary import percentile
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_files import OBJECTS_FILE, find_scene

if TYPE_CHECKING:
    from pose_nodes.ros.listener import Listener

WARM_UP_S = 10.0
"""In which the objects are found."""
MASKS_EVERY = 6
"""Masks at 5 Hz."""
NODES = ("tracker_node", "player_node")
_STAGE = re.compile(r"median (?P<median>-?[\d.]+) ms, 95 % (?P<p95>-?[\d.]+) ms")
_MISSING = re.compile(r"(?P<lost>\d+) of the last \d+")
_COUNTS = {
    "frames superseded": "frames_superseded",
    "segmentations without their frame": "segments_unmatched",
    "cold starts": "cold_starts",
}
Section = dict[str, Any]


def measure_camera_rate(
    seconds: float, out: Path, plan: EightPlan | None = None, warm_up_s: float = WARM_UP_S
) -> Section:
    """Play a video of eight objects to the tracker, and listen to its poses in a third process.

    The player keeps the images in memory, as a camera's driver does not decode files either. Masks come five
    times a second. All nodes have their default options.

    Args:
        seconds: after the warm-up.
        out: folder that keeps the video, and takes the output of the nodes.
        plan: the video; `EightPlan()` if None.
        warm_up_s: in which the objects are found; told apart from what follows.

    Raises:
        PoseNodesError: ROS is missing, or a node failed.
    """
    plan = plan or EightPlan()
    dataset = eight_objects(out / "videos", plan)
    images = round((warm_up_s + seconds) * plan.rate_hz)
    play = Play(
        find_scene(dataset), plan.rate_hz, images, dataset / OBJECTS_FILE, masks_every=MASKS_EVERY, keep=True
    )
    with playing(play, out / "nodes", "bench") as player:
        watch = _ProcessorTime(warm_up_s)
        heard = player.listen(lambda _heard: watch.look(player.processor_seconds(NODES)))
    stamps = list(heard.truths)[:images]
    first = stamps[0] + round(1e9 * warm_up_s)
    _scene, library = open_recording(play.folder, play.objects_file, plan.rate_hz)
    parts = {
        "while they are found": [stamp for stamp in stamps if stamp < first],
        "then": [stamp for stamp in stamps if stamp >= first],
    }
    return {
        "rate": plan.rate_hz,
        "objects": len(plan.objects),
        "parts": {name: _part(heard, part, library) for name, part in parts.items()},
        "cores": watch.cores(),
        **_told(heard.diagnostics),
    }


class _ProcessorTime:
    """What processes take of the machine, from the end of the warm-up on."""

    def __init__(self, warm_up_s: float) -> None:
        self._warm_up_s = warm_up_s
        self._looks: list[tuple[float, Mapping[str, float]]] = []

    def look(self, processor_seconds: Mapping[str, float]) -> None:
        if not any(map(math.isnan, processor_seconds.values())):  # as of one that has ended
            self._looks.append((time.monotonic(), processor_seconds))

    def cores(self) -> dict[str, float]:
        """Processor time per time, 1 is one core, by process."""
        if not self._looks:
            return {}
        end, last = self._looks[-1]
        warm = next(((at, one) for at, one in self._looks if at > self._looks[0][0] + self._warm_up_s), None)
        begun, first = warm or self._looks[0]
        passed = max(end - begun, 1e-9)
        return {name: (last[name] - first[name]) / passed for name in last}


def _part(heard: Listener, stamps: list[int], library: ObjectLibrary) -> Section:
    """How the images of some stamps were answered."""
    answered = [stamp for stamp in stamps if stamp in heard.latencies]
    latencies = np.array([heard.latencies[stamp] for stamp in answered])
    told = sum(heard.detections[stamp] for stamp in answered)
    score, wanted = FollowingScore(library), set(stamps)
    for frame in heard.frames:
        if frame.stamp_ns in wanted and frame.stamp_ns in heard.truths:
            score.add(1e-9 * frame.stamp_ns, frame.tracks, heard.truths[frame.stamp_ns])
    return {
        "images": len(stamps),
        "answered": len(answered),
        "poses": told / (len(library.names) * max(len(answered), 1)),
        "within": score.summary().within,
        "false_confident": score.summary().false_confident,
        "median": percentile(latencies, 50),
        "p95": percentile(latencies, 95),
        "longest": float(latencies.max(initial=0.0)),
        "late": float(np.mean(latencies > 1.0 / 30.0)) if len(latencies) else float("nan"),
    }


def _told(diagnostics: Mapping[str, Mapping[str, str]]) -> Section:
    """Stages and counts, as the tracker tells them on /diagnostics at the end."""
    lines = {name.rpartition(": ")[2]: values for name, values in diagnostics.items() if "tracker" in name}
    processing, transport = lines.get("processing", {}), lines.get("transport", {})
    stages = {name: found for name, text in processing.items() if (found := _STAGE.fullmatch(text))}
    missing = {name: found for name, text in transport.items() if (found := _MISSING.fullmatch(text))}
    return {
        "stages": {
            name: {key: 1e-3 * float(found[key]) for key in ("median", "p95")}
            for name, found in stages.items()
        },
        "missing": {name.removesuffix(" missing"): int(found["lost"]) for name, found in missing.items()},
        **{key: int(processing[name]) for name, key in _COUNTS.items() if name in processing},
    }


def camera_rate_tables(section: Section) -> list[TextTable]:
    """For people: how images were answered, and where the time went."""
    return [_answers(section), _stages(section)]


def _answers(section: Section) -> TextTable:
    rows = [
        (
            name,
            str(part["images"]),
            str(part["answered"]),
            percent(part["poses"]),
            percent(part["within"]),
            str(part["false_confident"]),
            *(milliseconds(part[key]) for key in ("median", "p95", "longest")),
            percent(part["late"]),
        )
        for name, part in section["parts"].items()
    ]
    headers = (
        "images", "published", "answered", "poses", "within 1 cm, 5 deg", "false confident", "ms median",
        "ms p95", "ms longest", "beyond 33 ms",
    )  # fmt: skip
    title = f"{section['objects']} objects, VGA at {section['rate']:g} Hz, image stamp to /object_poses"
    return TextTable(title, headers, tuple(rows))


def _stages(section: Section) -> TextTable:
    stages = section["stages"]
    rows = [
        (name, *(number(stage[key], 2, 1e3) for key in ("median", "p95"))) for name, stage in stages.items()
    ]
    rows += [(f"cores of {name}", number(cores), "") for name, cores in section["cores"].items()]
    rows += [
        (f"missing of the last 300 of {topic}", str(lost), "") for topic, lost in section["missing"].items()
    ]
    rows += [(name, str(section[key]), "") for name, key in _COUNTS.items() if key in section]
    return TextTable("Where the time goes", ("stage", "ms median", "ms p95"), tuple(rows))
