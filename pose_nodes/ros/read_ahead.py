"""Reads items in a thread of its own, a few ahead of who takes them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

from pose_nodes.core.errors import PoseNodesError

ItemT = TypeVar("ItemT")
_POLL_S = 0.1


class ReadAhead(Generic[ItemT]):
    """Items made ahead of time; an error of the source is raised when its turn comes."""

    def __init__(self, source: Iterator[ItemT], depth: int) -> None:
        self._source = source
        self._items: queue.Queue[ItemT | Exception | None] = queue.Queue(depth)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read ahead", daemon=True)
        self._thread.start()

    def take(self) -> ItemT | None:
        """The next item, waiting for it if need be; None at the end.

        Raises:
            Exception: what the source raised instead of the item.
        """
        item = self._items.get()
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._source:
                if not self._put(item):
                    return
        except PoseNodesError as error:
            self._put(error)
        except Exception as error:  # nobody foresaw it, but whoever takes must not wait for ever
            self._put(error)
            raise
        self._put(None)

    def _put(self, item: ItemT | Exception | None) -> bool:
        while not self._closed.is_set():
            try:
                self._items.put(item, timeout=_POLL_S)
                return True
            except queue.Full:
                continue
        return False
