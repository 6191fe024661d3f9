"""How much time there is between the frames of a live camera, and what may be done with it.

Following takes about as long in each frame; a search around where a track was not found takes several times
as long as that. On a processor that is too slow for both, searching in every frame makes the next frame late,
objects move farther until it is looked at, more of them are not found, and so on. So searches are paid for
with time that following has left, and where it leaves none, there is one now and then.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median

_REMEMBERED = 15
_FEWEST = 8
"""Frames before which nothing is known of the camera's rate (our choice)."""
_USED = 0.8
"""Share of the time between frames that may be used: others need the processor, too (our choice)."""
_LARGEST_DEBT = 3.0
"""In times between frames: what a long one took must not forbid searches for ever (our choice)."""
_LONGEST_WITHOUT = 10
"""Frames after which a search is allowed however late it is: a track that is not looked for is lost (our
choice)."""


class Pace:
    """Counts the time that frames take against the time between them."""

    def __init__(self) -> None:
        self._came: deque[float] = deque(maxlen=_REMEMBERED)
        self._took: deque[float] = deque(maxlen=_REMEMBERED)
        self._debt = 0.0
        self._without = 0

    def frame_came(self, seconds: float) -> None:
        """A frame was submitted at a time of a monotonic clock."""
        self._came.append(seconds)

    def frame_took(self, seconds: float) -> None:
        """A frame took so long; what is more than there is time for is owed by the next ones."""
        self._took.append(seconds)
        period = self._period()
        if period is not None:
            self._debt = min(max(0.0, self._debt + seconds - _USED * period), _LARGEST_DEBT * period)

    def may_search(self) -> bool:
        """Whether there is time for searches in the frame that comes next; asked once a frame."""
        self._without = 0 if self._debt == 0.0 or self._without >= _LONGEST_WITHOUT else self._without + 1
        return self._without == 0

    @property
    def is_too_slow(self) -> bool:
        """Whether frames come faster than they are followed: those that wait only make the others late."""
        period = self._period()
        return period is not None and len(self._took) >= _FEWEST and median(self._took) > period

    def _period(self) -> float | None:
        """Seconds between frames, as usual lately; None before that is known."""
        if len(self._came) < _FEWEST:
            return None
        return median(later - earlier for earlier, later in pairwise(self._came))
