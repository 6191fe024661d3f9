"""Pairs of clouds from caches, with the objects they are of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.geometry.symmetry import SymmetryGroup
from training.data.cache import CachedSource
from training.data.cloud_pairs import CloudPair
from training.data.object_pool import ObjectPool


class CachedPairs:
    """The pairs of several caches, one after another; can be pickled.

    Attributes:
        pool: the objects.
        length: pairs in all.
    """

    def __init__(self, folders: Sequence[Path], pool: ObjectPool) -> None:
        """Open caches.

        Raises:
            InvalidConfigError: there is none, or one is of other samples or objects.
            InvalidDatasetError: a cache cannot be used, or has no samples.
        """
        if not folders:
            raise InvalidConfigError(
                "pairs of clouds: no cache is named; make one with `python -m training cache`"
            )
        self._folders, self.pool = list(folders), pool
        self._caches = [CachedSource(folder) for folder in folders]
        for folder, cache in zip(folders, self._caches, strict=True):
            self._check(folder, cache)
        self._ends = np.cumsum([len(cache) for cache in self._caches])
        self.length = int(self._ends[-1])

    def __reduce__(self) -> tuple[type[CachedPairs], tuple[list[Path], ObjectPool]]:
        return CachedPairs, (self._folders, self.pool)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> CloudPair:
        """A pair.

        Raises:
            InvalidDatasetError: it is damaged, or holds numbers that are not finite.
        """
        number = int(np.searchsorted(self._ends, index, side="right"))
        within = index - (int(self._ends[number - 1]) if number else 0)
        pair: CloudPair = self._caches[number][within]
        for name in ("source_points", "source_normals", "target_points", "target_normals", "T_target_source"):
            if not np.isfinite(getattr(pair, name)).all():
                raise InvalidDatasetError(
                    f"{self._folders[number]}, sample {within}: '{name}' holds numbers that are not finite; "
                    "make the cache anew"
                )
        return pair

    def symmetry(self, pair: CloudPair) -> SymmetryGroup:
        """Of the object of a pair, in the object's frame."""
        return self.pool.symmetry(int(pair.object))

    def _check(self, folder: Path, cache: CachedSource) -> None:
        if cache.sample_class is not CloudPair:
            raise InvalidConfigError(f"{folder}: holds samples of {cache.name}, not of object_clouds")
        if (cache.about["pool"], cache.about["split"]) != (self.pool.fingerprint, self.pool.split):
            raise InvalidConfigError(
                f"{folder}: was made of other objects than those of {self.pool.folder} to {self.pool.split} "
                "with; name the pool it was made of, or make it anew"
            )


def folders_of(text: str) -> list[Path]:
    """The folders that an option names, separated by commas."""
    return [Path(part.strip()).expanduser() for part in text.split(",") if part.strip()]
