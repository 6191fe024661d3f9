"""Brings together messages of several streams with nearly the same stamp."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from rclpy.duration import Duration

from ._simple_filter import SimpleFilter
from ._stamp import stamp_of
from ._time_synchronizer import TimeSynchronizer


class ApproximateTimeSynchronizer(TimeSynchronizer):
    """As TimeSynchronizer, where the stamps of a set lie within less than ``slop`` seconds."""

    def __init__(
        self, fs: Sequence[SimpleFilter], queue_size: int, slop: float, allow_headerless: bool = False
    ) -> None:
        super().__init__(fs, queue_size)
        self.slop = Duration(seconds=slop)
        self.allow_headerless = allow_headerless

    def add(self, msg: Any, my_queue: dict[int, Any], my_queue_index: int | None = None) -> None:
        """Takes one message of one input, and hands on the set that it completes with its nearest, if any."""
        time = stamp_of(msg, self.allow_headerless, "message_filters_approx")
        if time is None:
            return
        with self.lock:
            self._enqueue(time.nanoseconds, msg, my_queue)
            if time.nanoseconds not in my_queue:
                return  # older than all that waits in a full queue
            found = self._matching(time.nanoseconds, my_queue)
            if found is not None:
                self._hand_on(found)

    def _matching(self, stamp: int, my_queue: dict[int, Any]) -> Sequence[int] | None:
        """Stamps of the first set with ``stamp``, trying the nearest to it first; None if there is none."""
        slop = self.slop.nanoseconds
        candidates = [[stamp] if queue is my_queue else _near(queue, stamp, slop) for queue in self.queues]
        sets = itertools.product(*candidates)
        return next((stamps for stamps in sets if max(stamps) - min(stamps) < slop), None)


def _near(queue: dict[int, Any], stamp: int, slop: int) -> list[int]:
    """The stamps of ``queue`` within ``slop`` of ``stamp``, the nearest first; nanoseconds."""
    near = (other for other in queue if abs(other - stamp) <= slop)
    return sorted(near, key=lambda other: abs(other - stamp))
