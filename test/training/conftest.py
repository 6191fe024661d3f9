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


@pytest.fixture(scope="session")
def mesh_folder(tmp_path_factory):
    """Five meshes as Google Scanned Objects lie: ID/meshes/model.obj, in metres, ten times too large."""
    import numpy as np
    import trimesh

    folder = tmp_path_factory.mktemp("scanned")
    for number, name in enumerate(("Toy_Car", "Wedge", "Boot 3", "Lamp", "Cup")):
        sizes = np.random.default_rng(number).uniform(0.4, 1.2, (3, 3))
        parts = [trimesh.creation.box(size) for size in sizes]
        for part, shift in zip(parts, ([0, 0, 0], [0.5, 0.2, 0.3], [-0.2, 0.4, -0.5]), strict=True):
            part.apply_translation(shift)
        path = folder / name / "meshes" / "model.obj"
        path.parent.mkdir(parents=True)
        trimesh.util.concatenate(parts).export(path)
    return folder


@pytest.fixture(scope="session")
def mesh_pool(mesh_folder, tmp_path_factory) -> ObjectPool:
    """A pool of those meshes alone, a tenth as large, all to train with."""
    folder = tmp_path_factory.mktemp("mesh_pool")
    config = PoolConfig(
        meshes=str(mesh_folder), meshes_scale=0.1, meshes_held_out=0.0, train=0, val=0, test=0,
        arrangements=1, fewest=1, most=2,
    )  # fmt: skip
    for _ in make_pool(config, folder, 0):
        pass
    return ObjectPool(folder)


@pytest.fixture(scope="session")
def shards(mesh_pool, tmp_path_factory):
    """Six images of the objects of that pool in shards of four, and gso_models.json."""
    import json

    import numpy as np

    from pose_nodes.core.frame import Frame
    from pose_nodes.geometry import se3
    from pose_nodes.geometry.camera import PinholeCamera
    from pose_nodes.rendering.depth import DepthRenderer
    from pose_nodes.sequences.bop_shard_writer import BopShardWriter
    from pose_nodes.sequences.recording import GroundTruth

    folder = tmp_path_factory.mktemp("shards")
    families = mesh_pool.families
    camera = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
    rng = np.random.default_rng(7)
    with BopShardWriter(folder, {name: i for i, name in enumerate(families)}, 4) as writer:
        for image in range(6):
            depth, truths, masks = np.full((240, 320), np.nan, np.float32), [], []
            for place, number in enumerate((image % 5, (image + 2) % 5)):
                T = se3.from_rotation_vector(rng.normal(size=3))
                T[:3, 3] = [0.2 * place - 0.1, 0.0, 0.7]
                seen = DepthRenderer(mesh_pool.object(number).mesh).render(T, camera)
                mask = np.isfinite(seen) & ~(seen > depth)
                masks = [before & ~mask for before in masks]
                masks.append(mask)
                depth[mask] = seen[mask]
                truths.append(GroundTruth(families[number], T))
            writer.add(Frame(image, "camera", camera, depth), truths, masks, masks)
    entries = [{"obj_id": i, "gso_id": name.split("__")[0]} for i, name in enumerate(families)]
    (folder / "gso_models.json").write_text(json.dumps([*entries, {"obj_id": 77, "gso_id": "Elsewhere"}]))
    return folder
