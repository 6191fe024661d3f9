"""A small pool of objects that the tests of the training share."""

from __future__ import annotations

import pytest

from training.data.cache import write_cache
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool


@pytest.fixture(scope="session")
def pool_config() -> PoolConfig:
    return PoolConfig(
        families="bottle, generic_plate, mug", train=2, val=1, test=0, triangles=2000, arrangements=1,
        fewest=2, most=3,
    )  # fmt: skip


@pytest.fixture(scope="session")
def pool_folder(pool_config, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for _ in make_pool(pool_config, folder, 0):
        pass
    return folder


@pytest.fixture(scope="session")
def pool(pool_folder) -> ObjectPool:
    return ObjectPool(pool_folder)


@pytest.fixture(scope="session")
def caches(pool_folder, tmp_path_factory):
    """Folders of pairs of clouds by kind and split: "model", "views", and "held_out" of other objects."""
    folder = tmp_path_factory.mktemp("caches")
    for name, kind, split in (
        ("model", "model", "train"),
        ("views", "views", "train"),
        ("held_out", "model", "val"),
    ):
        source = ObjectClouds(ObjectPool(pool_folder, split), CloudOptions(kind=kind, points=300))
        for _ in write_cache(source, 4, folder / name, 0):
            pass
    return folder
