"""Whether time goes forward from image to image."""

from __future__ import annotations

from enum import Enum

from pose_nodes.ros.stamps import NANOSECONDS

RESTART_NS = NANOSECONDS
RISING_STAMPS = 8
"""Old stamps in a row, each newer than the one before, that show that time began anew (our choice)."""


class Arrival(Enum):
    """What a stamp is, compared with the newest one before it."""

    NEW = "new"
    STALE = "stale"
    RESTART = "restart"


class StampOrder:
    """Judges the stamps of one stream.

    A stamp that is repeated or a little older than the newest is stale: the image came twice, or out of
    order. One that is more than a second older means that time began anew: a bag in a loop, a simulation that
    was reset. So does a row of old stamps that rise: a bag in a loop that is shorter than a second.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        self._last: int | None = None
        self._rising = 0

    def judge(self, stamp_ns: int) -> Arrival:
        """Compare a stamp with the newest so far, which it becomes unless it is stale."""
        last, self._last = self._last, stamp_ns
        if self._newest is None or stamp_ns > self._newest:
            return self._take(stamp_ns, Arrival.NEW)
        if stamp_ns < self._newest - RESTART_NS:
            return self._take(stamp_ns, Arrival.RESTART)
        self._rising = self._rising + 1 if last is not None and stamp_ns > last else 0
        return self._take(stamp_ns, Arrival.RESTART) if self._rising >= RISING_STAMPS else Arrival.STALE

    def _take(self, stamp_ns: int, arrival: Arrival) -> Arrival:
        self._newest, self._rising = stamp_ns, 0
        return arrival
