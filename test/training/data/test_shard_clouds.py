"""Pairs from shards: the mesh lies where the image shows it, and what does not fit is told."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest
import trimesh

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.geometry import se3
from training.clouds.cached_pairs import CachedPairs
from training.data.cache import write_cache
from training.data.object_pool import ObjectPool
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool
from training.data.shard_clouds import ShardClouds, ShardOptions


@pytest.fixture(scope="module")
def options(shards) -> ShardOptions:
    return ShardOptions(str(shards), str(shards / "gso_models.json"), points=500, pixels=100, visible=0.0)


@pytest.fixture(scope="module")
def source(mesh_pool, options) -> ShardClouds:
    return ShardClouds(mesh_pool, options)


def test_the_mesh_lies_where_the_image_shows_it(source, mesh_pool):
    objects = set()
    for index in range(12):
        pair = source[index]
        mesh = mesh_pool.object(int(pair.object)).mesh
        scene = o3d.t.geometry.RaycastingScene()
        scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
        points = se3.transform(se3.inverse(pair.T_target_source), pair.target_points.astype(np.float64))
        assert scene.compute_distance(points.astype(np.float32)).numpy().max() < 1e-4
        assert len(pair.correspondences) > 50
        objects.add(int(pair.object))
    assert len(objects) >= 4


def test_a_normal_of_the_view_is_that_of_the_mesh(source):
    pair = source[3]
    ours, theirs = pair.correspondences.T
    normals = se3.rotate(pair.T_target_source, pair.source_normals[ours].astype(np.float64))
    assert np.median(np.einsum("ij,ij->i", normals, pair.target_normals[theirs])) > 0.98


def test_they_are_cached_and_read_as_other_pairs(source, mesh_pool, tmp_path):
    assert list(write_cache(source, 5, tmp_path / "cache", 0))[-1] == 5
    pairs = CachedPairs([tmp_path / "cache"], mesh_pool)
    assert len(pairs) == 5
    np.testing.assert_array_equal(pairs[4].target_points, source[4].target_points)
    with pytest.raises(InvalidConfigError, match="was made with other options"):
        list(write_cache(ShardClouds(mesh_pool, replace(source.options, seed=4)), 5, tmp_path / "cache", 0))


def test_other_files_are_other_samples(mesh_pool, options, shards, tmp_path):
    shutil.copytree(shards, tmp_path / "shards")
    moved = replace(options, shards=str(tmp_path / "shards"))
    assert ShardClouds(mesh_pool, moved).origin() == ShardClouds(mesh_pool, options).origin()
    (tmp_path / "shards" / "shard-000001.tar").unlink()
    assert ShardClouds(mesh_pool, moved).origin() != ShardClouds(mesh_pool, options).origin()


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_shards_is_refused(mesh_pool, tmp_path, folder):
    with pytest.raises(InvalidConfigError, match="is no folder of tar files"):
        ShardClouds(mesh_pool, ShardOptions(str(tmp_path / folder) if folder else ""))


def test_shards_of_other_objects_are_refused(pool, options):
    with pytest.raises(InvalidConfigError, match=r"is one of the shards; make the pool of their meshes"):
        ShardClouds(pool, options)


def test_without_a_list_meshes_are_called_as_in_bop(mesh_pool, pool, shards, options, tmp_path):
    for number in range(len(mesh_pool)):
        mesh = mesh_pool.object(number).mesh
        path = tmp_path / "models" / f"obj_{number:06d}.ply"
        path.parent.mkdir(exist_ok=True)
        trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(path)
    config = PoolConfig(
        meshes=str(tmp_path / "models"), meshes_held_out=0.0, train=0, val=0, test=0, arrangements=1,
        fewest=1, most=1,
    )  # fmt: skip
    list(make_pool(config, tmp_path / "pool", 0))
    of_bop = ShardClouds(ObjectPool(tmp_path / "pool"), replace(options, objects=""))
    for index in range(3):
        assert len(of_bop[index].correspondences) > 50
    with pytest.raises(InvalidConfigError, match="no object of the pool"):
        ShardClouds(pool, ShardOptions(str(shards)))


def test_meshes_of_another_scale_are_told(mesh_folder, options, tmp_path):
    config = PoolConfig(
        meshes=str(mesh_folder), meshes_scale=0.2, meshes_held_out=0.0, train=0, val=0, test=0,
        arrangements=1, fewest=1, most=1,
    )  # fmt: skip
    list(make_pool(config, tmp_path / "pool", 0))
    source = ShardClouds(ObjectPool(tmp_path / "pool"), options)
    with pytest.raises(InvalidDatasetError, match="did not fit their meshes; make the pool with the scale"):
        source[0]


def test_images_that_show_too_little_are_told(mesh_pool, options):
    with pytest.raises(InvalidDatasetError, match="shows enough of an object of the pool; lower visible"):
        ShardClouds(mesh_pool, replace(options, pixels=100_000))[0]
