"""Objects of a folder of meshes: named by their place, in one split alone, in the size that was asked for."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidMeshError
from training.data.mesh_folder import listed, names_by_id, read_mesh, split_of, symmetry_of
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool

NAMES = ["Boot 3", "Cup", "Lamp", "Toy_Car", "Wedge"]


def test_meshes_are_called_by_where_they_lie(mesh_folder):
    assert list(listed(str(mesh_folder))) == [f"{name}__meshes__model" for name in NAMES]


def test_of_several_formats_of_a_mesh_one_is_taken(mesh_folder, tmp_path):
    shutil.copytree(mesh_folder, tmp_path / "meshes")
    place = tmp_path / "meshes" / "Lamp" / "meshes"
    trimesh.load(place / "model.obj").export(place / "model.ply")
    found = listed(str(tmp_path / "meshes"))
    assert len(found) == 5 and found["Lamp__meshes__model"].suffix == ".ply"


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_meshes_is_refused(tmp_path, make):
    folder = tmp_path / "nothing"
    if make:
        folder.mkdir()
        (folder / "readme.txt").write_text("no mesh")
    with pytest.raises(InvalidConfigError, match="nothing: is no folder with meshes"):
        PoolConfig(meshes=str(folder)).check()


def test_each_object_is_in_one_split_and_shares_are_as_asked_for():
    splits = [split_of(f"object {number}", 0.1) for number in range(4000)]
    assert splits.count("val") / 4000 == pytest.approx(0.1, abs=0.02)
    assert splits.count("test") / 4000 == pytest.approx(0.1, abs=0.02)
    assert {split_of(f"object {number}", 0.0) for number in range(100)} == {"train"}


def test_a_pool_has_the_meshes_in_their_size(mesh_pool, mesh_folder):
    assert mesh_pool.families == tuple(f"{name}__meshes__model" for name in NAMES)
    for number, name in enumerate(NAMES):
        box = trimesh.load(mesh_folder / name / "meshes" / "model.obj").extents
        np.testing.assert_allclose(np.ptp(mesh_pool.object(number).mesh.vertices, axis=0), 0.1 * box)


def test_objects_of_families_and_of_the_folder_stand_side_by_side(mesh_folder):
    config = PoolConfig(meshes=str(mesh_folder), meshes_held_out=0.5, families="mug", train=1, val=1, test=0)
    found = {split: [name for name, _ in config.objects(split)] for split in ("train", "val", "test")}
    assert found["train"] == ["mug"] and "mug" in found["val"] and "mug" not in found["test"]
    assert sorted(name for split in ("val", "test") for name in found[split] if name != "mug") == sorted(
        f"{name}__meshes__model" for name in NAMES
    )


def test_a_mesh_that_is_called_as_a_family_is_refused(tmp_path):
    trimesh.creation.box([0.1, 0.1, 0.1]).export(tmp_path / "mug.ply")
    with pytest.raises(InvalidConfigError, match="the mesh 'mug' is called as a procedural family"):
        PoolConfig(meshes=str(tmp_path)).check()


def test_a_broken_mesh_is_named(mesh_folder, tmp_path):
    shutil.copytree(mesh_folder, tmp_path / "meshes")
    (tmp_path / "meshes" / "Cup" / "meshes" / "model.obj").write_text(
        "v 0 0 nan\nv 0 1 0\nv 1 0 0\nf 1 2 3\n"
    )
    config = PoolConfig(meshes=str(tmp_path / "meshes"), train=0, val=0, test=0, meshes_held_out=0.0)
    with pytest.raises(InvalidMeshError, match=r"Cup/meshes/model\.obj: .*NaN or infinite; repair the file"):
        list(make_pool(config, tmp_path / "pool", 0))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v 0 0 0\nv 0 0.1 0\nv 0.1 0 0\nf 1 2 3\n", "its mesh is flat"),
        ("v 0 0 0\nv 0 0.1 0\nv 0 0.2 0\nf 1 2 3\n", "no triangle has an area"),
    ],
)
def test_a_mesh_that_cannot_be_dropped_is_named_when_it_is_read(mesh_folder, tmp_path, text, sentence):
    shutil.copytree(mesh_folder, tmp_path / "meshes")
    (tmp_path / "meshes" / "Cup" / "meshes" / "model.obj").write_text(text)
    config = PoolConfig(meshes=str(tmp_path / "meshes"), train=0, val=0, test=0, meshes_held_out=0.0)
    with pytest.raises(InvalidMeshError, match=f"object 'Cup__meshes__model': .*{sentence}.*out of the pool"):
        list(make_pool(config, tmp_path / "pool", 0))


def test_a_scale_that_makes_no_object_is_told(mesh_folder):
    path = mesh_folder / "Cup" / "meshes" / "model.obj"
    with pytest.raises(InvalidMeshError, match=r"model\.obj, 1000 times its size,: its diagonal is"):
        read_mesh(path, "m", 1000.0)


def test_symmetries_are_found_in_the_shape_or_read_beside_it(tmp_path):
    path = tmp_path / "obj_000004.ply"
    trimesh.creation.box([0.1, 0.06, 0.03]).export(path)
    mesh = read_mesh(path, "m", 1.0)
    assert len(symmetry_of(path, mesh).discrete) == 4
    (tmp_path / "models_info.json").write_text(json.dumps({"4": {"diameter": 120.4}}))
    assert len(symmetry_of(path, mesh).discrete) == 1


def test_a_pool_of_before_there_were_meshes_is_gone_on_with(pool_folder, pool_config, tmp_path):
    shutil.copytree(pool_folder, tmp_path / "pool")
    path = tmp_path / "pool" / "pool.json"
    about = json.loads(path.read_text())
    about["options"] = {k: v for k, v in about["options"].items() if not k.startswith("meshes")}
    path.write_text(json.dumps(about))
    assert list(make_pool(pool_config, tmp_path / "pool", 0)) == []
    with pytest.raises(InvalidConfigError, match=r"'meshes_scale' was 1\.0, is 2\.0"):
        list(make_pool(replace(pool_config, meshes_scale=2.0), tmp_path / "pool", 0))


@pytest.mark.parametrize("key", ["gso_id", "shapenet_source_id"])
def test_published_lists_tell_which_object_is_which(tmp_path, key):
    path = tmp_path / "models.json"
    path.write_text(json.dumps([{"obj_id": 0, key: "Cup"}, {"obj_id": 5, key: "Nowhere"}]))
    assert names_by_id(path, ["02691156__Cup__models__model_normalized", "Lamp"]) == {
        0: "02691156__Cup__models__model_normalized"
    }


@pytest.mark.parametrize("text", ['{"obj_id": 0}', '[{"obj_id": 0}]', '[{"gso_id": "Cup"}]', "[3]"])
def test_other_lists_are_refused(tmp_path, text):
    path = tmp_path / "models.json"
    path.write_text(text)
    with pytest.raises(InvalidDatasetError, match="must be a list of objects with an 'obj_id' and one of"):
        names_by_id(path, ["Cup"])
