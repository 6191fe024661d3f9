"""Work in several processes that ends cleanly: on Ctrl-C, on an error, when a process is killed, and with its
parent.

The processes are spawned, as Open3D's threads do not survive a fork, and compute on one thread each. Results
come in the order of the work, however many processes there are. (PyTorch's loader could do this too; this one
needs no PyTorch, notices at once when a process is killed, and starts in half the time.)
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

import cv2

from pose_nodes.core.errors import PoseNodesError

_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_AHEAD = 2
"""Pieces of work a process that are begun before they are asked for (our choice)."""

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class WorkerError(PoseNodesError):
    """A worker process that ended before its work."""


class Stopped(Exception):
    """Work that was given up because nobody waits for it."""


def in_order(
    work: Callable[[ItemT], ResultT], items: Iterable[ItemT], workers: int, ahead: int = _AHEAD
) -> Generator[ResultT, None, None]:
    """`work` of each item, in order. Closing the iterator ends the processes.

    Args:
        work: can be pickled; long work should call `check_stopped` now and then.
        items: without end if need be.
        workers: processes; with 0, all is done in this one, when it is asked for.
        ahead: items a process that are begun before they are asked for.

    Raises:
        WorkerError: a process was killed.
    """
    if workers == 0:
        yield from map(work, items)
        return
    context: Any = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, _begin, (stop, work))
    waiting, running = iter(items), deque[Future[Any]]()
    try:
        _fill(pool, waiting, running, ahead * workers)
        while running:
            result = running.popleft().result()
            _fill(pool, waiting, running, ahead * workers)
            yield result
    except BrokenProcessPool as error:
        raise WorkerError(
            "a worker process ended in the middle of its work: it was killed, or memory ran out with "
            f"{workers} of them; use fewer workers"
        ) from error
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def check_stopped() -> None:
    """Give work up that nobody waits for any more; does nothing in the main process.

    Raises:
        Stopped: nobody waits.
    """
    if _stop is not None and _stop.is_set():
        raise Stopped


def _fill(pool: ProcessPoolExecutor, waiting: Iterator[Any], running: deque[Future[Any]], count: int) -> None:
    # A process starts with the first work that finds no idle one.
    with _as_processes_start():
        for item in waiting:
            running.append(pool.submit(_do, item))
            if len(running) >= count:
                break


@contextmanager
def _as_processes_start() -> Iterator[None]:
    """What a process inherits: one thread for each library, and no Ctrl-C.

    Ctrl-C reaches all processes of a terminal; the parent alone acts on it, and ends the others.
    """
    before = {name: os.environ.get(name) for name in _THREAD_LIMITS}
    os.environ.update(dict.fromkeys(_THREAD_LIMITS, "1"))
    signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_stop: Any = None
_work: Callable[[Any], Any] | None = None


def _begin(stop: Any, work: Callable[[Any], Any]) -> None:
    """What each process does first."""
    global _stop, _work
    _stop, _work = stop, work
    cv2.setNumThreads(1)  # does not ask the environment
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(item: Any) -> Any:
    check_stopped()
    assert _work is not None
    return _work(item)
