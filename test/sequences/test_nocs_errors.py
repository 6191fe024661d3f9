"""NOCS data that is damaged is refused in a sentence that names the file."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences import nocs_models
from pose_nodes.sequences.nocs_dataset import NocsDataset, find_scenes, write_dataset_file
from pose_nodes.sequences.nocs_files import CATEGORIES
from pose_nodes.sequences.nocs_scene import NocsScene
from pose_nodes.sequences.nocs_writer import NocsSceneWriter


@pytest.fixture
def folder(tmp_path, category_scene, mesh_of_category) -> Path:
    """The scene of a written data set with one frame."""
    frame, instances = category_scene()
    nocs_models.write_model(tmp_path / "obj_models/val/03797390/mug_1", mesh_of_category("mug"))
    write_dataset_file(tmp_path, NocsDataset(CATEGORIES, frame.camera))
    with NocsSceneWriter(tmp_path, "val", 0) as scene:
        scene.add(frame, instances)
    return tmp_path / "CAMERA" / "val" / "00000"


def refusal(folder: Path) -> str:
    with pytest.raises(InvalidDatasetError) as caught:
        _ = NocsScene(folder)[0]
    message = str(caught.value)
    assert "\n" not in message
    return message


IMAGES = ["0000_color.png", "0000_depth.png", "0000_mask.png", "0000_coord.png"]


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_an_image_that_is_cut_short_is_named(folder, name, share):
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(share * len(data))])
    assert f"{name}: is not an image that can be read" in refusal(folder)


@pytest.mark.parametrize("name", [name for name in IMAGES if "depth" not in name])
def test_an_image_of_another_size_is_named(folder, name):
    cv2.imwrite(str(folder / name), np.zeros((60, 80, 3), np.uint8))
    assert f"{name}: is 80x60 but the depth image is 160x120" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("0000_depth.png", np.zeros((120, 160), np.uint8), "has uint8 pixels"),
        (
            "0000_depth.png",
            np.zeros((120, 160, 3), np.uint16),
            "depth is one channel of 16 bits, or three of 8",
        ),
        ("0000_mask.png", np.zeros((120, 160), np.uint16), "a mask has 8 bits a channel"),
        ("0000_coord.png", np.zeros((120, 160), np.uint8), "is no colour image of 8 bits"),
        ("0000_color.png", np.zeros((120, 160, 3), np.uint16), "a colour image has 8 bits a channel"),
    ],
)
def test_an_image_of_another_kind_is_named(folder, name, image, expected):
    cv2.imwrite(str(folder / name), image)
    message = refusal(folder)
    assert name in message and expected in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 6 03797390 mug_1\n2\n", "0000_meta.txt: line 2 is '2'"),
        ("one 6 mug\n", "line 1 is 'one 6 mug'; a line is 'number class model'"),
        ("1 6\n", "line 1 is '1 6'"),
        ("1 6 a b c\n", "line 1"),
        ("1 9 mug\n", "class 9 is unknown; there are 6"),
    ],
)
def test_a_line_of_the_meta_file_that_is_none_is_told(folder, text, expected):
    (folder / "0000_meta.txt").write_text(text)
    assert expected in refusal(folder)


def test_a_meta_file_that_is_no_text_is_named(folder):
    (folder / "0000_meta.txt").write_bytes(b"\xff\xfe\x00")
    assert "0000_meta.txt: cannot be read (it is no text)" in refusal(folder)


def change(path: Path, edit: Callable[[dict], object]) -> None:
    label = pickle.loads(path.read_bytes())
    edit(label)
    path.write_bytes(pickle.dumps(label))


LABEL_EDITS = [
    (lambda label: label.pop("rotations"), "has no 'rotations'"),
    (lambda label: label.update(rotations=np.zeros((2, 3, 3))), "is not a rotation"),
    (
        lambda label: label.update(rotations=np.zeros((1, 3, 3))),
        r"of shape (2, 3, 3), but its shape is (1, 3, 3)",
    ),
    (
        lambda label: label.update(translations=np.full((2, 3), np.nan)),
        "'translations' must be finite numbers",
    ),
    (lambda label: label.update(scales=["a", "b"]), "'scales' must hold numbers"),
    (lambda label: label.update(scales=np.array([0.1, 0.0])), "a scale is 0; it must be a positive length"),
    (lambda label: label.update(instance_ids=None), "'instance_ids' must"),
    (lambda label: label.update(size=np.zeros((2, 2))), "'size' must be finite numbers of shape (2, 3)"),
    (lambda label: label.update(handle_visibility=[1]), "'handle_visibility' must be"),
]


@pytest.mark.parametrize(("edit", "expected"), LABEL_EDITS)
def test_a_malformed_label_is_named(folder, edit, expected):
    change(folder / "0000_label.pkl", edit)
    message = refusal(folder)
    assert "0000_label.pkl" in message and expected in message


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda label: label.pop("gt_RTs"), "has no 'gt_RTs'"),
        (lambda label: label.update(gt_RTs=np.zeros((2, 4, 4))), "a scale is 0"),
        (lambda label: label.update(gt_bboxes=np.zeros((2, 3))), "'gt_bboxes' must be finite numbers"),
    ],
)
def test_a_malformed_published_ground_truth_is_named(folder, edit, expected):
    (folder / "0000_label.pkl").unlink()
    change(folder.parents[2] / "gts" / "val" / "results_val_00000_0000.pkl", edit)
    message = refusal(folder)
    assert "results_val_00000_0000.pkl" in message and expected in message


class Evil:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("file", ["CAMERA/val/00000/0000_label.pkl", "obj_models/mug_meta.pkl"])
def test_no_pickle_of_a_data_set_runs_code(folder, tmp_path, file):
    (tmp_path / file).write_bytes(pickle.dumps({"instance_ids": Evil(tmp_path / "ran")}))
    assert f"{file}: its pickle names 'posix.system', which is refused" in refusal(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("share", [0.1, 0.6, 0.98])
def test_a_label_that_is_cut_short_is_named(folder, share):
    path = folder / "0000_label.pkl"
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert "0000_label.pkl: is not a whole pickle file" in refusal(folder)


def test_a_label_that_is_no_dict_is_named(folder):
    (folder / "0000_label.pkl").write_bytes(pickle.dumps([1, 2]))
    assert "0000_label.pkl: must hold a dict of labels, not list" in refusal(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not valid JSON"),
        ('{"camera": {}}', "has no 'categories'"),
        ('{"categories": ["mug"], "camera": {"fx": 5}}', "has no 'fy'"),
        ('{"categories": 3, "camera": {}}', "is malformed"),
        (
            '{"categories": [], "camera": {"fx":0,"fy":1,"cx":1,"cy":1,"width":9,"height":9}}',
            "camera intrinsics",
        ),
    ],
)
def test_a_malformed_data_set_file_is_named(folder, tmp_path, text, expected):
    (tmp_path / "nocs.json").write_text(text)
    message = refusal(folder)
    assert "nocs.json: " in message and expected in message


def test_images_of_another_size_than_the_camera_are_told(folder, tmp_path):
    (tmp_path / "nocs.json").unlink()
    assert "its images are 160x120 but its camera is 640x480; give the camera" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("size.txt", "0.1 0.2", "must hold 3 finite numbers, not 2"),
        ("size.txt", "a b c", "must hold numbers"),
        ("size.txt", "0.1 0.2 0", "which are not all positive"),
        ("bbox.txt", "1 1 1", "must hold 6 finite numbers, not 3"),
        ("bbox.txt", "0 0 0 1 1 1", "which are not all positive"),
    ],
)
def test_a_malformed_size_of_a_model_is_named(folder, tmp_path, name, text, expected):
    place = tmp_path / "obj_models" / "val" / "03797390" / "mug_1"
    if name == "bbox.txt":
        (place / "size.txt").unlink()
    (place / name).write_text(text)
    message = refusal(folder)
    assert name in message and expected in message


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"text"])
def test_a_model_of_a_validation_scene_that_is_no_npz_is_named(folder, tmp_path, data):
    (folder / "0000_meta.txt").write_text("1 6 mug.npz\n")
    place = tmp_path / "obj_models" / "real_val"
    place.mkdir()
    (place / "mug.npz").write_bytes(data)
    assert "mug.npz: must hold an array 'scale'" in refusal(folder)
    np.savez(place / "mug.npz", scale=np.array([{}], dtype=object))
    assert "mug.npz: must hold an array 'scale'" in refusal(folder)
    np.savez(place / "mug.npz", scale=np.ones(2))
    assert "'scale' must have three values, not 2" in refusal(folder)


def test_malformed_bodies_of_mugs_are_named(folder, tmp_path):
    path = tmp_path / "obj_models" / "mug_meta.pkl"
    path.write_bytes(pickle.dumps({"mug_1": 3}))
    assert "mug_meta.pkl: 'mug_1' must have a shift and a scale" in refusal(folder)
    path.write_bytes(pickle.dumps({"mug_1": [np.zeros(2), 1.0]}))
    assert "mug_meta.pkl: 'mug_1': 'shift' must be finite numbers of shape (3)" in refusal(folder)


def test_folders_that_hold_nothing_are_told(tmp_path):
    assert refusal(tmp_path / "nowhere").endswith("nowhere: no such folder")
    assert "holds no whole frame of NOCS; one has 0000_color.png" in refusal(tmp_path)
    with pytest.raises(InvalidDatasetError, match="nowhere: no such folder"):
        find_scenes(tmp_path / "nowhere")
