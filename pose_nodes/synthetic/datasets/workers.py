"""Work that is done in several processes and comes back in order."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import FrameType, TracebackType
from typing import Any, TypeVar

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.interruption import interruptible

A = TypeVar("A")
T = TypeVar("T")


class Workers:
    """Some processes, begun when there is something to do; use it as a context manager."""

    def __init__(self, count: int, one_is_here: bool = True) -> None:
        """Begin none yet.

        Args:
            count: of processes.
            one_is_here: with a count of one, everything is done in this process.
        """
        self._count = count
        self._is_here = count == 1 and one_is_here
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def in_order(self, work: Callable[[A], T], items: Iterable[A]) -> Iterator[T]:
        """`work` of each item, in order; no more than two a process are begun ahead.

        Args:
            work: what is done; it and the items are sent to the processes.
            items: what it is done to.

        Raises:
            InvalidInputError: a process was ended from outside.
        """
        if self._is_here:
            yield from map(work, items)
            return
        waiting, task = iter(items), partial(_interruptible, work)
        running = [self._submit(task, item) for item in itertools.islice(waiting, 2 * self._count)]
        try:
            while running:
                yield running.pop(0).result()
                running += [self._submit(task, item) for item in itertools.islice(waiting, 1)]
        except BrokenProcessPool as error:
            raise InvalidInputError(
                "a worker process was ended from outside, as for lack of memory; what is whole stays, and "
                "the same command with fewer workers goes on from there"
            ) from error
        finally:
            for future in running:
                future.cancel()

    def _submit(self, task: Callable[[A], T], item: A) -> Future[T]:
        # This may start a process, which inherits what is blocked: hearing Ctrl-C while Python itself starts,
        # it would end with a traceback.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._processes().submit(task, item)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: Open3D's threads do not survive that.
            context: Any = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context, initializer=_leave_on_interrupt)
        return self._pool


def _interruptible(work: Callable[[A], T], item: A) -> T:
    """Work that Ctrl-C, which all processes of a terminal hear, ends with an exception, so that it tidies."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interruptible():
            return work(item)
    finally:
        _leave_on_interrupt()


def _leave_on_interrupt() -> None:
    """A process that waits for work leaves at Ctrl-C without a word."""
    signal.signal(signal.SIGINT, _leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(130)
