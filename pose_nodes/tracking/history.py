"""The frames of the last seconds, for segments that come late and for what was found in them."""

from __future__ import annotations

import bisect
import threading
from dataclasses import replace

from pose_nodes.core.frame import Frame
from pose_nodes.tracking.config import HistoryConfig

_NANOSECONDS = 1_000_000_000
_COLORED = 2
"""Frames before the newest that keep their colour: what was found in an older one is followed by depth, and
made surer by colour in the last steps to the present (our choice)."""


class FrameHistory:
    """Keeps frames by stamp, the older ones without their colour; may be used from several threads."""

    def __init__(self, config: HistoryConfig) -> None:
        self._most = config.frames
        self._span_ns = round(config.seconds * _NANOSECONDS)
        self._tolerance_ns = round(config.stamp_tolerance * _NANOSECONDS)
        self._frames: list[Frame] = []
        self._lock = threading.Lock()

    def add(self, frame: Frame) -> None:
        """Keep a frame that is newer than all others, and drop those that are too old."""
        with self._lock:
            oldest = frame.stamp_ns - self._span_ns
            kept = [known for known in self._frames if known.stamp_ns >= oldest]
            if len(kept) >= self._most:
                # Every other frame of the older half goes: what a slow cold start found can still be followed
                # to the present, in larger steps.
                del kept[1 : max(2, len(kept) // 2) : 2]
            self._frames = [*map(_without_color, kept[:-_COLORED]), *kept[-_COLORED:], frame]

    def at(self, stamp_ns: int) -> Frame | None:
        """The frame of a stamp, or None."""
        with self._lock:
            nearest = min(self._frames, key=lambda frame: abs(frame.stamp_ns - stamp_ns), default=None)
        near = nearest is not None and abs(nearest.stamp_ns - stamp_ns) <= self._tolerance_ns
        return nearest if near else None

    def between(self, after_ns: int, until_ns: int) -> list[Frame]:
        """The frames after one stamp, up to and with another, in order of time."""
        with self._lock:
            stamps = [frame.stamp_ns for frame in self._frames]
            return self._frames[bisect.bisect_right(stamps, after_ns) : bisect.bisect_right(stamps, until_ns)]

    @property
    def newest_ns(self) -> int | None:
        """The stamp of the newest frame; None while there is none."""
        with self._lock:
            return self._frames[-1].stamp_ns if self._frames else None

    def clear(self) -> None:
        """Forget all frames."""
        with self._lock:
            self._frames = []


def _without_color(frame: Frame) -> Frame:
    return frame if frame.color is None else replace(frame, color=None)
