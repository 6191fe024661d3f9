"""Ctrl-C and SIGTERM that wait until something is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred_signals(most: int | None = None) -> Iterator[None]:
    """Within the block signals are heard, and do what they do at its end.

    A signal may come between any two steps, as after a process was started and before its id is kept: nobody
    would end that process. Outside of the main thread, to which signals go, nothing is changed.

    Args:
        most: how many signals wait; the next one does at once what it does. None: all of them wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)
        if most is not None and len(heard) > most:
            heard.clear()
            restore()
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, hear) for number in _SIGNALS}
    try:
        yield
    finally:
        restore()
        for first in heard[:1]:
            signal.raise_signal(first)
