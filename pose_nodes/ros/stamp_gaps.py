"""Messages of a steady stream that never came, by the gaps that they leave between the stamps of others.

The transport tells little: what is overwritten in a full queue or finds no room in shared memory is not
always counted by it. A camera's stamps are regular, so that a gap of twice the usual interval is one image.
"""

from __future__ import annotations

import statistics
import threading
from collections import deque

_REMEMBERED = 300
_FEWEST = 20
"""Intervals from which on the usual one is known (our choice)."""
_LONGEST_NS = 2_000_000_000
"""A longer gap is a pause of the camera (our choice)."""


class StampGaps:
    """Counts what is missing among the last messages of a stream. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ns: int | None = None
        self._intervals: deque[int] = deque(maxlen=_REMEMBERED)

    def add(self, stamp_ns: int) -> None:
        """Note the stamp of a message; one that is not newer than the last, or much newer, begins anew."""
        with self._lock:
            last, self._last_ns = self._last_ns, stamp_ns
            if last is not None and 0 < stamp_ns - last < _LONGEST_NS:
                self._intervals.append(stamp_ns - last)

    def missed(self) -> tuple[int, int]:
        """(messages that are missing, messages that came) among the last 300; nothing is missing until the
        usual interval is known."""
        with self._lock:
            intervals = list(self._intervals)
        if len(intervals) < _FEWEST:
            return 0, len(intervals)
        usual = statistics.median(intervals)
        return sum(max(round(interval / usual) - 1, 0) for interval in intervals), len(intervals)
