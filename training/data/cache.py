"""Samples of a source, made once and read often.

    cache.json          what the samples are of, and how many
    <first>-<end>.npz   shards of a few samples; a field of sample i is "i/field"

A shard is an uncompressed zip file of NumPy arrays, of which one sample is read alone; checksums in it tell
when it is damaged.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.files import write_json
from training.data.array_files import ArrayFile, write_arrays
from training.data.samples import from_arrays, to_arrays
from training.data.sources import SOURCES, ConfiguredSource
from training.data.workers import check_stopped, in_order

CACHE_FILE = "cache.json"
FORMAT = 1
SHARD = 32
"""Samples of a shard: some seconds' work, which is what an interruption loses (our choice)."""
_COMMAND = "python -m training cache"
_OPEN = 64
"""Shards that are kept open."""


def write_cache(source: ConfiguredSource, count: int, folder: Path, workers: int) -> Iterator[int]:
    """Write the first `count` samples of a source, but for those that are there.

    Args:
        source: of the samples; can be pickled.
        count: how many; may be more than in an earlier run.
        folder: where; made if absent.
        workers: processes; with 0, everything is done in this.

    Yields:
        How many samples are written, those of earlier runs with them; at first, before any is made.

    Raises:
        InvalidConfigError: the folder holds samples of other options; the message names one that differs.
        InvalidInputError: the folder cannot be written to.
        WorkerError: a process was killed.
    """
    about = _claim(source, folder)
    count = max(count, about["count"])
    missing = [span for span in _spans(count) if not shard_file(folder, span).is_file()]
    done = count - sum(end - start for start, end in missing)
    yield done
    for start, end in in_order(_ShardWriter(source, folder), missing, workers):
        done += end - start
        yield done
    write_json(folder / CACHE_FILE, {**about, "count": count})
    # The last shard of an earlier run had fewer samples, which are in another now.
    for outgrown in {*folder.glob("*.npz")} - {shard_file(folder, span) for span in _spans(count)}:
        outgrown.unlink()


class CachedSource:
    """The samples of a cache, bit by bit those of the source.

    Attributes:
        name, sample_class: those of the source.
        length: number of samples.
        about: options of the source, by dotted name.
    """

    def __init__(self, folder: str | Path, source: ConfiguredSource | None = None) -> None:
        """Open a cache.

        Args:
            folder: that `write_cache` wrote.
            source: that its samples must be of; any if None.

        Raises:
            InvalidDatasetError: the folder has no finished cache, or one of another version.
            InvalidConfigError: its samples are of other options than those of the source.
        """
        self._folder = Path(folder)
        read = _read_about(self._folder)
        if source is not None:
            _check_same(_about(source), read, self._folder)
        self.name, self.length, self.about = str(read["source"]), int(read["count"]), dict(read["options"])
        self.sample_class: type[Any] = SOURCES[self.name].sample
        self._shards: OrderedDict[int, ArrayFile] = OrderedDict()
        if self.length == 0:
            raise InvalidDatasetError(
                f"{self._folder}: the cache is not finished; run `python -m training cache` with the same "
                "options, which goes on where it ended"
            )

    def __reduce__(self) -> tuple[type[CachedSource], tuple[Path]]:
        return CachedSource, (self._folder,)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Any:
        """The sample of an index.

        Raises:
            IndexError: there is none of that index.
            InvalidDatasetError: its shard is damaged.
        """
        if not 0 <= index < self.length:
            raise IndexError(f"cache {self._folder}: has the samples 0 to {self.length - 1}, not {index}")
        shard, prefix = self._shard(index // SHARD), f"{index}/"
        names = [name for name in shard.names if name.startswith(prefix)]
        arrays = {name.removeprefix(prefix): array for name, array in shard.read(names).items()}
        return from_arrays(self.sample_class, arrays, f"{self._folder}, sample {index}")

    def _shard(self, number: int) -> ArrayFile:
        if number not in self._shards:
            span = number * SHARD, min((number + 1) * SHARD, self.length)
            self._shards[number] = ArrayFile(shard_file(self._folder, span), _COMMAND)
            if len(self._shards) > _OPEN:
                self._shards.popitem(last=False)[1].close()
        self._shards.move_to_end(number)
        return self._shards[number]


def shard_file(folder: Path, span: tuple[int, int]) -> Path:
    """Where the samples from one to before another are."""
    return folder / f"{span[0]:08d}-{span[1]:08d}.npz"


def _spans(count: int) -> list[tuple[int, int]]:
    return [(start, min(start + SHARD, count)) for start in range(0, count, SHARD)]


class _ShardWriter:
    """Makes one shard; what the workers run."""

    def __init__(self, source: ConfiguredSource, folder: Path) -> None:
        self._source, self._folder = source, folder

    def __call__(self, span: tuple[int, int]) -> tuple[int, int]:
        arrays = {}
        for index in range(*span):
            check_stopped()
            fields = to_arrays(self._source[index])
            arrays.update({f"{index}/{name}": array for name, array in fields.items()})
        write_arrays(shard_file(self._folder, span), arrays)
        return span


def _about(source: ConfiguredSource) -> dict[str, Any]:
    """What decides of the samples of a source."""
    options = {**to_mapping(source.options), **source.origin()}
    return {"format": FORMAT, "source": source.name, "options": json.loads(json.dumps(options))}


def _claim(source: ConfiguredSource, folder: Path) -> dict[str, Any]:
    """Note what the samples are of, or see that the folder has such samples; with how many are finished."""
    about = {**_about(source), "count": 0}
    if not (folder / CACHE_FILE).is_file():
        write_json(folder / CACHE_FILE, about)
        return about
    before = _read_about(folder)
    _check_same(about, before, folder)
    return before


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / CACHE_FILE
    if not path.is_file():
        raise InvalidDatasetError(f"{path}: is missing; make a cache with `python -m training cache`")
    about = read_json(path)
    if not isinstance(about, dict) or about.get("format") != FORMAT or about.get("source") not in SOURCES:
        raise InvalidDatasetError(f"{path}: is no cache of version {FORMAT}; make one in another folder")
    if not isinstance(about.get("count"), int) or not isinstance(about.get("options"), dict):
        raise InvalidDatasetError(f"{path}: 'count' or 'options' is missing; make a cache in another folder")
    return about


def _check_same(wanted: dict[str, Any], found: dict[str, Any], folder: Path) -> None:
    if wanted["source"] != found["source"]:
        raise InvalidConfigError(
            f"{folder}: holds samples of {found['source']}, not of {wanted['source']}; choose another folder"
        )
    for name in sorted({*wanted["options"], *found["options"]}):
        have, want = found["options"].get(name), wanted["options"].get(name)
        if have != want:
            raise InvalidConfigError(
                f"{folder}: was made with other options ('{name}' was {have!r}, is {want!r}); "
                "choose another folder"
            )
