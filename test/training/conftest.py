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


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory):
    """A folder with teacher.safetensors and student.safetensors: tiny, random, of 8 numbers a point."""
    torch = pytest.importorskip("torch", reason="training needs PyTorch")
    pytest.importorskip("safetensors", reason="weights need safetensors")
    from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
    from pose_nodes.networks.gedi import GediConfig, GediNetwork
    from pose_nodes.networks.weight_files import save_network

    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("weights")
    save_network(folder / "teacher.safetensors", GediNetwork(GediConfig(size="tiny", dimension=8)), {})
    student = DescriptorNetwork(DescriptorConfig(backbone="tiny", dimension=8))
    save_network(folder / "student.safetensors", student, {"task": "distil", "steps": 4})
    return folder


@pytest.fixture(scope="session")
def tiny_store(tiny_weights, pool, tmp_path_factory):
    """The tiny teacher's descriptors of the pool."""
    from pose_nodes.networks.weight_files import load_network
    from training.clouds.teacher_store import write_store

    folder, weights = tmp_path_factory.mktemp("tiny_store"), tiny_weights / "teacher.safetensors"
    for _ in write_store(folder, load_network(weights), weights, pool, 200):
        pass
    return folder
