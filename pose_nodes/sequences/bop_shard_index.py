"""Samples of a BOP-webdataset shard by their number, in any order.

The headers of the tar file are read once, which skips what lies between them; a sample is then read alone.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.bop_shards import ShardSample
from pose_nodes.sequences.recording import RecordedFrame


class IndexedShard:
    """The samples of one tar file."""

    def __init__(self, path: Path, names: Mapping[int, str] | None = None) -> None:
        """Read the headers.

        Args:
            path: the tar file.
            names: object names by id, see `BopShards`.

        Raises:
            InvalidDatasetError: it is missing or no whole tar file, or holds no samples.
        """
        self._path, self._names = path, names
        self._places: dict[str, dict[str, tuple[int, int]]] = {}
        try:
            with tarfile.open(path, mode="r:") as tar:
                for member in tar:
                    if member.isfile():
                        key, _, kind = Path(member.name).name.partition(".")
                        self._places.setdefault(key, {})[kind] = (member.offset_data, member.size)
            size = path.stat().st_size
        except (OSError, tarfile.TarError, EOFError) as error:
            raise InvalidDatasetError(f"{path}: is not a whole tar file ({error}); fetch it again") from error
        ends = [start + length for members in self._places.values() for start, length in members.values()]
        if not ends:
            raise InvalidDatasetError(f"{path}: holds no samples")
        if max(ends) > size:
            raise InvalidDatasetError(f"{path}: is not a whole tar file (its end is missing); fetch it again")
        self._keys = list(self._places)

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, number: int) -> RecordedFrame:
        """A sample.

        Raises:
            InvalidDatasetError: it is malformed.
        """
        key = self._keys[number]
        with self._path.open("rb") as file:
            members = {kind: _read(file, *place) for kind, place in self._places[key].items()}
        return ShardSample(f"{self._path}: sample {key}", members).frame(number, self._names)


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
