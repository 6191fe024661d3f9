"""Files and folders that are whole or absent: written beside their place and moved there."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidInputError


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it; its folder is made.

    Raises:
        InvalidInputError: the place cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_beside_and_move(path, data)
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be written ({error.strerror}); choose another place"
        ) from error


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 text."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """`write_text` of JSON with one-space indentation; NaN must have been made null (see `plain`)."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder to write into, which becomes `folder` at the end, unless there was an error.

    What an earlier, interrupted writer left in the hidden folder is removed.

    Raises:
        InvalidInputError: the place cannot be written to.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        partial.rename(folder)
    except OSError as error:
        raise InvalidInputError(
            f"{folder}: cannot be written ({error.strerror}); choose another place"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def plain(value: Any) -> Any:
    """Arrays to lists, NumPy numbers to numbers, and NaN or infinity (which JSON has not) to None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def digest(paths: Iterable[Path]) -> str | None:
    """SHA-256 of what files hold, one after the other, and of their names; None of no files.

    Raises:
        InvalidInputError: a file cannot be read.
    """
    found, path = None, None
    try:
        for path in paths:
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            found = hashlib.sha256(f"{found} {path.name} {inner}".encode()).hexdigest()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror})") from error
    return found


def remove_partials(folder: Path) -> None:
    """Remove what writers left in a folder and those in it that were killed in the midst of `write_bytes`.

    Files of processes that still run stay.
    """
    for partial in folder.rglob(".*.partial"):
        process = partial.name.split(".")[-2]
        if partial.is_file() and process.isdecimal() and not Path(f"/proc/{process}").exists():
            partial.unlink(missing_ok=True)


def _write_beside_and_move(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
