"""Batches of a source without end: made ahead in worker processes, the same whatever their number.

    with SampleStream(source, batch_size=32, workers=8, first=resumed_at) as stream:
        for batch in stream:
            ...  # batch.arrays["points"], …
            resumed_at = batch.next

A script that does so needs `if __name__ == "__main__":`, as the workers import it.
Of a source without end every index is used once, in order. A source of a given length (a cache) is gone
through again and again, each time in another order, and each sample once a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError
from training.data.meter import LoaderMeter
from training.data.samples import BatchArrays, Source, collate
from training.data.workers import check_stopped, in_order

_SHUFFLE = 0x5EED
"""Keeps the numbers of the order apart from those of the samples."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some samples of a stream.

    Attributes:
        first: place of the first sample in the stream.
        next: place of the first sample of the next batch: where to resume after this one.
        indices: (b,) int64 of the samples in the source.
        arrays: fields of the samples by name, stacked along a new first axis; ragged ones as lists.
    """

    first: int
    next: int
    indices: NDArray[np.int64]
    arrays: BatchArrays


class SampleStream:
    """An endless iterator of batches.

    Attributes:
        meter: how many samples came how fast, and how long was waited for them.
    """

    def __init__(
        self,
        source: Source,
        batch_size: int,
        workers: int = 0,
        first: int = 0,
        seed: int = 0,
    ) -> None:
        """Prepare a stream; processes start when the first batch is asked for.

        Args:
            source: of the samples; can be pickled.
            batch_size: samples a batch.
            workers: processes; with 0, batches are made in this process, when they are asked for.
            first: place in the stream to begin at, such as `Batch.next` of the last batch that was used.
            seed: of the order of a source that has an end.

        Raises:
            InvalidConfigError: a number is out of range, or the source is empty.
        """
        if batch_size < 1 or workers < 0 or first < 0:
            raise InvalidConfigError(
                f"stream: batch_size {batch_size} must be at least 1; workers {workers} and first {first} at "
                "least 0"
            )
        if source.length == 0:
            raise InvalidConfigError("stream: the source has no samples; make some first")
        self.meter = LoaderMeter()
        self._batches = in_order(_BatchMaker(source, seed), _places(first, batch_size), workers)

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        """The next batch.

        Raises:
            WorkerError: a worker process was killed.
            PoseNodesError: a sample cannot be made; the message says why.
        """
        with self.meter.waiting():
            batch = next(self._batches)
        self.meter.count(len(batch.indices))
        return batch

    def __enter__(self) -> SampleStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes."""
        self._batches.close()


def _places(first: int, batch_size: int) -> Iterator[tuple[int, int]]:
    while True:
        yield first, first + batch_size
        first += batch_size


class _BatchMaker:
    """Makes the batch of some places of a stream; what the workers run."""

    def __init__(self, source: Source, seed: int) -> None:
        self._source, self._seed = source, seed

    def __call__(self, places: tuple[int, int]) -> Batch:
        indices = [index_at(place, self._source.length, self._seed) for place in range(*places)]
        samples = []
        for index in indices:
            check_stopped()
            samples.append(self._source[index])
        return Batch(*places, np.array(indices), collate(samples))


def index_at(place: int, length: int | None, seed: int) -> int:
    """Which sample of a source stands at a place of the stream.

    Args:
        place: from 0.
        length: of the source; None if it has no end.
        seed: of the order of a source that has one.
    """
    if length is None:
        return place
    turn, within = divmod(place, length)
    return int(_order(length, seed, turn)[within])


@lru_cache(maxsize=2)
def _order(length: int, seed: int, turn: int) -> NDArray[np.int64]:
    """(length,) the samples in the order of one turn through them."""
    return np.random.default_rng([_SHUFFLE, seed, turn]).permutation(length)
