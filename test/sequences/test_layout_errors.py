"""A data set that is damaged is refused in a sentence that names the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError, InvalidMeshError
from pose_nodes.sequences.bop_scene import BopScene


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    """Replace the value of a JSON file by what `change` makes of it."""
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def without(*keys: str) -> Callable[[Any], Any]:
    """Drops the last key from where the others lead."""

    def drop(value: Any) -> Any:
        inner = value
        for key in keys[:-1]:
            inner = inner[int(key) if isinstance(inner, list) else key]
        del inner[keys[-1]]
        return value

    return drop


def with_value(new: Any, *keys: str) -> Callable[[Any], Any]:
    def put(value: Any) -> Any:
        inner = value
        for key in keys[:-1]:
            inner = inner[int(key) if isinstance(inner, list) else key]
        inner[keys[-1]] = new
        return value

    return put


@pytest.fixture
def scene_dir(dataset) -> Path:
    return dataset / "test" / "000001"


def refusal(folder: Path) -> str:
    """The sentence with which a scene, its first frame or its library is refused."""
    with pytest.raises((InvalidDatasetError, InvalidMeshError)) as caught:
        scene = BopScene(folder)
        _ = scene[0]
        scene.library()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert refusal(tmp_path / "nowhere").endswith("nowhere: no such folder")


def test_a_folder_without_a_scene_says_what_was_expected(tmp_path):
    assert "holds no BOP scene; expected a scene_camera.json in it or below" in refusal(tmp_path)


def test_of_several_scenes_one_must_be_named(dataset, scene_dir):
    shutil.copytree(scene_dir, scene_dir.with_name("000002"))
    assert "holds 2 scenes (test/000001, test/000002, …); name one of them" in refusal(dataset)


@pytest.mark.parametrize("name", ["scene_camera.json", "scene_gt.json", "scene_gt_info.json"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [("{", "is not valid JSON"), ("[]", "keys are image ids"), ('{"first": 1}', "keys are image ids")],
)
def test_a_json_file_of_another_kind_is_named(scene_dir, name, text, expected):
    (scene_dir / name).write_text(text)
    message = refusal(scene_dir)
    assert name in message and expected in message


def test_a_scene_that_lists_no_image_is_refused(scene_dir):
    (scene_dir / "scene_camera.json").write_text("{}")
    assert "scene_camera.json: lists no image" in refusal(scene_dir)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("0", "cam_K"), "image 0: 'cam_K' is missing"),
        (with_value([500, 0, 320], "0", "cam_K"), "cam_K must have 9 finite values"),
        (with_value([0.0] * 9, "0", "cam_K"), "are not those of a camera"),
        (with_value("abc", "0", "cam_K"), "image 0: could not convert"),
        (with_value(0, "0", "depth_scale"), "depth_scale is 0; it must be millimetres per unit"),
        (with_value(-1, "0", "depth_scale"), "depth_scale is -1"),
        (with_value(5, "0"), "image 0: "),
    ],
)
def test_a_malformed_camera_entry_is_named(scene_dir, change, expected):
    edit(scene_dir / "scene_camera.json", change)
    message = refusal(scene_dir)
    assert "scene_camera.json" in message and expected in message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (with_value(3, "0"), "image 0: must be a list of objects"),
        (with_value(float("inf"), "0", "0", "obj_id"), "image 0: cannot convert float infinity"),
        (without("0", "0", "obj_id"), "image 0: 'obj_id' is missing"),
        (without("0", "0", "cam_t_m2c"), "image 0: 'cam_t_m2c' is missing"),
        (with_value([1, 2], "0", "0", "cam_t_m2c"), "cam_t_m2c must have 3 finite values"),
        (with_value([float("nan")] * 9, "0", "0", "cam_R_m2c"), "cam_R_m2c must have 9 finite values"),
        (with_value([1.0] * 9, "0", "0", "cam_R_m2c"), "is not a rotation"),
        (with_value([1, 0, 0, 0, 1, 0, 0, 0, -1], "0", "0", "cam_R_m2c"), "is not a rotation"),
    ],
)
def test_a_malformed_pose_is_named(scene_dir, change, expected):
    edit(scene_dir / "scene_gt.json", change)
    message = refusal(scene_dir)
    assert "scene_gt.json" in message and expected in message


def test_fewer_infos_than_truths_are_refused(scene_dir):
    edit(scene_dir / "scene_gt_info.json", with_value([], "0"))
    assert "scene_gt_info.json: image 0: lists fewer objects" in refusal(scene_dir)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("depth/000000.png", "depth/000000.png: no such file (nor with .tif)"),
        ("rgb/000000.png", "rgb/000000.jpg: no such file (nor with .png, .jpeg, .tif)"),
        ("mask_visib/000000_000001.png", "mask_visib/000000_000001.png: cannot be read (No such file"),
    ],
)
def test_a_missing_image_is_named(scene_dir, file, expected):
    (scene_dir / file).unlink()
    assert expected in refusal(scene_dir)


@pytest.mark.parametrize("file", ["depth/000000.png", "rgb/000000.png", "mask_visib/000000_000001.png"])
@pytest.mark.parametrize("data", [b"", b"no image"])
def test_a_file_that_is_no_image_is_named(scene_dir, file, data):
    (scene_dir / file).write_bytes(data)
    assert f"{file}: is not an image that can be read" in refusal(scene_dir)


@pytest.mark.parametrize("file", ["depth/000000.png", "rgb/000000.png", "mask_visib/000000_000001.png"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_an_image_that_is_cut_short_is_named(scene_dir, file, share):
    data = (scene_dir / file).read_bytes()
    (scene_dir / file).write_bytes(data[: int(share * len(data))])
    assert f"{file}: is not an image that can be read" in refusal(scene_dir)


def test_a_jpeg_that_is_cut_short_is_named(scene_dir):
    image = cv2.imread(str(scene_dir / "rgb" / "000000.png"))
    (scene_dir / "rgb" / "000000.png").unlink()
    data = cv2.imencode(".jpg", image)[1].tobytes()
    (scene_dir / "rgb" / "000000.jpg").write_bytes(data[: len(data) // 2])
    assert "rgb/000000.jpg: is not an image that can be read" in refusal(scene_dir)


def test_a_mesh_that_is_cut_short_is_named(dataset):
    path = dataset / "models" / "obj_000007.ply"
    path.write_bytes(path.read_bytes()[:-40])
    assert "obj_000007.ply" in refusal(dataset)


def test_images_of_different_sizes_are_told_both(scene_dir):
    small = np.zeros((48, 64), np.uint8)
    cv2.imwrite(str(scene_dir / "mask_visib" / "000000_000000.png"), small)
    assert "000000_000000.png: is 64x48 but the depth image is 128x96" in refusal(scene_dir)
    cv2.imwrite(str(scene_dir / "rgb" / "000000.png"), np.dstack([small] * 3))
    assert "is 128x96 but the colour image is 64x48; depth must be aligned" in refusal(scene_dir)


def test_depth_of_eight_bits_is_refused(scene_dir):
    cv2.imwrite(str(scene_dir / "depth" / "000000.png"), np.ones((96, 128), np.uint8))
    assert "has 1 channel(s) of uint8; a depth image has one, of 16-bit integers" in refusal(scene_dir)


def test_a_missing_model_is_named(dataset):
    (dataset / "models" / "obj_000007.ply").unlink()
    assert "models/obj_000007.ply: no such file" in refusal(dataset)


def test_a_data_set_without_models_says_where_they_belong(dataset):
    shutil.rmtree(dataset / "models")
    (dataset / "objects.yaml").unlink()
    assert "a data set is DATASET/models and DATASET/SPLIT/SCENE" in refusal(dataset)


def test_an_objects_file_of_another_kind_is_named(dataset):
    (dataset / "objects.yaml").write_text("mugs: 3\n")
    assert "objects.yaml: is not an objects file; expected 'objects:'" in refusal(dataset)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(dataset, rate):
    with pytest.raises(InvalidDatasetError, match=r"frame rate: .* Hz is not a positive number"):
        BopScene(dataset, rate_hz=rate)
