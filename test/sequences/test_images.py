"""Images on disk: units, invalid pixels, formats, and files that are whole or absent."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.sequences.files import plain, write_bytes
from pose_nodes.sequences.images import (
    read_color,
    read_depth,
    read_mask,
    write_color,
    write_depth,
    write_mask,
)

COLOR = np.random.default_rng(2).integers(0, 256, (12, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("images")


@given(
    depth=arrays.arrays(np.float32, (4, 5), elements=st.floats(0.25, 6.5, width=32) | st.just(float("nan"))),
    units=st.sampled_from([1000.0, 10_000.0]),
)
def test_depth_comes_back_to_half_a_unit_with_nan_where_there_was_none(folder, depth, units):
    write_depth(folder / "depth.png", depth, units)
    read = read_depth(folder / "depth.png", units)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, depth, atol=0.5001 / units)


def test_zero_negative_and_infinite_float_depth_is_no_measurement(tmp_path):
    cv2.imwrite(str(tmp_path / "depth.tif"), np.array([[0.0, -1.0, np.inf, np.nan, 0.5]], np.float32))
    np.testing.assert_array_equal(
        read_depth(tmp_path / "depth.tif", 1.0), np.array([[np.nan, np.nan, np.nan, np.nan, 0.5]], np.float32)
    )


@pytest.mark.parametrize("units", [0.0, -1000.0, float("nan"), float("inf")])
def test_a_depth_unit_that_is_none_is_refused(tmp_path, units):
    write_depth(tmp_path / "depth.png", np.ones((2, 2), np.float32), 1000.0)
    with pytest.raises(
        InvalidInputError, match="units per metre is not a positive number; millimetres are 1000"
    ):
        read_depth(tmp_path / "depth.png", units)


def test_colour_is_rgb_on_both_ways(tmp_path):
    write_color(tmp_path / "color.png", COLOR)
    np.testing.assert_array_equal(read_color(tmp_path / "color.png"), COLOR)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "color.png"))[..., ::-1], COLOR)


def test_grey_and_transparent_pictures_are_read_as_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), COLOR[..., 0])
    np.testing.assert_array_equal(read_color(tmp_path / "grey.png"), np.dstack([COLOR[..., 0]] * 3))
    cv2.imwrite(str(tmp_path / "alpha.png"), np.dstack([COLOR[..., ::-1], COLOR[..., :1]]))
    np.testing.assert_array_equal(read_color(tmp_path / "alpha.png"), COLOR)


def test_depth_given_as_colour_is_refused(tmp_path):
    write_depth(tmp_path / "depth.png", np.ones((2, 2), np.float32), 1000.0)
    with pytest.raises(InvalidInputError, match="has uint16 pixels; a colour image has 8 bits a channel"):
        read_color(tmp_path / "depth.png")


def test_a_mask_comes_back_also_from_a_colour_picture(tmp_path):
    mask = COLOR[..., 0] > 128
    write_mask(tmp_path / "mask.png", mask)
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png"), mask)
    opaque = np.dstack(
        [np.zeros_like(COLOR[..., 0])] * 2 + [mask * np.uint8(255), np.full(mask.shape, 255, np.uint8)]
    )
    cv2.imwrite(str(tmp_path / "rgba.png"), opaque)
    np.testing.assert_array_equal(read_mask(tmp_path / "rgba.png"), mask)


@pytest.mark.parametrize("read", [read_color, read_mask, lambda path: read_depth(path, 1000.0)])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(InvalidInputError, match=r"none\.png: cannot be read \(No such file"):
        read(tmp_path / "none.png")


def test_an_ending_that_is_no_format_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=r"'\.xyz' is not an image format; use \.png or \.jpg"):
        write_color(tmp_path / "color.xyz", COLOR)


def test_a_place_that_cannot_be_written_to_is_named_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match=r"cannot be written .*; choose another place"):
        write_bytes(tmp_path / "file" / "picture.png", b"data")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_bytes(tmp_path / "folder", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_json_values_become_plain_and_nan_becomes_null():
    value = {1: np.array([1.0, np.nan]), "a": (np.float32(0.5), np.int64(3)), "b": float("inf"), "c": None}
    assert plain(value) == {"1": [1.0, None], "a": [0.5, 3], "b": None, "c": None}
