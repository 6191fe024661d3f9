"""An interruption that compiled code turned into another error, told as the interruption that it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block, a SystemError that a KeyboardInterrupt caused is a KeyboardInterrupt again.

    Ctrl-C raises between any two steps of Python, also of those that compiled code runs, as Numba's does when
    it looks a function up. Its call then "returned a result with an exception set": a SystemError that the
    interruption caused.

    Raises:
        KeyboardInterrupt: it was raised within the block, or caused a SystemError that was.
    """
    try:
        yield
    except SystemError as error:
        if not _is_interruption(error):
            raise
        raise KeyboardInterrupt from error


def _is_interruption(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None
