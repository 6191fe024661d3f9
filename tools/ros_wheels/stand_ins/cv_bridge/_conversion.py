"""From one encoding to another."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ._encodings import Encoding, parse
from ._errors import CvBridgeError

Pixels = NDArray[Any]

# OpenCV names a Bayer pattern by the second pixel of its second row.
_OPENCV_NAMES = {
    "mono": "GRAY",
    "bayer_rggb": "BayerBG",
    "bayer_bggr": "BayerRG",
    "bayer_gbrg": "BayerGR",
    "bayer_grbg": "BayerGB",
}
_YUV_SUFFIXES = {"yuv422": "_UYVY", "yuv422_yuy2": "_YUY2"}


def convert(image: Pixels, source: str, target: str) -> Pixels:
    """Pixels of the encoding ``source`` in the encoding ``target``; 8 and 16 bits are scaled to one another.

    Raises:
        CvBridgeError: the conversion makes no sense or is not supported.
    """
    if source == target:
        return image
    have, want = parse(source), parse(target)
    if have.colour is None or want.colour is None:
        _require_same_meaning(have, want, source, target)
    elif have.colour != want.colour:
        image = cv2.cvtColor(image, _colour_code(have.colour, want.colour, source, target))
    return _with_depth(image, want.dtype)


def _require_same_meaning(have: Encoding, want: Encoding, source: str, target: str) -> None:
    if have.colour is None and want.colour is not None:
        raise CvBridgeError(f"[{source}] is not a color format, but [{target}] is")
    if have.channels != want.channels:
        raise CvBridgeError(f"[{source}] and [{target}] do not have the same number of channels")


def _colour_code(have: str, want: str, source: str, target: str) -> int:
    """OpenCV's number for a conversion of colours."""
    first = "YUV" if have in _YUV_SUFFIXES else _OPENCV_NAMES.get(have, have.upper())
    second = _OPENCV_NAMES.get(want, want.upper()) + _YUV_SUFFIXES.get(have, "")
    code: int | None = getattr(cv2, f"COLOR_{first}2{second}", None)
    if code is None or want.startswith(("bayer", "yuv")) or (have.startswith("bayer") and want.endswith("a")):
        raise CvBridgeError(f"Unsupported conversion from [{source}] to [{target}]")
    return code


def _with_depth(image: Pixels, dtype: np.dtype[Any]) -> Pixels:
    """With another type of value; integers are rounded and kept within their range."""
    if image.dtype == dtype:
        return image
    bits = (image.dtype.itemsize, dtype.itemsize)
    scale = {(1, 2): 65535 / 255, (2, 1): 255 / 65535}.get(bits, 1.0)
    if dtype.kind == "f":
        return (image * scale).astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(image * scale), limits.min, limits.max).astype(dtype)
