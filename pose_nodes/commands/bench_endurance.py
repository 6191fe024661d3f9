"""Whether a tracker that runs for long takes more and more of the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.commands.bench_videos import OBJECTS, SECONDS, VideoPlan, rendered
from pose_nodes.commands.known_starts import ANY_DEVIATION
from pose_nodes.commands.one_thread import on_one_thread
from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.core.track import TrackState
from pose_nodes.metrics.summary import percentile
from pose_nodes.ros.process_watch import resident_mb
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.recording import RecordedFrame
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.live import LiveTracker, TrackingResult

VIDEO = VideoPlan("hand-held", (OBJECTS[0],), SECONDS["hand-held"])
WARM_UP = 0.1
"""Share of the time after which memory should grow no more."""
_LOOK_EVERY = 30
"""Frames between two looks at the process."""
_MASK_EVERY = 30
_RESET_EVERY = 300
"""Frames after which all is forgotten, to be found again by a cold start."""
_THREADS, _HANDLES = Path("/proc/self/task"), Path("/proc/self/fd")


@dataclass(frozen=True)
class Load:
    """What the process takes: megabytes resident, threads of the system, and open file handles."""

    resident_mb: float
    threads: int
    handles: int

    @classmethod
    def now(cls) -> Load:
        """As it is; needs /proc."""
        return cls(resident_mb(), len(os.listdir(_THREADS)), len(os.listdir(_HANDLES)))


@dataclass(frozen=True, eq=False)
class Endurance:
    """One long run.

    Attributes:
        seconds: that it took.
        loads: once a second of frames, from the first on.
        frames: submitted.
        processed: of them, those with a result; a newer frame superseded the others.
        tracking: share of the results with a TRACKING pose.
        cold_starts: done.
    """

    seconds: float
    loads: tuple[Load, ...]
    frames: int
    processed: int
    tracking: float
    cold_starts: int

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "seconds": self.seconds,
            "frames": self.frames,
            "processed": self.processed,
            "tracking": self.tracking,
            "cold_starts": self.cold_starts,
            "warm": asdict(self.warm),
            "end": asdict(self.end),
            "memory_growth": self.memory_growth,
        }

    @property
    def warm(self) -> Load:
        """Medians of the second tenth of the run."""
        return _median(self.loads[self._first : max(2 * self._first, self._first + 1)])

    @property
    def end(self) -> Load:
        """Medians of the last tenth of the run."""
        return _median(self.loads[-max(self._first, 1) :])

    @property
    def memory_growth(self) -> float:
        """Of the resident memory, from `warm` to `end`, as a share."""
        return self.end.resident_mb / self.warm.resident_mb - 1.0

    @property
    def _first(self) -> int:
        return int(WARM_UP * len(self.loads))


def _median(loads: Sequence[Load]) -> Load:
    values = np.array([(one.resident_mb, one.threads, one.handles) for one in loads])
    resident, threads, handles = np.median(values, axis=0)
    return Load(float(resident), int(threads), int(handles))


def measure_endurance(seconds: float, out: Path, plan: VideoPlan = VIDEO) -> Endurance:
    """Play a video forth and back to a live tracker at its rate, in a process of its own.

    A mask comes once a second. Every ten seconds all tracks are forgotten, and found again.

    Args:
        seconds: how long.
        out: folder that keeps the rendered video for the next time.
        plan: the video.

    Raises:
        PoseNodesError: the folder cannot be written to.
    """
    rendered(plan, out)
    return on_one_thread(_measure_endurance, seconds, out, plan)


class _Player:
    """Hands a recording to a live tracker, over and over."""

    def __init__(self, scene: BopScene, rate_hz: float) -> None:
        recorded = [scene[index] for index in range(len(scene))]
        self._recorded = [*recorded, *recorded[-2:0:-1]]
        self._period = 1.0 / rate_hz
        self._results = self._tracking = 0
        self.tracker = LiveTracker(scene.library(), TrackerConfig(states=ANY_DEVIATION), self._count)
        self.frames = 0

    @property
    def tracking(self) -> float:
        return self._tracking / max(self._results, 1)

    def play(self, seconds: float) -> list[Load]:
        begun, loads = time.monotonic(), [Load.now()]
        while time.monotonic() - begun < seconds:
            self._submit(self._recorded[self.frames % len(self._recorded)])
            if self.frames % _LOOK_EVERY == 0:
                loads.append(Load.now())
            time.sleep(max(0.0, begun + self.frames * self._period - time.monotonic()))
        return loads

    def _submit(self, recorded: RecordedFrame) -> None:
        if self.frames % _RESET_EVERY == _RESET_EVERY - 1:
            self.tracker.reset([])
        stamp_ns = round(1e9 * (1 + self.frames) * self._period)
        # A camera's frames are new arrays, too.
        frame = replace(recorded.frame, stamp_ns=stamp_ns, depth=recorded.frame.depth.copy())
        self.tracker.submit_frame(frame)
        if self.frames % _MASK_EVERY == 0:
            self.tracker.submit_segments(stamp_ns, recorded.segments)
        self.frames += 1

    def _count(self, result: TrackingResult) -> None:
        self._results += 1
        self._tracking += any(track.state == TrackState.TRACKING for track in result.tracks)


def _measure_endurance(seconds: float, out: Path, plan: VideoPlan) -> Endurance:
    player = _Player(rendered(plan, out), plan.rate_hz)
    begun = time.monotonic()
    loads = player.play(seconds)
    passed, statistics = time.monotonic() - begun, player.tracker.statistics()
    player.tracker.close()
    return Endurance(
        passed,
        tuple(loads),
        player.frames,
        statistics.frames_processed,
        player.tracking,
        statistics.cold_starts,
    )


def endurance_table(measured: Endurance) -> TextTable:
    """For people."""
    warm, end = measured.warm, measured.end
    highest = percentile(np.array([load.resident_mb for load in measured.loads]), 100)
    row = (
        number(measured.seconds, 0),
        f"{measured.processed} of {measured.frames}",
        percent(measured.tracking),
        str(measured.cold_starts),
        f"{warm.resident_mb:.0f} -> {end.resident_mb:.0f}",
        number(highest, 0),
        percent(measured.memory_growth),
        f"{warm.threads} -> {end.threads}",
        f"{warm.handles} -> {end.handles}",
    )
    headers = (
        "seconds", "frames", "tracking", "cold starts", "MB, warm -> end", "MB highest", "growth", "threads",
        "handles",
    )  # fmt: skip
    return TextTable("A live tracker for long, 30 Hz", headers, (row,))
