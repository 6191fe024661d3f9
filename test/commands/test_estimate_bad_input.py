"""Every bad input of estimate is refused in one sentence that names it, and leaves no pose behind."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from pose_nodes.demo_data import BUNNY_SCENE

NAN_MESH = """ply
format ascii 1.0
element vertex 3
property float x
property float y
property float z
element face 1
property list uchar int vertex_indices
end_header
nan 0 0
0.1 0 0
0 0.1 0
3 0 1 2
"""


class File(str):
    """The name of one of the files below."""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder of files that are wrong in one way each."""
    folder = tmp_path_factory.mktemp("files")
    empty = np.zeros((480, 640), np.uint8)
    for name, image in {
        "small.png": empty[:240, :320] + 1,
        "empty.png": empty,
        "rgb.png": np.zeros((10, 10, 3), np.uint8),
        "zero_depth.png": empty.astype(np.uint16),
        "nan_depth.tiff": np.full((480, 640), np.nan, np.float32),
    }.items():
        assert cv2.imwrite(str(folder / name), image)
    camera = {"fx": 542, "fy": 540, "cx": 320, "cy": 240}
    for name, text in {
        "text.png": "no image",
        "zero.json": json.dumps({"cam_K": [0] * 9}),
        "half.json": json.dumps({"fx": 500.0}),
        "sized.json": json.dumps({**camera, "width": 320, "height": 240}),
        "word.json": json.dumps({**camera, "fx": "long"}),
        "broken.json": "{",
        "nan.ply": NAN_MESH,
        "empty.ply": "",
    }.items():
        (folder / name).write_text(text)
    trimesh.PointCloud(np.eye(3)).export(folder / "points.ply")
    return folder


BAD_INPUTS = {
    "mask of another size": ({"mask": File("small.png")}, "320x240"),
    "empty mask": ({"mask": File("empty.png")}, "mask"),
    "mask that is no image": ({"mask": File("text.png")}, "not an image"),
    "mask that is missing": ({"mask": File("none.png")}, "none.png"),
    "colour of another size": ({"rgb": File("rgb.png")}, "10x10"),
    "depth that is all zero": ({"depth": File("zero_depth.png")}, "measures nothing"),
    "depth that is all NaN": ({"depth": File("nan_depth.tiff")}, "measures nothing"),
    "depth that is a colour image": ({"depth": BUNNY_SCENE / "rgb" / "000003.jpg"}, "channel"),
    "depth too far for its unit": ({"depth_scale": 100}, "--depth-scale"),
    "depth too near for its unit": ({"depth_scale": 10000}, "--depth-scale"),
    "depth taken for metres": ({"depth_scale": 1}, "--depth-scale"),
    "depth scale zero": ({"depth_scale": 0}, "positive"),
    "depth scale that is a word": ({"depth_scale": "mm"}, "positive"),
    "camera of zeros": ({"camera": "0,0,0,0"}, "fx=0"),
    "camera file of zeros": ({"camera": File("zero.json")}, "fx=0"),
    "camera with a part missing": ({"camera": File("half.json")}, "'fy'"),
    "camera of another size": ({"camera": File("sized.json")}, "320x240"),
    "camera with a word": ({"camera": File("word.json")}, "not a number"),
    "camera that is no JSON": ({"camera": File("broken.json")}, "not valid JSON"),
    "camera file that is missing": ({"camera": File("none.json")}, "none.json"),
    "camera of three numbers": ({"camera": "500,500,320"}, "fx,fy,cx,cy"),
    "mesh that is missing": ({"mesh": File("none.ply")}, "no such file"),
    "mesh file that is empty": ({"mesh": File("empty.ply")}, "empty.ply"),
    "mesh without triangles": ({"mesh": File("points.ply")}, "no triangles"),
    "mesh with NaN vertices": ({"mesh": File("nan.ply"), "mesh_unit": "m"}, "NaN"),
    "mesh in millimetres": ({"mesh_unit": None}, "millimetres"),
    "mesh unit unknown": ({"mesh_unit": "furlong"}, "furlong"),
    "symmetry unknown": ({"symmetry": "w:2"}, "w:2"),
    "features unknown": ({"features": "sift"}, "fused"),
    "fused features without weights": ({"features": "fused"}, "dinov2_vits14_pretrain.pth"),
    "fused features without colour": ({"features": "fused", "rgb": None, "visual_weights": "x"}, "--rgb"),
    "visual weights that are missing": (
        {"features": "fused", "visual_weights": File("none.pth")},
        "none.pth",
    ),
    "visual weights that are no checkpoint": (
        {"features": "fused", "visual_weights": File("text.png")},
        "damaged",
    ),
    "a device that is none": ({"features": "dgedi", "device": "gpu"}, "'gpu' is none of cpu, cuda"),
    "visual weights without use": ({"visual_weights": File("none.pth")}, "--features fused"),
    "registration unknown": ({"registration": "magic"}, "open3d"),
    "seed negative": ({"seed": -1}, "at least 0"),
    "option unknown": ({"depht": 1}, "did you mean --depth?"),
    "required option missing": ({"mask": None}, "--mask"),
}


NEED_TORCH = {
    "a device that is none",
    "fused features without weights",
    "visual weights that are missing",
    "visual weights that are no checkpoint",
}
"""Else that is what is told."""


@pytest.mark.parametrize("wrong", BAD_INPUTS)
def test_bad_input_is_refused_in_one_sentence(command, estimate_words, files, tmp_path, wrong):
    if wrong in NEED_TORCH:
        pytest.importorskip("torch")
    changes, named = BAD_INPUTS[wrong]
    real = {name: files / value if isinstance(value, File) else value for name, value in changes.items()}
    answer = command(*estimate_words(tmp_path / "pose.json", **real))
    assert answer.is_one_sentence(), answer
    assert named in answer.err
    assert not (tmp_path / "pose.json").exists()


def test_a_place_that_cannot_be_written_is_named(command, estimate_words, tmp_path):
    (tmp_path / "file").write_text("")
    answer = command(*estimate_words(tmp_path / "file" / "pose.json"))
    assert answer.is_one_sentence()
    assert "cannot be written" in answer.err
