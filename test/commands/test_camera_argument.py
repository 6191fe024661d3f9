"""The camera of the command line, in each of its forms."""

from __future__ import annotations

import json

import pytest

from pose_nodes.commands.camera_argument import read_camera
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera

CAMERA = PinholeCamera(542.0, 540.5, 320.0, 240.0, 640, 480)
NUMBERS = {"fx": 542, "fy": 540.5, "cx": 320, "cy": 240}
MATRIX = [[542, 0, 320], [0, 540.5, 240], [0, 0, 1]]


def test_four_numbers_take_the_size_of_the_image():
    assert read_camera("542,540.5, 320,240", 640, 480) == CAMERA


@pytest.mark.parametrize(
    "values",
    [
        NUMBERS,
        {**NUMBERS, "width": 640, "height": 480, "depth_scale": 1.0},
        {"cam_K": MATRIX},
        {"cam_K": [value for row in MATRIX for value in row]},
        {"K": MATRIX, "width": 640, "height": 480},
    ],
)
def test_every_form_of_a_file_is_the_same_camera(tmp_path, values):
    (tmp_path / "K.json").write_text(json.dumps(values))
    assert read_camera(str(tmp_path / "K.json"), 640, 480) == CAMERA


def test_the_size_in_a_file_is_believed(tmp_path):
    (tmp_path / "K.json").write_text(json.dumps({**NUMBERS, "width": 320, "height": 240}))
    assert read_camera(str(tmp_path / "K.json"), 640, 480).shape == (240, 320)


@pytest.mark.parametrize("width", ["1e400", "640.5", "NaN", '"wide"', "null", "[640]", "0"])
def test_a_size_that_is_none_is_refused(tmp_path, width):
    (tmp_path / "K.json").write_text(json.dumps(NUMBERS)[:-1] + f', "width": {width}, "height": 480}}')
    with pytest.raises(InvalidInputError, match=r"K\.json"):
        read_camera(str(tmp_path / "K.json"), 640, 480)


def test_json_that_is_nested_too_deeply_is_refused(tmp_path):
    (tmp_path / "K.json").write_text("[" * 100_000)
    with pytest.raises(InvalidInputError, match="not valid JSON"):
        read_camera(str(tmp_path / "K.json"), 640, 480)
