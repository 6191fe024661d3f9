"""How often things happen and how long they take, over the last few seconds. Thread-safe."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Clock = Callable[[], float]


class RateMeter:
    """Counts events per second over a sliding window."""

    def __init__(self, window_s: float = 5.0, clock: Clock = time.monotonic) -> None:
        self._window_s = window_s
        self._clock = clock
        self._lock = threading.Lock()
        self._times: deque[float] = deque()
        self._count = 0

    def tick(self) -> None:
        """Note one event."""
        with self._lock:
            self._count += 1
            self._times.append(self._clock())
            self._trim()

    @property
    def count(self) -> int:
        """Events since the start."""
        return self._count

    def recent(self) -> int:
        """Events within the window."""
        with self._lock:
            self._trim()
            return len(self._times)

    def rate(self) -> float:
        """Events per second over the window; silence since the last event lowers it."""
        with self._lock:
            self._trim()
            if len(self._times) < 2:
                return 0.0
            intervals = len(self._times) - 1
            mean_interval = (self._times[-1] - self._times[0]) / intervals
            silence = self._clock() - self._times[-1]
            span = self._times[-1] - self._times[0] + max(silence - mean_interval, 0.0)
        return intervals / span if span > 0 else 0.0

    def silence_s(self) -> float:
        """Seconds since the last event; infinite if there was none within the window."""
        with self._lock:
            self._trim()
            return self._clock() - self._times[-1] if self._times else float("inf")

    def _trim(self) -> None:
        oldest = self._clock() - self._window_s
        while self._times and self._times[0] < oldest:
            self._times.popleft()


@dataclass(frozen=True)
class Percentiles:
    """Median and 95th percentile in seconds; NaN without a value."""

    p50: float
    p95: float


class DurationMeter:
    """Percentiles of the last durations."""

    def __init__(self, length: int = 200) -> None:
        self._lock = threading.Lock()
        self._seconds: deque[float] = deque(maxlen=length)

    def add(self, seconds: float) -> None:
        """Note one duration."""
        with self._lock:
            self._seconds.append(seconds)

    def percentiles(self) -> Percentiles:
        """Of the durations noted last."""
        with self._lock:
            values = list(self._seconds)
        if not values:
            return Percentiles(float("nan"), float("nan"))
        p50, p95 = np.percentile(values, [50, 95])
        return Percentiles(float(p50), float(p95))
