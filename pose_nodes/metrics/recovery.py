"""How long a tracker takes to follow an object again that it had lost."""

from __future__ import annotations

CLEARLY_VISIBLE = 0.5
"""Share of the silhouette from which on an object is asked to be found again (our choice)."""
SHORTEST = 0.1
"""Seconds; shorter times without a right pose are no loss (our choice)."""


class RecoveryClock:
    """Watches one object over a recording.

    The time to recover runs from when the object is clearly visible until there is a right pose; while it is
    hidden or away, it does not run.

    Attributes:
        recoveries: seconds, one for each loss that was recovered.
        was_found: whether there was a right pose at all.
    """

    def __init__(self) -> None:
        self.recoveries: list[float] = []
        self.was_found = False
        self._lost_since: float | None = None
        self._clear_since: float | None = None

    def add(self, time: float, visible_fraction: float, is_right: bool) -> None:
        """Look at the next image.

        Args:
            time: seconds.
            visible_fraction: share of the silhouette that is seen, 0 to 1; NaN (unknown) is clearly visible.
            is_right: whether there is a trusted pose within tolerance.
        """
        if visible_fraction < CLEARLY_VISIBLE:
            self._clear_since = None
        elif self._clear_since is None or not self._is_waiting:
            self._clear_since = time
        if not is_right:
            self._lost_since = time if self._lost_since is None else self._lost_since
            return
        if self.was_found and self._lost_since is not None and time - self._lost_since >= SHORTEST:
            self.recoveries.append(0.0 if self._clear_since is None else time - self._clear_since)
        self._lost_since, self.was_found = None, True

    @property
    def is_left_lost(self) -> bool:
        """Whether the object is clearly visible in the last image and not followed."""
        return self._is_waiting and self._clear_since is not None

    @property
    def _is_waiting(self) -> bool:
        return self._lost_since is not None
