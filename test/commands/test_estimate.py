"""estimate: right poses of a real image, and no pose where there is none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_scene import BopScene

IMAGE = 3
MASK = BUNNY_SCENE / "mask_visib" / f"{IMAGE:06d}_000000.png"
PHOTO = BUNNY_SCENE / "rgb" / f"{IMAGE:06d}.jpg"


def errors_of(value: dict) -> tuple[float, float]:
    """Millimetres and degrees between the pose of a pose.json and the truth."""
    T_true = BopScene(BUNNY_SCENE)[IMAGE].truths[0].T_camera_object
    metres, radians = se3.difference(np.array(value["T_camera_object"]), T_true)
    return 1e3 * metres, np.rad2deg(radians)


def png(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


def box_mesh(path: Path, extents: tuple[float, float, float]) -> Path:
    trimesh.creation.box(extents).export(path)
    return path


def test_the_bunny_is_found_within_5_mm_and_5_degrees(command, estimate_words, tmp_path, strict_json):
    answer = command(*estimate_words(tmp_path / "pose.json", overlay=tmp_path / "overlay.png"))
    value = strict_json(tmp_path / "pose.json")
    millimetres, degrees = errors_of(value)
    assert (answer.code, answer.err) == (0, "")
    assert millimetres < 5 and degrees < 5
    assert value["verified"] and 0 < value["score"] <= 1 and value["reason"]
    assert np.array(value["covariance"]).shape == (6, 6)
    assert np.linalg.eigvalsh(value["covariance"]).min() > 0
    assert value["evidence"]["inlier_ratio"] > 0.5
    assert sum(value["seconds"].values()) > 0
    picture, photo = cv2.imread(str(tmp_path / "overlay.png")), cv2.imread(str(PHOTO))
    assert picture.shape == photo.shape and (picture != photo).any()


def test_it_is_found_by_the_descriptors_that_were_trained_here(
    command, estimate_words, tmp_path, strict_json
):
    pytest.importorskip("torch")
    answer = command(*estimate_words(tmp_path / "pose.json", features="dgedi", registration="native"))
    millimetres, degrees = errors_of(strict_json(tmp_path / "pose.json"))
    assert (answer.code, answer.err) == (0, "")
    assert millimetres < 5 and degrees < 5


def test_it_is_found_by_image_and_shape(command, estimate_words, tmp_path, strict_json, tiny_dinov2):
    answer = command(*estimate_words(
        tmp_path / "pose.json", features="fused", visual_weights=tiny_dinov2, registration="native",
    ))  # fmt: skip
    value = strict_json(tmp_path / "pose.json")
    millimetres, degrees = errors_of(value)
    assert (answer.code, answer.err) == (0, "")
    assert millimetres < 5 and degrees < 5 and value["seconds"]["features"] > 0


def test_weights_that_are_not_there_are_told_in_a_line(command, estimate_words, tmp_path):
    pytest.importorskip("torch")
    missing = tmp_path / "mine.safetensors"
    answer = command(*estimate_words(tmp_path / "pose.json", features="dgedi", weights=missing))
    assert answer.code == 2 and str(missing) in answer.err and answer.err.count("\n") == 1


def test_the_same_seed_gives_the_same_pose(command, estimate_words, tmp_path, strict_json):
    values = []
    for name in ("first.json", "second.json"):
        assert command(*estimate_words(tmp_path / name, rgb=None, seed=4)).code == 0
        values.append(strict_json(tmp_path / name))
    # Sums over threads differ in the last digit.
    for key in ("T_camera_object", "covariance"):
        np.testing.assert_allclose(values[0][key], values[1][key], rtol=1e-6, atol=1e-9)
    assert values[0]["evidence"] == pytest.approx(values[1]["evidence"], rel=1e-6)


def test_another_object_in_the_mask_is_no_pose(command, estimate_words, tmp_path, strict_json):
    mesh = box_mesh(tmp_path / "box.ply", (0.25, 0.02, 0.06))
    answer = command(
        *estimate_words(tmp_path / "pose.json", mesh=mesh, mesh_unit="m", overlay=tmp_path / "overlay.png")
    )
    value = strict_json(tmp_path / "pose.json")
    assert answer.code == 3
    assert value["T_camera_object"] is None and value["covariance"] is None and not value["verified"]
    assert value["reason"] and value["reason"] in answer.out
    assert (tmp_path / "overlay.png").is_file()


def test_too_few_points_are_no_pose(command, estimate_words, tmp_path, strict_json):
    rows, columns = np.nonzero(cv2.imread(str(MASK), cv2.IMREAD_UNCHANGED))
    mask = np.zeros((480, 640), np.uint8)
    mask[rows[:: len(rows) // 20], columns[:: len(rows) // 20]] = 255
    answer = command(*estimate_words(tmp_path / "pose.json", mask=png(tmp_path / "mask.png", mask)))
    value = strict_json(tmp_path / "pose.json")
    assert answer.code == 3
    assert value["T_camera_object"] is None and value["score"] is None and value["evidence"] is None
    assert "point" in value["reason"]
