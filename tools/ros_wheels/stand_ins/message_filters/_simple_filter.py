"""What all filters have in common: they call back with messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class SimpleFilter:
    """Hands messages to the callbacks that were registered, in the order of their registration."""

    def __init__(self) -> None:
        self.callbacks: dict[int, tuple[Callable[..., object], tuple[Any, ...]]] = {}

    def registerCallback(self, cb: Callable[..., object], *args: Any) -> int:
        """Has ``cb`` called with each output, followed by ``args``; returns the number of the connection."""
        connection = len(self.callbacks)
        self.callbacks[connection] = (cb, args)
        return connection

    def signalMessage(self, *msg: Any) -> None:
        """Calls back with one output."""
        for callback, arguments in self.callbacks.values():
            callback(*msg, *arguments)
