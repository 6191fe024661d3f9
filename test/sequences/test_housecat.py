"""Scenes written file by file as HouseCat6D has them."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences.housecat import HouseCatScene

CAMERA = PinholeCamera(200.0, 201.0, 136.0, 105.0, 274, 213)
"""A quarter of the published size, for the sake of the tests' time."""
CLASSES = {"mug": 4, "can": 3}  # its mugs are called cups


@pytest.fixture(scope="module")
def truth(category_scene):
    return category_scene(CAMERA)


@pytest.fixture
def folder(tmp_path, truth) -> Path:
    frame, instances = truth
    folder = tmp_path / "scene01"
    for name in ("rgb", "depth", "instance", "labels", "pol", "obj_pose_final"):
        (folder / name).mkdir(parents=True)
    mask = np.zeros(CAMERA.shape, np.uint8)
    for one in instances:
        mask[one.mask] = one.instance_id
    cv2.imwrite(str(folder / "rgb" / "000000.png"), frame.color[..., ::-1])
    cv2.imwrite(
        str(folder / "depth" / "000000.png"), np.nan_to_num(np.rint(frame.depth * 1000)).astype(np.uint16)
    )
    cv2.imwrite(str(folder / "instance" / "000000.png"), np.dstack([mask * 0, mask * 0, mask]))
    np.savetxt(folder / "intrinsics.txt", CAMERA.K)
    lines = [f"{one.instance_id} {CLASSES[one.category]} {one.category}-{one.model}" for one in instances]
    (folder / "meta.txt").write_text("\n".join([*lines, "3 9 shoe-asics_left"]) + "\n")
    label = {
        "class_ids": np.array([*(CLASSES[one.category] for one in instances), 9]),
        "instance_ids": np.array([1, 2, 3]),
        "bboxes": np.zeros((3, 4), np.int32),
        "rotations": np.array([*(one.T_camera_object[:3, :3] for one in instances), np.eye(3)]),
        "translations": np.array([*(one.T_camera_object[:3, 3] for one in instances), [9.0, 0, 1]]),
        "gt_scales": np.array([*(one.size for one in instances), [0.3, 0.1, 0.1]]),
    }
    (folder / "labels" / "000000_label.pkl").write_bytes(pickle.dumps(label))
    return folder


def test_frames_are_read_with_poses_sizes_and_maps(folder, truth):
    frame, instances = truth
    scene = HouseCatScene(folder)
    read = scene[0]
    assert len(scene) == 1 and read.name == "scene01/000000" and read.frame.camera == CAMERA
    np.testing.assert_array_equal(read.frame.color, frame.color)
    np.testing.assert_allclose(read.frame.depth, frame.depth, atol=0.51e-3)
    assert [(one.category, one.model) for one in read.instances] == [
        ("cup", "mug-mug_1"),
        ("can", "can-can_7"),
    ]
    for got, given in zip(read.instances, instances, strict=True):
        np.testing.assert_array_equal(got.mask, given.mask)
        np.testing.assert_allclose(got.T_camera_object, given.T_camera_object, atol=1e-9)
        np.testing.assert_allclose(got.size, given.size)
        assert got.scale == pytest.approx(np.linalg.norm(given.size))
        seen = given.mask & np.isfinite(frame.depth)
        np.testing.assert_allclose(got.nocs[seen], given.nocs[seen], atol=0.01)  # half a millimetre of depth
        assert np.isnan(got.nocs[~seen]).all() and se3.is_rigid(got.T_camera_object)


def refusal(folder: Path) -> str:
    with pytest.raises(InvalidDatasetError) as caught:
        _ = HouseCatScene(folder)[0]
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "file",
    ["depth/000000.png", "instance/000000.png", "labels/000000_label.pkl", "intrinsics.txt", "meta.txt"],
)
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert f"{file}: cannot be read (No such file" in refusal(folder)


@pytest.mark.parametrize("file", ["rgb/000000.png", "depth/000000.png", "instance/000000.png"])
def test_an_image_that_is_cut_short_is_named(folder, file):
    (folder / file).write_bytes((folder / file).read_bytes()[:-40])
    assert f"{file}: is not an image" in refusal(folder)


@pytest.mark.parametrize("file", ["depth/000000.png", "instance/000000.png"])
def test_an_image_of_another_size_is_named(folder, file):
    cv2.imwrite(str(folder / file), np.ones((10, 20), np.uint16 if "depth" in file else np.uint8))
    assert f"{file}: is 20x10 but the colour image is 274x213" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"class_ids": [4, 3, 11]}, None),  # the third is not seen
        ({"class_ids": [11, 3, 9]}, "class 11 is unknown; there are 10"),
        ({"instance_ids": [1, 2]}, "'class_ids' must be finite numbers of shape (2)"),
        ({"gt_scales": np.zeros((3, 3))}, "the size of instance 1 is 0"),
        ({"rotations": np.zeros((3, 3, 3))}, "is not a rotation"),
    ],
)
def test_a_malformed_label_is_named(folder, change, expected):
    path = folder / "labels" / "000000_label.pkl"
    path.write_bytes(pickle.dumps({**pickle.loads(path.read_bytes()), **change}))
    if expected is None:
        assert len(HouseCatScene(folder)[0].instances) == 2
    else:
        assert expected in refusal(folder)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("meta.txt", "2 3 can-can_7\n", "instance 1 is not listed in the scene's meta.txt"),
        ("intrinsics.txt", "1 2 3", "must hold nine numbers, not 3"),
        ("intrinsics.txt", "a " * 9, "must hold nine numbers ("),
        ("intrinsics.txt", "0 " * 9, "intrinsics.txt: camera intrinsics"),
    ],
)
def test_a_malformed_text_file_is_told(folder, file, text, expected):
    (folder / file).write_text(text)
    assert expected in refusal(folder)


def test_a_folder_that_is_no_scene_says_what_one_is(tmp_path):
    assert "no such folder" in refusal(tmp_path / "nowhere")
    assert "holds no scene of HouseCat6D; one has rgb/000000.png" in refusal(tmp_path)
