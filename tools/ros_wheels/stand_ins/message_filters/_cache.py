"""Remembers the last messages."""

from __future__ import annotations

from typing import Any

from rclpy.time import Time

from ._simple_filter import SimpleFilter
from ._stamp import stamp_of


class Cache(SimpleFilter):
    """Keeps the last ``cache_size`` messages, in the order of their arrival, and hands each one on."""

    def __init__(self, f: SimpleFilter, cache_size: int = 1, allow_headerless: bool = False) -> None:
        super().__init__()
        self.cache_size = cache_size
        self.allow_headerless = allow_headerless
        self.cache_msgs: list[Any] = []
        self.cache_times: list[Time] = []
        self.connectInput(f)

    def connectInput(self, f: SimpleFilter) -> None:
        """Takes messages from ``f``."""
        self.incoming_connection = f.registerCallback(self.add)

    def add(self, msg: Any) -> None:
        """Takes one message and hands it on."""
        stamp = stamp_of(msg, self.allow_headerless, "message_filters_cache")
        if stamp is None:
            return
        self.cache_times = [*self.cache_times, stamp][-self.cache_size :]
        self.cache_msgs = [*self.cache_msgs, msg][-self.cache_size :]
        self.signalMessage(msg)

    def getInterval(self, from_stamp: Time, to_stamp: Time) -> list[Any]:
        """The messages with stamps from ``from_stamp`` to ``to_stamp``, both included."""
        return [msg for msg, time in self._pairs() if from_stamp <= time <= to_stamp]

    def getElemAfterTime(self, stamp: Time) -> Any:
        """The first message at or after ``stamp``, or None."""
        return next((msg for msg, time in self._pairs() if time >= stamp), None)

    def getElemBeforeTime(self, stamp: Time) -> Any:
        """The last message at or before ``stamp``, or None."""
        return next((msg for msg, time in reversed(self._pairs()) if time <= stamp), None)

    # The genuine name has this spelling.
    def getLastestTime(self) -> Time | None:
        """Stamp of the message that came last, or None."""
        return self.cache_times[-1] if self.cache_times else None

    def getOldestTime(self) -> Time | None:
        """Stamp of the message that came first, or None."""
        return self.cache_times[0] if self.cache_times else None

    def getLast(self) -> Any:
        """The first message that is not older than the one that came last, or None."""
        latest = self.getLastestTime()
        return None if latest is None else self.getElemAfterTime(latest)

    def _pairs(self) -> list[tuple[Any, Time]]:
        return list(zip(self.cache_msgs, self.cache_times, strict=True))
