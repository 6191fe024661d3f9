"""What the names of encodings in sensor_msgs/Image stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ._errors import CvBridgeError

_DEPTHS = {
    "8U": "uint8",
    "8S": "int8",
    "16U": "uint16",
    "16S": "int16",
    "32S": "int32",
    "32F": "float32",
    "64F": "float64",
}
_NAMES = {name: depth for depth, name in _DEPTHS.items()}
_CHANNELS = {"mono": 1, "rgb": 3, "bgr": 3, "rgba": 4, "bgra": 4}
_BAYER = ("bayer_rggb", "bayer_bggr", "bayer_gbrg", "bayer_grbg")
_YUV = ("yuv422", "yuv422_yuy2")


@dataclass(frozen=True)
class Encoding:
    """One encoding.

    Attributes:
        dtype: of one channel, in native byte order.
        channels: values of one pixel.
        colour: what the channels mean ("mono", "rgb", "bayer_rggb", "yuv422"); None if not said.
    """

    dtype: np.dtype[np.generic]
    channels: int
    colour: str | None


def parse(name: str) -> Encoding:
    """The encoding of this name.

    Raises:
        CvBridgeError: there is none.
    """
    if name in _YUV:
        return Encoding(np.dtype("uint8"), 2, name)
    colour = re.fullmatch(r"(\w+?)(8|16)", name)
    if colour and colour[1] in (*_CHANNELS, *_BAYER):
        return Encoding(np.dtype(f"uint{colour[2]}"), _CHANNELS.get(colour[1], 1), colour[1])
    plain = re.fullmatch(r"(8U|8S|16U|16S|32S|32F|64F)(?:C(\d+))?", name)
    if plain:
        return Encoding(np.dtype(_DEPTHS[plain[1]]), int(plain[2] or 1), None)
    raise CvBridgeError(f"Unrecognized image encoding [{name}]")


def plain_name(dtype: np.dtype[np.generic], channels: int) -> str:
    """The encoding that says nothing but the type, as "8UC3".

    Raises:
        CvBridgeError: images have no such type.
    """
    if dtype.name not in _NAMES:
        raise CvBridgeError(f"Images of {dtype.name} have no encoding")
    return f"{_NAMES[dtype.name]}C{channels}"
