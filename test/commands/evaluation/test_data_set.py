"""What is asked for in a data set, and by which models errors are measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_targets import Target

from .conftest import POSES, gt, write_models


def test_without_a_file_of_targets_all_that_is_seen_by_a_tenth_is_asked_for(dice):
    assert dice().asked(None).targets == [Target(2, 7, 4, 2)]


def test_what_is_hidden_is_not_asked_for(dice):
    assert dice(visible=(0.09, 0.1)).asked(None).targets == [Target(2, 7, 4, 1)]


def test_the_targets_of_the_data_set_are_those_of_the_test_split(dice):
    data_set = dice()
    own = [{"scene_id": 2, "im_id": 7, "obj_id": 4, "inst_count": 1}]
    (data_set.folder / "test_targets_bop19.json").write_text(json.dumps(own))
    assert data_set.asked(None).targets == [Target(2, 7, 4, 1)]
    (data_set.folder / "test").rename(data_set.folder / "train")
    assert DataSet.open(data_set.folder, "train", None).asked(None).targets == [Target(2, 7, 4, 2)]


def test_targets_that_are_no_objects_of_the_data_set_are_refused(dice, tmp_path):
    file = tmp_path / "targets.json"
    file.write_text(json.dumps([{"scene_id": 2, "im_id": 7, "obj_id": 5, "inst_count": 1}]))
    with pytest.raises(InvalidDatasetError, match="asks for none of the objects obj_000004"):
        dice().asked(file)


@pytest.mark.parametrize("has_file", [True, False])
def test_a_target_without_a_mesh_is_refused_unless_an_objects_file_leaves_its_object_out(
    dice, tmp_path, has_file
):
    scene, models = dice().folder / "test" / "000002", tmp_path / "dice" / "models"
    file = tmp_path / "targets.json"
    file.write_text(json.dumps([target(4, 2), target(5, 1)]))
    (scene / "scene_gt.json").write_text(json.dumps({"7": [*map(gt, POSES), {**gt(POSES[0]), "obj_id": 5}]}))
    (scene / "scene_gt_info.json").unlink()
    path = file if has_file else None
    with pytest.raises(InvalidDatasetError, match=r"models: has no obj_000005\.ply, for which targets ask"):
        DataSet.open(tmp_path / "dice", "test", None).asked(path)
    objects = tmp_path / "objects.yaml"
    objects.write_text(f"objects:\n  die: {{mesh: {models}/obj_000004.ply, mesh_unit: mm}}\n")
    asked = DataSet.open(tmp_path / "dice", "test", objects).asked(path)
    assert (asked.targets, asked.instances, asked.all_instances) == ([Target(2, 7, 4, 2)], 2, 3)


def target(object_id: int, count: int) -> dict[str, int]:
    return {"scene_id": 2, "im_id": 7, "obj_id": object_id, "inst_count": count}


def test_a_target_in_an_image_that_is_not_there_is_refused(dice, tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"scene_camera\.json: has no image 9999"):
        dice().asked(asking(tmp_path, 9999))


@pytest.mark.parametrize("left", [None, {"8": []}])
def test_a_target_in_an_image_without_true_poses_is_refused_where_the_split_has_some(dice, tmp_path, left):
    truths = dice().folder / "test" / "000002" / "scene_gt.json"
    other = tmp_path / "dice" / "test" / "000003"
    other.mkdir()
    truths.rename(other / "scene_gt.json")
    if left is not None:
        truths.write_text(json.dumps(left))
    data_set = DataSet.open(tmp_path / "dice", "test", None)
    with pytest.raises(InvalidDatasetError, match=r"000002/scene_gt\.json: has no true poses of image 7"):
        data_set.asked(asking(tmp_path, 7))
    with pytest.raises(InvalidDatasetError, match="has no true poses of image 7"):
        data_set.truths(data_set.scene(2), 7)


def test_a_split_without_ground_truth_has_targets_and_no_true_poses(dice, tmp_path):
    data_set = dice()
    (data_set.folder / "test" / "000002" / "scene_gt.json").unlink()
    assert data_set.asked(asking(tmp_path, 7)).targets == [Target(2, 7, 4, 1)]
    assert data_set.truths(data_set.scene(2), 7) is None


def test_an_image_in_which_no_object_is_known_to_be_has_no_true_poses_but_is_no_fault(dice, tmp_path):
    data_set = dice()
    (data_set.folder / "test" / "000002" / "scene_gt.json").write_text('{"7": []}')
    assert data_set.asked(asking(tmp_path, 7)).targets == [Target(2, 7, 4, 1)]
    assert data_set.truths(data_set.scene(2), 7) == {}


def asking(folder: Path, image_id: int) -> Path:
    """A file that asks for the die in an image of scene 2."""
    file = folder / "targets.json"
    file.write_text(json.dumps([{"scene_id": 2, "im_id": image_id, "obj_id": 4, "inst_count": 1}]))
    return file


def test_an_objects_file_names_the_objects_and_tells_their_symmetries(dice, tmp_path):
    mesh = dice().folder / "models" / "obj_000004.ply"
    file = tmp_path / "objects.yaml"
    file.write_text(f"objects:\n  die: {{mesh: {mesh}, mesh_unit: mm, symmetry: 'z:4'}}\n")
    data_set = DataSet.open(tmp_path / "dice", "test", file)
    assert data_set.names == {4: "die"}
    assert len(data_set.model("die").symmetry.discrete) == 4


def test_symmetries_are_those_of_models_eval_where_it_tells_any(dice):
    data_set = dice()
    assert len(data_set.model("obj_000004").symmetry.discrete) == 24
    write_models(data_set.folder / "models_eval", 60.0, [])
    assert data_set.model("obj_000004").symmetry.is_trivial


@pytest.mark.parametrize(
    ("symmetry", "count"),
    [("", 24), (", symmetry: bop", 24), (", symmetry: none", 1), (", symmetry: 'z:2'", 2)],
)
def test_an_objects_file_tells_a_symmetry_only_where_it_has_one(dice, symmetry, count):
    folder = dice().folder
    file = folder / "objects.yaml"
    file.write_text(f"objects:\n  die: {{mesh: models/obj_000004.ply, mesh_unit: mm{symmetry}}}\n")
    data_set = DataSet.open(folder, "test", None)
    assert len(data_set.model("die").symmetry.discrete) == count
    assert data_set.without_symmetries([4, 4]) == []


def test_without_models_info_the_objects_without_symmetries_are_named(dice):
    data_set = dice()
    (data_set.folder / "models" / "models_info.json").unlink()
    assert data_set.without_symmetries([4, 4]) == ["obj_000004"]
    assert data_set.model("obj_000004").symmetry.is_trivial
    (data_set.folder / "objects.yaml").write_text(
        "objects:\n  die: {mesh: models/obj_000004.ply, mesh_unit: mm, symmetry: cube}\n"
    )
    assert DataSet.open(data_set.folder, "test", None).without_symmetries([4]) == []


def test_an_object_with_a_diameter_in_metres_is_refused_before_it_is_looked_for(dice):
    data_set = dice()
    info = {"4": {"diameter": 0.06 * np.sqrt(3)}}
    (data_set.folder / "models" / "models_info.json").write_text(json.dumps(info))
    with pytest.raises(InvalidDatasetError, match="give it in millimetres"):
        data_set.model("obj_000004")


def test_an_objects_file_whose_meshes_have_other_names_is_refused(dice, tmp_path):
    file = tmp_path / "objects.yaml"
    file.write_text("objects:\n  die: {mesh: die.ply, mesh_unit: mm}\n")
    folder = dice().folder
    with pytest.raises(InvalidDatasetError, match="no mesh is called"):
        DataSet.open(folder, "test", file).asked(None)


def test_errors_are_measured_on_the_models_for_it_and_with_the_diameter_they_tell(dice, camera_of_dice):
    data_set = dice()
    model = data_set.model("obj_000004")
    moved = se3.from_rotation_vector((0.0, 0.0, 0.0), (0.0, 0.0, 0.01)) @ POSES[0]
    nothing = np.full(camera_of_dice.shape, np.nan, np.float32)

    def measured() -> float:
        meter = data_set.meter("obj_000004", model)
        return float(meter.measure([moved], [POSES[0]], camera_of_dice, nothing).mssd.item())

    assert measured() == pytest.approx(0.01 / (0.06 * np.sqrt(3)))
    write_models(data_set.folder / "models_eval", 80.0, [])
    assert measured() == pytest.approx(0.01 / (0.08 * np.sqrt(3)))


@pytest.fixture
def camera_of_dice(staged):
    return staged()[0].camera


@pytest.mark.parametrize(
    "value",
    [[], {"4": {}}, {"4": {"diameter": -1}}, {"4": {"diameter": "wide"}}, {"4": {"diameter": 10**400}}],
)
def test_a_models_info_without_diameters_is_refused(dice, value):
    data_set = dice()
    (data_set.folder / "models_eval").mkdir()
    (data_set.folder / "models_eval" / "models_info.json").write_text(json.dumps(value))
    with pytest.raises(InvalidDatasetError, match=r"models_info\.json"):
        data_set.meter("obj_000004", data_set.model("obj_000004"))


def test_masks_are_of_the_folder_of_visible_ones_if_there_is_one(dice):
    data_set = dice()
    scene = data_set.folder / "test" / "000002"
    (scene / "mask").mkdir()
    assert data_set.mask_folders([2]) == ["mask_visib"]
    (scene / "mask_visib").rename(scene / "other")
    assert data_set.mask_folders([2]) == ["mask"]
    (scene / "mask").rmdir()
    assert data_set.mask_folders([2]) == []


def test_a_folder_without_the_split_names_those_that_there_are(dice):
    folder = dice().folder
    with pytest.raises(InvalidDatasetError, match="has no split 'val' with scenes; it has test"):
        DataSet.open(folder, "val", None)
    with pytest.raises(InvalidDatasetError, match="a data set is DATASET/SPLIT/SCENE"):
        DataSet.open(folder / "test", "test", None)
    with pytest.raises(InvalidDatasetError, match="no such folder"):
        DataSet.open(folder / "none", "test", None)


def test_a_missing_scene_is_named(dice):
    with pytest.raises(InvalidDatasetError, match="000009"):
        dice().scene(9)
