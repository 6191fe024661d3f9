"""The tracker over a recording, as fast as it can: what `track` and `bench` have in common."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pose_nodes.commands.deferred_signals import deferred_signals
from pose_nodes.commands.mask_choice import MaskChoice
from pose_nodes.commands.tables import TextTable, degrees, millimetres, percent
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track
from pose_nodes.metrics.summary import PoseError, percentile
from pose_nodes.metrics.tracking_score import TrackingScore, TrackingSummary
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.files import plain
from pose_nodes.sequences.recording import RecordedFrame, Recording
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.tracker import Tracker


@dataclass(frozen=True, eq=False)
class TrackedFrame:
    """One frame, what the tracker made of it, and how far that is off where the truth is known."""

    recorded: RecordedFrame
    tracks: list[Track]
    errors: dict[str, PoseError]


class TrackingRun:
    """Tracks a recording; iterate over `frames`, then ask for the summary, also after an interruption."""

    def __init__(self, recording: Recording, library: ObjectLibrary, masks: MaskChoice, seed: int) -> None:
        self._recording = recording
        self._library = library
        self._masks = masks
        self._tracker = Tracker(library, TrackerConfig(seed=seed))
        self._score = TrackingScore(library)
        self._seconds: list[float] = []

    def frames(self) -> Iterator[TrackedFrame]:
        """Every frame, tracked. Ctrl-C waits until a frame is; a second one within that does not.

        Raises:
            InvalidDatasetError: an image cannot be read.
        """
        for index in range(len(self._recording)):
            recorded = self._recording[index]
            segments = self._known(self._masks.choose(recorded))
            begun = time.perf_counter()
            with deferred_signals(most=1):
                tracks = self._tracker.update(recorded.frame, segments)
            self._seconds.append(time.perf_counter() - begun)
            yield TrackedFrame(recorded, tracks, self._score.add(tracks, recorded.truths))

    @property
    def seconds(self) -> tuple[float, ...]:
        """What each update took so far."""
        return tuple(self._seconds)

    def summary(self) -> dict[str, Any]:
        """Plain values for JSON: see docs/json.md."""
        seconds = np.array(self._seconds)
        return dict(
            plain(
                {
                    "recording": self._recording.name,
                    "frames": len(self._recording),
                    "tracked_frames": len(seconds),
                    "seconds_per_frame": {"median": percentile(seconds, 50), "p95": percentile(seconds, 95)},
                    "objects": {name: _report(part) for name, part in self._score.summaries().items()},
                }
            )
        )

    def table(self, note: str = "") -> TextTable:
        """The summary for people; `note` is put into its title."""
        rows = [(name, *_cells(part)) for name, part in self._score.summaries().items()]
        headers = (
            "object",
            "frames",
            "with pose",
            *_ERROR_HEADERS,
            "within 5 mm, 5 deg",
            "wrong",
            "starts",
            "lost",
        )
        return TextTable(
            f"Tracking {self._recording.name}{f', {note}' if note else ''}", headers, tuple(rows)
        )

    def _known(self, segments: list[Segment]) -> list[Segment]:
        return [segment for segment in segments if segment.class_name in self._library]


_ERROR_HEADERS = ("mm median", "mm p95", "deg median", "deg p95")


def _report(summary: TrackingSummary) -> dict[str, Any]:
    return {
        **asdict(summary.errors),
        "wrong": summary.wrong,
        "cold_starts": summary.cold_starts,
        "times_lost": summary.times_lost,
    }


def _cells(summary: TrackingSummary) -> tuple[str, ...]:
    errors = summary.errors
    return (
        str(errors.frames),
        str(errors.posed),
        millimetres(errors.translation_median),
        millimetres(errors.translation_p95),
        degrees(errors.rotation_median),
        degrees(errors.rotation_p95),
        percent(errors.within),
        percent(summary.wrong),
        str(summary.cold_starts),
        str(summary.times_lost),
    )
