"""sensor_msgs/Image <-> arrays."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.ros.images import decode_color, decode_depth, decode_labels, encode_image

pytestmark = pytest.mark.ros

TOPIC = "/camera/image"


def message(pixels: np.ndarray, encoding: str, padding: int = 0, big_endian: bool = False) -> Image:
    """An image message laid out as asked for, whatever this machine's byte order."""
    height, width = pixels.shape[:2]
    ordered = pixels.astype(pixels.dtype.newbyteorder(">" if big_endian else "<"))
    rows = [row.tobytes() + bytes([170] * padding) for row in ordered]
    result = Image(height=height, width=width, encoding=encoding, is_bigendian=int(big_endian))
    result.step = len(rows[0])
    result.data = array("B", b"".join(rows))
    return result


@pytest.fixture
def rgb(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("encoding", "layout"),
    [
        ("rgb8", lambda rgb: rgb),
        ("bgr8", lambda rgb: rgb[..., ::-1]),
        ("rgba8", lambda rgb: np.dstack([rgb, np.full(rgb.shape[:2], 9, np.uint8)])),
        ("bgra8", lambda rgb: np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 9, np.uint8)])),
    ],
)
def test_every_colour_encoding_gives_the_same_rgb(rgb, encoding, layout):
    decoded = decode_color(message(layout(rgb), encoding), TOPIC)
    assert np.array_equal(decoded, rgb)
    assert decoded.flags.c_contiguous and decoded.dtype == np.uint8


def test_mono_is_repeated_into_three_channels(rgb):
    decoded = decode_color(message(rgb[..., 0], "mono8"), TOPIC)
    assert np.array_equal(decoded, np.dstack([rgb[..., 0]] * 3))


@pytest.mark.parametrize("padding", [1, 2, 3, 64])
def test_padded_rows_give_the_same_image(rgb, padding):
    assert np.array_equal(decode_color(message(rgb, "rgb8", padding), TOPIC), rgb)


def test_the_last_row_may_lack_its_padding(rgb):
    padded = message(rgb, "rgb8", padding=5)
    padded.data = padded.data[:-5]
    assert np.array_equal(decode_color(padded, TOPIC), rgb)


def test_the_message_is_not_kept_alive_by_the_colour_image(rgb):
    source = message(rgb, "rgb8")
    decoded = decode_color(source, TOPIC)
    source.data[0] ^= 255
    assert np.array_equal(decoded, rgb)


@pytest.mark.parametrize("encoding", ["bayer_rggb8", "yuv422_yuy2", "8UC3", "rgb16", "16UC1", ""])
def test_other_colour_encodings_are_refused_by_name(rgb, encoding):
    with pytest.raises(InvalidInputError, match=rf"/camera/image: encoding '{encoding}' is not one of rgb8"):
        decode_color(message(rgb, encoding), TOPIC)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("padding", [0, 1, 6])
def test_millimetres_become_metres_in_either_byte_order(padding, big_endian):
    millimetres = np.array([[0, 1, 500], [1234, 40000, 65535]], np.uint16)
    depth = decode_depth(message(millimetres, "16UC1", padding, big_endian), TOPIC)
    assert depth.dtype == np.float32
    assert np.isnan(depth[0, 0])
    assert np.allclose(depth.ravel()[1:], [0.001, 0.5, 1.234, 40.0, 65.535], rtol=1e-6)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("padding", [0, 2, 8])
def test_metres_stay_metres_and_nothing_becomes_nan(padding, big_endian):
    metres = np.array([[0.0, -1.0, np.inf], [-np.inf, np.nan, 1.25]], np.float32)
    depth = decode_depth(message(metres, "32FC1", padding, big_endian), TOPIC)
    assert np.isnan(depth.ravel()[:5]).all()
    assert depth[1, 2] == np.float32(1.25)


@pytest.mark.parametrize("metres", [1e-38, 1e-7, 1e7, 3e38, -1.0, np.inf])
def test_what_is_no_length_is_no_depth(metres):
    depth = decode_depth(message(np.full((2, 3), metres, np.float32), "32FC1"), TOPIC)
    assert np.isnan(depth).all()


def test_metres_in_a_byte_order_that_was_not_told_give_no_depth():
    metres = np.linspace(0.4, 2.0, 12, dtype=np.float32).reshape(3, 4)
    told_wrong = message(metres, "32FC1", 0, True)
    told_wrong.is_bigendian = 0
    depth = decode_depth(told_wrong, TOPIC)
    assert not np.any(np.abs(depth) > 1e6) and not np.any(np.abs(depth) < 1e-6)


@pytest.mark.parametrize("encoding", ["mono16", "64FC1", "mono8", "32FC3"])
def test_other_depth_encodings_are_refused_by_name(encoding):
    with pytest.raises(
        InvalidInputError, match=f"/camera/image: encoding '{encoding}' is not one of 16UC1, 32FC1"
    ):
        decode_depth(message(np.ones((2, 2), np.uint16), encoding), TOPIC)


@pytest.mark.parametrize(
    ("encoding", "dtype"), [("mono8", np.uint8), ("8UC1", np.uint8), ("mono16", np.uint16)]
)
@pytest.mark.parametrize("big_endian", [False, True])
def test_labels_keep_their_values(encoding, dtype, big_endian):
    labels = np.array([[0, 1, 2], [3, 200, 255]], dtype) * (257 if dtype is np.uint16 else 1)
    decoded = decode_labels(message(labels, encoding, 3, big_endian), TOPIC)
    assert np.array_equal(decoded, labels)


def test_coloured_labels_are_refused(rgb):
    with pytest.raises(InvalidInputError, match="publish labels as mono8 or mono16"):
        decode_labels(message(rgb, "rgb8"), TOPIC)


@pytest.mark.parametrize("decode", [decode_color, decode_depth, decode_labels])
@pytest.mark.parametrize(("height", "width"), [(0, 4), (4, 0), (0, 0)])
def test_an_empty_image_is_refused(decode, height, width):
    encoding = "16UC1" if decode is decode_depth else "mono8"
    with pytest.raises(InvalidInputError, match="/camera/image: the image is empty"):
        decode(Image(height=height, width=width, encoding=encoding), TOPIC)


def test_data_that_are_too_short_are_refused(rgb):
    short = message(rgb, "rgb8")
    short.data = short.data[:-1]
    with pytest.raises(InvalidInputError, match="takes 105 bytes but the message has 104"):
        decode_color(short, TOPIC)


def test_a_step_shorter_than_a_row_is_refused(rgb):
    narrow = message(rgb, "rgb8")
    narrow.step = 20
    with pytest.raises(InvalidInputError, match="rows of 7x5 rgb8 take 21 bytes but step is 20"):
        decode_color(narrow, TOPIC)


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 5),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_any_layout_of_any_depth_gives_the_same_image(height, width, padding, big_endian, seed):
    millimetres = np.random.default_rng(seed).integers(1, 65536, (height, width)).astype(np.uint16)
    expected = decode_depth(message(millimetres, "16UC1"), TOPIC)
    decoded = decode_depth(message(millimetres, "16UC1", padding, big_endian), TOPIC)
    assert np.array_equal(decoded, expected)
    assert np.array_equal(np.rint(decoded * 1000), millimetres)


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8"])
def test_an_encoded_image_decodes_to_itself(rgb, encoding):
    pixels = rgb if encoding == "rgb8" else rgb[..., ::-1]
    encoded = encode_image(pixels, encoding, Header(frame_id="camera"))
    assert (encoded.width, encoded.height, encoded.step) == (7, 5, 21)
    assert encoded.header.frame_id == "camera"
    assert np.array_equal(decode_color(encoded, TOPIC), rgb)
