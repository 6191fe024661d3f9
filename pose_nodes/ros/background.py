"""Work that may lag behind: a thread that always takes the newest item and skips what it had no time for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class NewestFirst(Generic[ItemT]):
    """Calls `work` in a thread of its own with the newest item that was offered.

    Attributes:
        failure: what `work` raised, which ended the thread; None while it works.
    """

    def __init__(self, work: Callable[[ItemT], None], name: str) -> None:
        self._work = work
        self._changed = threading.Condition()
        self.failure: Exception | None = None
        self._item: ItemT | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, item: ItemT) -> None:
        """Hand over an item; one that still waits is replaced."""
        with self._changed:
            self._item = item
            self._changed.notify()

    def close(self) -> None:
        """Finish the item at work, drop the one that waits, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                self._work(item)
        except Exception as error:  # told to whoever looks, and logged with its traceback by threading
            self.failure = error
            raise

    def _next(self) -> ItemT | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._item is not None)
            item, self._item = self._item, None
            return None if self._closed else item
