"""Named arrays in one file (NumPy's npz), whole or absent; damage is found when they are read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.files import write_bytes

_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, OSError, NotImplementedError)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays so that nobody ever sees half a file; its folder is made.

    Raises:
        InvalidInputError: the place cannot be written to.
    """
    buffer = io.BytesIO()
    # Each array has a checksum in the file, which is compared when it is read.
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


class ArrayFile:
    """Arrays of one file, each read when it is asked for. Nothing is unpickled."""

    def __init__(self, path: Path, command: str) -> None:
        """Open a file.

        Args:
            path: that `write_arrays` wrote.
            command: that makes the file if it is missing, for the error.

        Raises:
            InvalidDatasetError: the file is missing or damaged.
        """
        self._path, self._command = path, command
        try:
            self._file = np.load(path, allow_pickle=False)
            self.names = frozenset(self._file.files)
        except (*_DAMAGE, AttributeError) as error:
            raise self._failure(error) from error

    def read(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Some arrays by name.

        Raises:
            InvalidDatasetError: one is missing or damaged.
        """
        try:
            return {name: self._file[name] for name in names}
        except _DAMAGE as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _failure(self, error: Exception) -> InvalidDatasetError:
        remedy = f"run `{self._command}` with the same options, which makes it anew"
        if isinstance(error, FileNotFoundError):
            return InvalidDatasetError(f"{self._path}: is missing; {remedy}")
        return InvalidDatasetError(f"{self._path}: is damaged ({error}); delete it and {remedy}")


def read_arrays(path: Path, command: str) -> dict[str, NDArray[Any]]:
    """All arrays of a file; arguments and errors are those of `ArrayFile`."""
    file = ArrayFile(path, command)
    try:
        return file.read(file.names)
    finally:
        file.close()
