"""What this process takes of the machine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_STATM = Path("/proc/self/statm")
_MEGABYTE = 1e6


@dataclass(frozen=True)
class ProcessFacts:
    """Resident memory in megabytes (NaN where the system has no /proc), Python threads, and processor time
    per time since the last look (1 is one core)."""

    resident_mb: float
    threads: int
    cores: float


class ProcessWatch:
    """Looks at its own process; to be asked now and then."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        processor_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock, self._processor_clock = clock, processor_clock
        self._last = clock(), processor_clock()

    def facts(self) -> ProcessFacts:
        """As it is now; processor time since the last call."""
        now = self._clock(), self._processor_clock()
        passed, worked = now[0] - self._last[0], now[1] - self._last[1]
        self._last = now
        cores = worked / passed if passed > 0 else 0.0
        return ProcessFacts(resident_mb(), threading.active_count(), cores)


def resident_mb() -> float:
    """Resident memory of this process, megabytes; NaN where the system has no /proc."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
