"""Brings together messages of several streams with the same stamp."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from rclpy.time import Time

from ._simple_filter import SimpleFilter


class TimeSynchronizer(SimpleFilter):
    """Calls back with one message of each input whose stamps are equal, in the order of the inputs.

    Attributes:
        queues: for each input, the messages that wait, by their stamps in nanoseconds.
    """

    def __init__(self, fs: Sequence[SimpleFilter], queue_size: int) -> None:
        """``queue_size``: messages of each input that may wait; beyond it the oldest are dropped."""
        super().__init__()
        self.queue_size = queue_size
        self.lock = threading.Lock()
        self.connectInput(fs)

    def connectInput(self, fs: Sequence[SimpleFilter]) -> None:
        """Takes messages from each of ``fs``, with empty queues."""
        self.queues: list[dict[int, Any]] = [{} for _ in fs]
        self.input_connections = [
            each.registerCallback(self.add, queue, index)
            for index, (each, queue) in enumerate(zip(fs, self.queues, strict=True))
        ]

    def add(self, msg: Any, my_queue: dict[int, Any], my_queue_index: int | None = None) -> None:
        """Takes one message of one input, and hands on each set that it completes, the oldest first."""
        with self.lock:
            self._enqueue(Time.from_msg(msg.header.stamp).nanoseconds, msg, my_queue)
            for stamp in sorted(set.intersection(*map(set, self.queues))):
                self._hand_on([stamp] * len(self.queues))

    def _enqueue(self, stamp: int, msg: Any, queue: dict[int, Any]) -> None:
        queue[stamp] = msg
        while len(queue) > self.queue_size:
            del queue[min(queue)]

    def _hand_on(self, stamps: Sequence[int]) -> None:
        """Hands on the messages with these stamps, one for each queue, and takes them out."""
        self.signalMessage(*[queue[stamp] for queue, stamp in zip(self.queues, stamps, strict=True)])
        for queue, stamp in zip(self.queues, stamps, strict=True):
            del queue[stamp]
