"""What describing an object gave, kept on disk by what went into it, so that it is done once in its life.

The name of a file is a hash of the descriptor (its weights and options), of all of the object that it looks
at, and of a number that is raised when the code describes otherwise, so that nothing that is kept is ever out
of date. What cannot be read is made anew; where nothing
can be written nothing is kept, and a warning says so.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.paths import expanded

Arrays = Mapping[str, NDArray[np.generic]]
OFF = "off"
REVISION = 2
"""To be raised with every change of code by which the same weights and options describe otherwise."""
_DAMAGE = (
    OSError, ValueError, TypeError, EOFError, KeyError, MemoryError, RuntimeError, SyntaxError, struct.error,
    zlib.error, zipfile.BadZipFile, tokenize.TokenError,
)  # fmt: skip
"""What reading an archive raises of which single bytes have changed."""


@dataclass(frozen=True)
class FeatureCache:
    """A folder of arrays.

    Attributes:
        folder: made when something is kept; None: nothing is.
    """

    folder: Path | None = None

    @classmethod
    def named(cls, folder: str) -> FeatureCache:
        """The cache of an option: a folder, "" for the user's own, or OFF."""
        if folder == OFF:
            return cls()
        return cls(expanded(folder, "cache") if folder else users_folder())

    def remembered(
        self, content: Iterable[str | NDArray[np.generic]], make: Callable[[], Arrays]
    ) -> dict[str, NDArray[np.generic]]:
        """What was made of the same content before, or is made now.

        Args:
            content: all that it depends on.
            make: makes it.
        """
        if self.folder is None:
            return dict(make())
        path = self.folder / f"{content_hash([f'revision {REVISION}', *content])}.npz"
        kept = _read(path)
        if kept is None:
            kept = dict(make())
            _keep(path, kept)
        return kept


def users_folder() -> Path:
    """Where programs keep what they can make again (XDG base directories)."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".cache") / "pose_nodes" / "features"


def content_hash(content: Iterable[str | NDArray[np.generic]]) -> str:
    """One name for texts and arrays, of which each counts with its kind and size."""
    digest = hashlib.sha256()
    for part in content:
        data = part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes()
        kind = "text" if isinstance(part, str) else f"{part.dtype.str}{part.shape}"
        digest.update(f"{kind} {len(data)} ".encode() + data)
    return digest.hexdigest()[:32]


def _read(path: Path) -> dict[str, NDArray[np.generic]] | None:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:  # NumPy reads an array that has become shorter without a word
                return None
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except _DAMAGE:  # or not there
        return None


def _keep(path: Path, arrays: Arrays) -> None:
    """Write a file that is whole whenever it is there, also where several processes write it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="part-") as folder:
            part = Path(folder) / path.name
            np.savez(part, **arrays)  # type: ignore[arg-type]
            os.replace(part, path)
    except OSError as error:
        logging.getLogger(__name__).warning(
            "features of objects are not kept: '%s' cannot be written (%s); set the option 'cache' to "
            "another folder, or to 'off'",
            path.parent,
            error.strerror or error,
        )
