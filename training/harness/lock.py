"""One run in a folder at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pose_nodes.core.errors import InvalidInputError

LOCK_FILE = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder, which is made if absent, within the `with` block.

    The system takes the lock back when a process ends, whatever ended it; the file stays.

    Raises:
        InvalidInputError: another run is in it, or it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_FILE).open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(
            f"{folder}: cannot be written ({error.strerror}); choose another place"
        ) from error
    with file:
        _lock(file, folder)
        yield


def _lock(file: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InvalidInputError(
            f"{folder}: another run is training in it; wait until that has ended, or choose another folder"
        ) from error
    except (
        OSError
    ):  # file systems of some networks know no locks: better to train without one than not at all
        return
