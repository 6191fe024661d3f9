"""Pools: split without overlap, the same each time, resumed, and refused when of other options."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError
from pose_nodes.objects.extent import diameter
from pose_nodes.synthetic.scenes.contact import deepest_penetration
from pose_nodes.synthetic.shapes.library import generate
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool, arrangement_file, object_file
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool


def made(config: PoolConfig, folder) -> list[tuple[str, int, int]]:
    return [(step.stage, step.done, step.total) for step in make_pool(config, folder, 0)]


def test_no_object_is_in_two_splits():
    config = PoolConfig(train=50, val=20, test=20)
    objects = {split: set(config.objects(split)) for split in ("train", "val", "test")}
    assert len(set.union(*objects.values())) == sum(map(len, objects.values())) == 90 * 22


def test_objects_are_those_of_their_family_and_seed(pool, pool_config):
    assert len(pool) == 6 and pool.names[0] == "bottle_0"
    for number in (0, 2):
        made = generate(pool.families[number], 0, pool_config.triangles)
        found = pool.object(number)
        np.testing.assert_array_equal(found.mesh.vertices, made.mesh.vertices)
        np.testing.assert_array_equal(found.mesh.faces, made.mesh.faces)
        assert found.symmetry.notation == made.symmetry.notation
        np.testing.assert_array_equal(found.symmetry.discrete, made.symmetry.discrete)
        assert found.diameter == pytest.approx(diameter(found.mesh.vertices))


def test_arranged_objects_touch_nothing(pool):
    for number in range(pool.arrangements):
        arrangement = pool.arrangement(number)
        posed = [
            (pool.object(int(n)).mesh, T)
            for n, T in zip(arrangement.objects, arrangement.T_world_object, strict=True)
        ]
        assert deepest_penetration(posed, arrangement.support) < 1e-4


def test_each_object_is_in_an_arrangement_that_is_named_for_it(pool):
    firsts = [int(pool.arrangement(number).objects[0]) for number in range(pool.arrangements)]
    assert firsts == list(range(len(pool)))


def test_a_scene_has_the_classes_of_its_objects(pool):
    arrangement = pool.arrangement(1)
    scene = pool.scene(arrangement)
    assert [one.class_name for one in scene.objects] == [pool.families[n] for n in arrangement.objects]
    assert scene.objects[0].mesh is pool.object(int(arrangement.objects[0])).mesh


def test_what_is_missing_is_made_again_to_the_same_bits(pool_folder, pool_config, tmp_path):
    folder = tmp_path / "pool"
    shutil.copytree(pool_folder, folder)
    lost = [object_file(folder, "train", "mug_1"), arrangement_file(folder, "val", 0)]
    before = [path.read_bytes() for path in lost]
    for path in lost:
        path.unlink()
    steps = made(pool_config, folder)
    assert steps == [
        ("objects", 8, 9), ("objects", 9, 9), ("arrangements", 8, 9), ("arrangements", 9, 9),
    ]  # fmt: skip
    assert [path.read_bytes() for path in lost] == before
    assert ObjectPool(folder).fingerprint == ObjectPool(pool_folder).fingerprint


@pytest.fixture
def own(tmp_path):
    """Options of a pool of a red brick and a lid alone."""
    brick = trimesh.creation.box([0.1, 0.06, 0.04])
    brick.visual.vertex_colors = [200, 30, 20, 255]
    brick.export(tmp_path / "brick.ply")
    trimesh.creation.cylinder(0.05, 0.02).export(tmp_path / "lid.ply")
    file = tmp_path / "objects.yaml"
    file.write_text(
        "objects:\n  brick: {mesh: brick.ply, symmetry: box}\n  lid: {mesh: lid.ply, symmetry: 'z:inf,x:2'}\n"
    )
    return PoolConfig(objects_file=str(file), train=0, val=0, test=0, fewest=1, most=2)


def test_meshes_of_ones_own_are_in_every_split_with_their_symmetries_and_colours(own, tmp_path):
    made(own, tmp_path / "pool")
    (tmp_path / "objects.yaml").unlink()  # all is in the pool
    for split in ("train", "test"):
        pool = ObjectPool(tmp_path / "pool", split)
        assert pool.names == ("brick_0", "lid_0") and pool.families == ("brick", "lid")
    brick, lid = pool.object(0), pool.object(1)
    assert len(brick.symmetry.discrete) == 4 and brick.symmetry.axis is None
    np.testing.assert_array_equal(lid.symmetry.axis, [0, 0, 1])
    assert (brick.mesh.vertex_colors == [200, 30, 20]).all()
    sample = ObjectClouds(pool, CloudOptions(points=50))[0]
    assert sample.target_points.shape == (50, 3)


def test_an_own_object_may_not_be_called_as_a_family(own, tmp_path):
    file = tmp_path / "objects.yaml"
    file.write_text(file.read_text().replace("lid:", "mug:"))
    with pytest.raises(InvalidConfigError, match="object 'mug' is called as a procedural family; rename it"):
        made(own, tmp_path / "pool")


def test_a_missing_objects_file_is_named(tmp_path):
    with pytest.raises(InvalidConfigError, match=r"nowhere\.yaml: cannot be read"):
        made(PoolConfig(objects_file="nowhere.yaml"), tmp_path)


def test_a_whole_pool_is_left_alone(pool_folder, pool_config):
    assert made(pool_config, pool_folder) == []


def test_a_pool_of_other_options_is_refused(pool_folder, pool_config):
    with pytest.raises(InvalidConfigError, match=r"other options \('triangles' was 2000, is 3000\)"):
        made(replace(pool_config, triangles=3000), pool_folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"families": "mugs"}, "family 'mugs' is unknown"),
        ({"fewest": 9, "most": 3}, "'fewest' is 9, more than 'most', which is 3"),
    ],
)
def test_options_that_make_no_pool_are_refused(changes, message, tmp_path):
    with pytest.raises(InvalidConfigError, match=message):
        made(replace(PoolConfig(), **changes), tmp_path)


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        made(PoolConfig(), tmp_path / "file" / "pool")


def test_a_folder_without_a_pool_is_refused(tmp_path):
    with pytest.raises(InvalidDatasetError, match="is missing; make a pool with `python -m training pool`"):
        ObjectPool(tmp_path)


def test_an_unfinished_pool_is_refused(pool_config, tmp_path):
    steps = make_pool(pool_config, tmp_path, 0)
    next(steps)
    steps.close()
    with pytest.raises(InvalidDatasetError, match="the pool is not finished"):
        ObjectPool(tmp_path)


def test_a_split_without_objects_is_refused(pool_folder):
    with pytest.raises(InvalidDatasetError, match="no objects to test with; make one with --test"):
        ObjectPool(pool_folder, "test")


def test_a_pool_of_another_version_is_refused(pool_folder, pool_config, tmp_path):
    (tmp_path / "pool.json").write_text('{"format": 0}')
    with pytest.raises(InvalidDatasetError, match="is no pool of version 1"):
        ObjectPool(tmp_path)
    with pytest.raises(InvalidConfigError, match="another version"):
        made(pool_config, tmp_path)


@pytest.mark.parametrize("spoil", [lambda data: data[:-40], lambda data: data[:2000] + b"\0" + data[2001:]])
def test_a_damaged_file_is_named(pool_folder, tmp_path, spoil):
    folder = tmp_path / "pool"
    shutil.copytree(pool_folder, folder)
    path = object_file(folder, "train", "mug_0")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InvalidDatasetError, match=r"mug_0\.npz: is damaged .*delete it and run"):
        ObjectPool(folder).object(2)


def test_a_pool_travels_to_other_processes(pool):
    there = pickle.loads(pickle.dumps(pool))
    assert there.fingerprint == pool.fingerprint and there.names == pool.names
