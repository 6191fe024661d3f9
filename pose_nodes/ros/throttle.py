"""Lets something happen only so often."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Opens at most at a given rate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = float("-inf")

    def opens(self, rate: float) -> bool:
        """Whether a period of 1 / rate seconds has passed since this was last true; at most 10 % early."""
        now = self._clock()
        if now - self._last < 0.9 / rate:
            return False
        self._last = now
        return True
