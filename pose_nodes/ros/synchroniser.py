"""Brings together the messages of several streams that belong to one moment.

The pairing is that of message_filters' approximate-time synchroniser; what is added are counts of what was
left over, how far apart the streams are, and that the queues survive a clock that goes back.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from message_filters import ApproximateTimeSynchronizer, SimpleFilter

from pose_nodes.ros.meters import RateMeter
from pose_nodes.ros.stamp_order import Arrival, StampOrder
from pose_nodes.ros.stamps import to_nanoseconds

_REMEMBERED_STAMPS = 10
_REMEMBERED_OFFSETS = 60


@dataclass(frozen=True)
class SyncStatistics:
    """What became of the messages since the start.

    Attributes:
        received: messages by stream.
        sets: complete sets that were handed on.
        completeness: sets of the last seconds per message of the slowest stream; None when one is silent.
        unmatched: messages by stream that are in no set and no longer wait for one.
        offset_s: median time between a message and the nearest one of the stream that is farthest from it,
            over the last messages, seconds; None before every stream has sent something.
    """

    received: Mapping[str, int]
    sets: int
    unmatched: Mapping[str, int]
    completeness: float | None
    offset_s: float | None


class Synchroniser:
    """Calls back with one message of each stream whenever all their stamps lie within the slop."""

    def __init__(
        self, streams: Sequence[str], slop_s: float, queue_size: int, on_set: Callable[..., None]
    ) -> None:
        """`on_set` gets the messages in the order of `streams`; if it raises, the filter stays locked."""
        self._names = tuple(streams)
        self._on_set = on_set
        self._inputs = {name: SimpleFilter() for name in self._names}
        self._filter = ApproximateTimeSynchronizer(list(self._inputs.values()), queue_size, slop_s)
        self._filter.registerCallback(self._complete)
        self._orders = {name: StampOrder() for name in self._names}
        self._stamps = {name: deque[int](maxlen=_REMEMBERED_STAMPS) for name in self._names}
        self._offsets: deque[float] = deque(maxlen=_REMEMBERED_OFFSETS)
        self._received = {name: RateMeter() for name in self._names}
        self._sets = RateMeter()

    def add(self, stream: str, message: Any) -> None:
        """Take a message with a header; a stream whose clock went back begins with an empty queue."""
        stamp_ns = to_nanoseconds(message.header.stamp)
        self._received[stream].tick()
        if self._orders[stream].judge(stamp_ns) is Arrival.RESTART:
            self._forget(stream)
        self._stamps[stream].append(stamp_ns)
        self._measure_offset(stream)
        self._inputs[stream].signalMessage(message)

    def statistics(self) -> SyncStatistics:
        """What became of the messages so far."""
        received = {name: meter.count for name, meter in self._received.items()}
        waiting = {name: len(queue) for name, queue in zip(self._names, self._filter.queues, strict=True)}
        unmatched = {name: received[name] - self._sets.count - waiting[name] for name in self._names}
        offset = statistics.median(self._offsets) if self._offsets else None
        return SyncStatistics(received, self._sets.count, unmatched, self._completeness(), offset)

    def _completeness(self) -> float | None:
        slowest = min(meter.recent() for meter in self._received.values())
        return min(self._sets.recent() / slowest, 1.0) if slowest else None

    def _complete(self, *messages: Any) -> None:
        self._sets.tick()
        self._on_set(*messages)

    def _forget(self, stream: str) -> None:
        """The filter drops the oldest stamps: the old lap's would push out the new lap's."""
        self._filter.queues[self._names.index(stream)].clear()
        self._stamps[stream].clear()

    def _measure_offset(self, stream: str) -> None:
        """Of the stream's last but one message: the counterparts of the last may be still on their way."""
        if len(self._stamps[stream]) > 1 and all(self._stamps.values()):
            stamp = self._stamps[stream][-2]
            nearest = (min(abs(other - stamp) for other in stamps) for stamps in self._stamps.values())
            self._offsets.append(max(nearest) * 1e-9)
