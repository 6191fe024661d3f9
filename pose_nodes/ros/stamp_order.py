"""Whether time goes forward from image to image."""

from __future__ import annotations

from enum import Enum

from pose_nodes.ros.stamps import NANOSECONDS

RESTART_NS = NANOSECONDS


class Arrival(Enum):
    """What a stamp is, compared with the newest one before it."""

    NEW = "new"
    STALE = "stale"
    RESTART = "restart"


class StampOrder:
    """Judges the stamps of one stream.

    A stamp that is repeated or a little older than the newest is stale: the image came twice, or out of
        order. One that is more than a second older means that time began anew: a bag in a loop, a simulation
        that was reset.
    """

    def __init__(self) -> None:
        self._newest: int | None = None

    def judge(self, stamp_ns: int) -> Arrival:
        """Compare a stamp with the newest so far, which it becomes unless it is stale."""
        if self._newest is not None and self._newest - RESTART_NS <= stamp_ns <= self._newest:
            return Arrival.STALE
        restarted = self._newest is not None and stamp_ns < self._newest
        self._newest = stamp_ns
        return Arrival.RESTART if restarted else Arrival.NEW
