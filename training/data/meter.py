"""How fast samples come, and how long training waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class LoaderMeter:
    """Counts samples, and the time that was spent waiting for them.

    A share of waiting above a few percent says that more workers, or a cache, would make training faster.
    The clock starts with the first wait; the start of worker processes counts as waiting.

    Attributes:
        samples: that came.
        waited: seconds spent waiting.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Begin anew, for figures of the time from now on."""
        self.samples, self.waited = 0, 0.0
        self._started: float | None = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the time within the `with` block as waiting."""
        begun = self._clock()
        self._started = begun if self._started is None else self._started
        try:
            yield
        finally:
            self.waited += self._clock() - begun

    def count(self, samples: int) -> None:
        """Say that so many samples have come."""
        self.samples += samples

    @property
    def seconds(self) -> float:
        """From the first wait until now."""
        return 0.0 if self._started is None else self._clock() - self._started

    @property
    def samples_per_second(self) -> float:
        """Samples that came, by all the time; NaN before the first."""
        return self._by(self.samples)

    @property
    def waiting_share(self) -> float:
        """Share of the time that was spent waiting, 0 to 1; NaN before the first sample."""
        return self._by(self.waited)

    def _by(self, amount: float) -> float:
        seconds = self.seconds
        return amount / seconds if self.samples and seconds > 0 else float("nan")

    def __str__(self) -> str:
        if not self.samples:
            return "no samples yet"
        return (
            f"{self.samples} samples in {self.seconds:.1f} s: {self.samples_per_second:.1f} a second; "
            f"waited {self.waited:.1f} s for them ({100 * self.waiting_share:.0f} %)"
        )
