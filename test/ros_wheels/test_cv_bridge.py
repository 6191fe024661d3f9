"""Contract of cv_bridge, as far as the stand-in goes."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

pytest.importorskip("cv_bridge", reason="needs ROS 2")
from cv_bridge import CvBridge, CvBridgeError
from sensor_msgs.msg import Image
from std_msgs.msg import Header

BRIDGE = CvBridge()
RNG = np.random.default_rng(3)


def pixels(dtype: str, channels: int = 1, height: int = 4, width: int = 6) -> np.ndarray:
    shape = (height, width) if channels == 1 else (height, width, channels)
    if np.dtype(dtype).kind == "f":
        return RNG.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return RNG.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def message(image: np.ndarray, encoding: str, padding: int = 0, byte_order: str = "<") -> Image:
    """``padding``: bytes after each row, filled with 255."""
    rows = image.astype(image.dtype.newbyteorder(byte_order)).reshape(image.shape[0], -1).view(np.uint8)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=255)
    return Image(
        height=image.shape[0],
        width=image.shape[1],
        encoding=encoding,
        step=padded.shape[1],
        is_bigendian=int(byte_order == ">"),
        data=array("B", padded.tobytes()),
    )


ENCODINGS = [
    ("mono8", "uint8", 1),
    ("mono16", "uint16", 1),
    ("bgr8", "uint8", 3),
    ("rgb8", "uint8", 3),
    ("rgba8", "uint8", 4),
    ("bgra8", "uint8", 4),
    ("rgb16", "uint16", 3),
    ("bayer_rggb8", "uint8", 1),
    ("8UC1", "uint8", 1),
    ("8UC3", "uint8", 3),
    ("8SC1", "int8", 1),
    ("16UC1", "uint16", 1),
    ("16SC1", "int16", 1),
    ("32SC1", "int32", 1),
    ("32FC1", "float32", 1),
    ("32FC3", "float32", 3),
    ("64FC1", "float64", 1),
    ("yuv422", "uint8", 2),
]


@pytest.mark.parametrize(("encoding", "dtype", "channels"), ENCODINGS)
def test_an_image_comes_through_unchanged(encoding, dtype, channels):
    image = pixels(dtype, channels)
    found = BRIDGE.imgmsg_to_cv2(message(image, encoding))
    assert found.dtype == image.dtype
    np.testing.assert_array_equal(found, image)


@pytest.mark.parametrize(("encoding", "dtype", "channels"), ENCODINGS)
def test_there_and_back_is_the_same(encoding, dtype, channels):
    image = pixels(dtype, channels)
    sent = BRIDGE.cv2_to_imgmsg(image, encoding)
    assert (sent.encoding, sent.height, sent.width) == (encoding, 4, 6)
    assert sent.step == 6 * channels * image.itemsize
    np.testing.assert_array_equal(BRIDGE.imgmsg_to_cv2(sent), image)


# Whole pixels: the genuine one shears an image whose padding is a part of a pixel.
@pytest.mark.parametrize(("encoding", "dtype", "channels"), ENCODINGS)
def test_padded_rows_give_the_same_image(encoding, dtype, channels):
    image = pixels(dtype, channels)
    padding = 5 * channels * image.itemsize
    np.testing.assert_array_equal(BRIDGE.imgmsg_to_cv2(message(image, encoding, padding)), image)


@pytest.mark.parametrize(("encoding", "dtype", "channels"), ENCODINGS)
def test_a_big_endian_image_comes_in_the_order_of_this_machine(encoding, dtype, channels):
    if np.dtype(dtype).itemsize > 1:
        genuine_needs_numpy_1()
    image = pixels(dtype, channels)
    found = BRIDGE.imgmsg_to_cv2(message(image, encoding, byte_order=">"))
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, image)


def genuine_needs_numpy_1() -> None:
    """The genuine cv_bridge swaps bytes with a method of arrays that NumPy 2 has no more."""
    import cv_bridge

    if hasattr(cv_bridge, "boost") and np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        pytest.skip("the genuine cv_bridge reads big-endian images with NumPy 1 alone")


def test_a_big_endian_array_is_sent_as_such():
    image = pixels("uint16").astype(">u2")
    sent = BRIDGE.cv2_to_imgmsg(image, "16UC1")
    assert sent.is_bigendian
    assert bytes(sent.data) == image.tobytes()


def test_the_image_can_be_written_to():
    found = BRIDGE.imgmsg_to_cv2(message(pixels("uint8", 3), "bgr8"))
    found[0, 0] = 7
    assert found[0, 0].tolist() == [7, 7, 7]


def test_passthrough_says_the_type_alone():
    assert BRIDGE.cv2_to_imgmsg(pixels("uint16")).encoding == "16UC1"
    assert BRIDGE.cv2_to_imgmsg(pixels("float32", 3)).encoding == "32FC3"


def test_a_header_is_passed_on():
    header = Header(frame_id="camera")
    assert BRIDGE.cv2_to_imgmsg(pixels("uint8"), "mono8", header).header == header


def test_an_encoding_of_another_type_is_refused():
    with pytest.raises(CvBridgeError):
        BRIDGE.cv2_to_imgmsg(pixels("uint16"), "bgr8")


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError):
        BRIDGE.cv2_to_imgmsg([[1, 2]], "mono8")


def test_an_unknown_encoding_is_refused():
    with pytest.raises(CvBridgeError):
        BRIDGE.imgmsg_to_cv2(message(pixels("uint8"), "sepia8"))


def converted(image: np.ndarray, source: str, target: str) -> np.ndarray:
    return BRIDGE.imgmsg_to_cv2(message(image, source), target)


@pytest.mark.parametrize("target", ["rgb8", "bgr8", "mono8", "rgba8"])
@pytest.mark.parametrize("source", ["bgr8", "rgb8", "bgra8", "rgba8", "mono8"])
def test_grey_stays_grey_in_all_colours(source, target):
    channels = {"mono8": 1, "bgra8": 4, "rgba8": 4}
    image = np.repeat(pixels("uint8")[:, :, None], channels.get(source, 3), axis=2).squeeze()
    grey = image if image.ndim == 2 else image[:, :, 0]
    found = converted(image, source, target)
    assert found.dtype == np.uint8
    assert found.shape == ((4, 6) if target == "mono8" else (4, 6, channels.get(target, 3)))
    np.testing.assert_array_equal(found.reshape(4, 6, -1)[:, :, 0], grey)


def test_red_and_blue_change_places():
    image = pixels("uint8", 3)
    np.testing.assert_array_equal(converted(image, "bgr8", "rgb8"), image[:, :, ::-1])
    np.testing.assert_array_equal(converted(image, "rgb8", "bgr8"), image[:, :, ::-1])


def test_a_new_alpha_channel_is_opaque():
    image = pixels("uint8", 3)
    found = converted(image, "rgb8", "bgra8")
    np.testing.assert_array_equal(found[:, :, :3], image[:, :, ::-1])
    assert (found[:, :, 3] == 255).all()


def test_bits_are_scaled():
    image = np.array([[0, 1, 255]], np.uint8)
    np.testing.assert_array_equal(converted(image, "mono8", "mono16"), [[0, 257, 65535]])
    wide = np.array([[0, 128, 129, 65535]], np.uint16)
    np.testing.assert_array_equal(converted(wide, "mono16", "mono8"), [[0, 0, 1, 255]])


def test_a_bayer_pattern_of_one_colour_gives_that_colour():
    image = np.zeros((8, 8), np.uint8)
    image[0::2, 0::2] = 200  # red of RGGB
    inner = converted(image, "bayer_rggb8", "rgb8")[2:-2, 2:-2]
    assert (inner[:, :, 0] == 200).all()
    assert (inner[:, :, 1:] == 0).all()


def test_yuv_without_colour_is_grey():
    image = np.dstack([np.full((4, 6), 128, np.uint8), np.full((4, 6), 126, np.uint8)])  # u or v, then y
    found = converted(image, "yuv422", "bgr8")
    assert np.ptp(found) == 0
    np.testing.assert_array_equal(found, converted(image, "yuv422", "rgb8"))


def test_plain_types_keep_their_channels_and_change_their_type():
    depth = np.array([[0, 1500, 65535]], np.uint16)
    found = converted(depth, "16UC1", "32FC1")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, depth)


def test_a_colour_may_become_a_plain_type():
    image = pixels("uint8", 3)
    np.testing.assert_array_equal(converted(image, "bgr8", "8UC3"), image)


@pytest.mark.parametrize(
    ("source", "target"),
    [("16UC1", "bgr8"), ("8UC3", "bgr8"), ("bgr8", "8UC1"), ("16UC1", "32FC3"), ("bgr8", "x")],
)
def test_conversions_that_make_no_sense_are_refused(source, target):
    channels = 3 if source.endswith("3") or source == "bgr8" else 1
    with pytest.raises(CvBridgeError):
        converted(pixels("uint16" if source.startswith("16") else "uint8", channels), source, target)
