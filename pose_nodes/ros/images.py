"""sensor_msgs/Image <-> arrays: colour, depth and labels.

The pixels are read in place through the row step, so that padded rows and either byte order cost nothing
extra. (cv_bridge's reader divides the step by the pixel size, which shears images whose padding is not a
multiple of it.)
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.pointcloud import LONGEST_DEPTH, SHORTEST_DEPTH

MILLIMETRE = np.float32(0.001)

# The channels that are red, green, blue, in this order; the one of mono8 is broadcast to all three.
_RGB_CHANNELS: Mapping[str, slice] = {
    "rgb8": slice(0, 3),
    "rgba8": slice(0, 3),
    "bgr8": slice(2, None, -1),
    "bgra8": slice(2, None, -1),
    "mono8": slice(0, 1),
}
_CHANNELS: Mapping[str, int] = {"rgb8": 3, "bgr8": 3, "rgba8": 4, "bgra8": 4, "mono8": 1}
_DEPTH_TYPES: Mapping[str, type[np.generic]] = {"16UC1": np.uint16, "32FC1": np.float32}
_LABEL_TYPES: Mapping[str, type[np.generic]] = {
    "mono8": np.uint8,
    "8UC1": np.uint8,
    "mono16": np.uint16,
    "16UC1": np.uint16,
}

COLOR_ENCODINGS = tuple(_CHANNELS)
DEPTH_ENCODINGS = tuple(_DEPTH_TYPES)
LABEL_ENCODINGS = tuple(_LABEL_TYPES)


def decode_color(message: Image, topic: str) -> NDArray[np.uint8]:
    """A colour image as (height, width, 3) uint8 RGB, C-contiguous.

    Raises:
        InvalidInputError: an encoding other than COLOR_ENCODINGS, or a layout that contradicts itself.
    """
    _require_encoding(
        message, topic, COLOR_ENCODINGS, "let the driver publish rgb8, or debayer it with image_proc"
    )
    pixels = _pixels(message, topic, np.uint8, _CHANNELS[message.encoding])
    rgb = np.empty((message.height, message.width, 3), np.uint8)
    rgb[...] = pixels[..., _RGB_CHANNELS[message.encoding]]
    return rgb


def decode_depth(message: Image, topic: str) -> NDArray[np.float32]:
    """A depth image as (height, width) float32 metres, NaN where nothing was measured (REP 117, REP 118).

    16UC1 is millimetres with 0 for nothing; 32FC1 is metres, where zero, negative, infinite and absurd values
    are nothing, too.

    Raises:
        InvalidInputError: an encoding other than DEPTH_ENCODINGS, or a layout that contradicts itself.
    """
    hint = "publish depth as 16UC1 (millimetres) or 32FC1 (metres)"
    _require_encoding(message, topic, DEPTH_ENCODINGS, hint)
    pixels = _pixels(message, topic, _DEPTH_TYPES[message.encoding], 1)[..., 0]
    if message.encoding == "16UC1":
        return np.asarray(_METRES.take(pixels.astype(np.uint16, copy=False)))
    return _measured(pixels.astype(np.float32))


def _measured(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Depth in metres with NaN for what is none, in place."""
    depth[~((depth > SHORTEST_DEPTH) & (depth < LONGEST_DEPTH))] = np.nan  # NaN compares false
    return depth


_METRES = _measured(MILLIMETRE * np.arange(2**16, dtype=np.float32))
"""Of each number of millimetres: to look them up takes a third of the time of arithmetic."""


def decode_labels(message: Image, topic: str) -> NDArray[np.uint16]:
    """A label image as (height, width) uint16.

    Raises:
        InvalidInputError: an encoding other than LABEL_ENCODINGS, or a layout that contradicts itself.
    """
    _require_encoding(message, topic, LABEL_ENCODINGS, "publish labels as mono8 or mono16")
    return _pixels(message, topic, _LABEL_TYPES[message.encoding], 1)[..., 0].astype(np.uint16)


def encode_image(pixels: NDArray[np.generic], encoding: str, header: Header) -> Image:
    """An array (height, width[, channels]) as a message with tight rows in native byte order.

    The encoding is the caller's word for it; the array's type and channels must be those of the encoding.
    """
    height, width = pixels.shape[:2]
    message = Image(header=header, height=height, width=width, encoding=encoding)
    message.is_bigendian = int(sys.byteorder == "big")
    message.step = pixels.nbytes // height
    message.data = array("B", pixels.tobytes())
    return message


def _require_encoding(message: Image, topic: str, accepted: tuple[str, ...], hint: str) -> None:
    if message.encoding not in accepted:
        raise InvalidInputError(
            f"{topic}: encoding '{message.encoding}' is not one of {', '.join(accepted)}; {hint}"
        )


def _pixels(message: Image, topic: str, dtype: type[np.generic], channels: int) -> NDArray[np.generic]:
    """A view (height, width, channels) of the message's data, whatever its row step and byte order."""
    kind = np.dtype(dtype).newbyteorder(">" if message.is_bigendian else "<")
    row_bytes = message.width * channels * kind.itemsize
    _require_layout(message, topic, row_bytes)
    return np.ndarray(
        (message.height, message.width, channels),
        kind,
        buffer=message.data,
        strides=(message.step, channels * kind.itemsize, kind.itemsize),
    )


def _require_layout(message: Image, topic: str, row_bytes: int) -> None:
    size = f"{message.width}x{message.height} {message.encoding}"
    if message.width == 0 or message.height == 0:
        raise InvalidInputError(f"{topic}: the image is empty ({size}); look at the camera driver")
    if message.step < row_bytes:
        raise InvalidInputError(
            f"{topic}: rows of {size} take {row_bytes} bytes but step is {message.step}; look at the camera "
            "driver"
        )
    needed = message.step * (message.height - 1) + row_bytes
    if len(message.data) < needed:
        raise InvalidInputError(
            f"{topic}: {size} with step {message.step} takes {needed} bytes but the message has "
            f"{len(message.data)}; look at the camera driver"
        )
