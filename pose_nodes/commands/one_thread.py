"""Measurements in a process of their own, whose libraries compute on one thread."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import cv2

ResultT = TypeVar("ResultT")
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def on_one_thread(work: Callable[..., ResultT], *arguments: Any) -> ResultT:
    """What a function of a module returns, called in a new process.

    OpenMP (Open3D), OpenBLAS, MKL, Numba and OpenCV are told to use one thread there.

    Args:
        work: can be pickled, as its arguments and its result.
        arguments: of it.
    """
    context: Any = multiprocessing.get_context("spawn")
    with one_thread_each(), ProcessPoolExecutor(1, mp_context=context, initializer=_start) as process:
        return process.submit(work, *arguments).result()


def _start() -> None:
    cv2.setNumThreads(1)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes that start meanwhile inherit that OpenMP, OpenBLAS, MKL and Numba use one thread."""
    before = {name: os.environ.get(name) for name in _THREAD_LIMITS}
    os.environ.update(dict.fromkeys(_THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in before.items() if value is not None})
        for name in (name for name, value in before.items() if value is None):
            del os.environ[name]
