"""What DDS and the nodes cost: images lost on their way, and the time from an image's stamp to its poses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.commands.bench_data import BenchRecording
from pose_nodes.commands.playing import Play, playing
from pose_nodes.commands.tables import TextTable, milliseconds, percent
from pose_nodes.core.track import TrackState
from pose_nodes.metrics.summary import percentile

RATE_HZ = 30.0
Section = dict[str, Any]


def measure_transport(recording: BenchRecording, seconds: float, out: Path) -> Section:
    """Play images to one listener in another process and count what arrives.

    Raises:
        PoseNodesError: ROS is missing, or a node failed.
    """
    play = Play(recording.scene, RATE_HZ, round(seconds * RATE_HZ), None, hear_images=True)
    with playing(play, out, "bench") as player:
        heard = player.listen()
    # The player may have been stopped in the middle of one that follows.
    played = set(list(heard.truths)[: play.images])
    lost = {topic: len(played - stamps) for topic, stamps in sorted(heard.images.items())}
    return {"rate": RATE_HZ, "seconds": seconds, "images": len(played), "lost": lost}


def transport_table(section: Section) -> TextTable:
    """The section for people."""
    rows = [(topic, str(section["images"]), str(lost)) for topic, lost in section["lost"].items()]
    title = f"Transport between processes, VGA at {section['rate']:g} Hz for {section['seconds']:g} s"
    return TextTable(title, ("topic", "published", "lost"), tuple(rows))


def measure_latency(recording: BenchRecording, seconds: float, out: Path) -> Section:
    """Play images to the tracker and listen, in a third process, to its poses.

    Raises:
        PoseNodesError: ROS is missing, or a node failed.
    """
    play = Play(recording.scene, RATE_HZ, round(seconds * RATE_HZ), recording.objects_file)
    with playing(play, out, "bench") as player:
        heard = player.listen()
    played = list(heard.truths)[: play.images]
    latencies = np.array([heard.latencies[stamp] for stamp in played if stamp in heard.latencies])
    posed = [any(track.state == TrackState.TRACKING for track in frame.tracks) for frame in heard.frames]
    return {
        "recording": recording.name,
        "rate": RATE_HZ,
        "seconds": seconds,
        "images": len(played),
        "processed": len(latencies),
        "posed": float(np.mean(posed)) if posed else 0.0,
        "median": percentile(latencies, 50),
        "p95": percentile(latencies, 95),
        "longest": float(latencies.max(initial=0.0)),
    }


def latency_table(sections: Iterable[Section]) -> TextTable:
    """The sections for people, one recording a row."""
    rows = [
        (
            section["recording"],
            str(section["images"]),
            str(section["processed"]),
            percent(section["posed"]),
            *(milliseconds(section[key]) for key in ("median", "p95", "longest")),
        )
        for section in sections
    ]
    headers = ("recording", "images", "processed", "with pose", "ms median", "ms p95", "ms longest")
    return TextTable(
        f"Image stamp to /object_poses between processes, VGA at {RATE_HZ:g} Hz", headers, tuple(rows)
    )
