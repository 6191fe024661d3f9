"""Segmentations on their way to the frames they describe: they may come before their frame, or long after
it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.tracking.history import FrameHistory

_MOST_WAITING = 100
"""Segmentations that wait for a frame; more of them come from another clock (our choice)."""


class LateSegments:
    """Brings segmentations and frames together; may be used from several threads.

    Attributes:
        unmatched: segmentations whose frame was never there, or is no longer.
    """

    def __init__(self, history: FrameHistory) -> None:
        self._history = history
        self._waiting: list[tuple[int, Sequence[Segment]]] = []
        self._lock = threading.Lock()
        self.unmatched = 0

    def add(self, stamp_ns: int, segments: Sequence[Segment]) -> None:
        """Take in the segmentation of the frame of a stamp."""
        with self._lock:
            self._waiting.append((stamp_ns, segments))
            self.unmatched += max(0, len(self._waiting) - _MOST_WAITING)
            self._waiting = self._waiting[-_MOST_WAITING:]

    def take(self) -> list[tuple[Frame, Sequence[Segment]]]:
        """The segmentations whose frames are there, in order of time; those whose frame cannot come are
        dropped."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            newest = self._history.newest_ns
            taken = []
            for stamp_ns, segments in sorted(waiting, key=lambda entry: entry[0]):
                frame = self._history.at(stamp_ns)
                if frame is not None:
                    taken.append((frame, segments))
                elif newest is None or stamp_ns > newest:
                    self._waiting.append((stamp_ns, segments))
                else:
                    self.unmatched += 1
            return taken

    def clear(self) -> None:
        """Forget those that wait."""
        with self._lock:
            self._waiting = []
