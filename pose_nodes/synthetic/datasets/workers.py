"""Work that is done in several processes and comes back in order."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

A = TypeVar("A")
T = TypeVar("T")


def in_order(work: Callable[[A], T], items: Iterable[A], workers: int) -> Iterator[T]:
    """`work` of each item in some processes, in order; no more than two a process are begun ahead.

    Args:
        work: what is done; it and the items are sent to the processes.
        items: what it is done to.
        workers: processes; with one, everything is done in this.
    """
    if workers == 1:
        yield from map(work, items)
        return
    # Not forked: Open3D's threads do not survive that.
    context: Any = multiprocessing.get_context("spawn")
    waiting = iter(items)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running = [pool.submit(work, item) for item in itertools.islice(waiting, 2 * workers)]
        try:
            while running:
                yield running.pop(0).result()
                running += [pool.submit(work, item) for item in itertools.islice(waiting, 1)]
        finally:
            for future in running:
                future.cancel()
