"""Held-out pairs for those who have none: a small pool of test objects, and pairs of clouds of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.data.cache import write_cache
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool

SPLIT = "test"
POOL = PoolConfig(train=0, val=0, test=1, arrangements=1)
"""One object of each family that no training has seen."""


@dataclass(frozen=True)
class Making:
    """How far it is: `done` of `total` of "objects", "arrangements" or "pairs"."""

    stage: str
    done: int
    total: int


def pool_folder(folder: Path) -> Path:
    """Where the objects are."""
    return folder / "pool"


def pairs_folder(folder: Path) -> Path:
    """Where the pairs are."""
    return folder / "held_out"


def make_own_pairs(folder: Path, count: int, workers: int, config: PoolConfig = POOL) -> Iterator[Making]:
    """Make objects and pairs of a model and a view, but for what is there; always the same.

    Args:
        folder: for both.
        count: of pairs.
        workers: processes; with 0, all is done in this.
        config: of the objects.

    Raises:
        InvalidConfigError: the folder holds others.
        InvalidInputError: it cannot be written to.
        WorkerError: a process was killed.
    """
    for step in make_pool(config, pool_folder(folder), workers):
        yield Making(step.stage, step.done, step.total)
    source = ObjectClouds(ObjectPool(pool_folder(folder), SPLIT), CloudOptions(kind="model"))
    for done in write_cache(source, count, pairs_folder(folder), workers):
        yield Making("pairs", done, max(done, count))
