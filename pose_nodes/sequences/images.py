"""Colour, depth and mask images on disk, in the library's units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.sequences.files import write_bytes


def read_color(path: Path) -> NDArray[np.uint8]:
    """An 8-bit colour or grey image -> (h, w, 3) uint8 RGB.

    Raises:
        InvalidInputError: the file is missing or no 8-bit image.
    """
    return decode_color(_bytes(path), str(path))


def decode_color(data: bytes, where: str) -> NDArray[np.uint8]:
    """As `read_color`, of an encoded image; `where` names it in errors."""
    image = _decoded(data, where)
    if image.dtype != np.uint8:
        raise InvalidInputError(f"{where}: has {image.dtype} pixels; a colour image has 8 bits a channel")
    if image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_depth(path: Path, units_per_metre: float) -> NDArray[np.float32]:
    """A single-channel depth image -> (h, w) float32 metres along z, NaN where nothing was measured.

    Args:
        path: 16-bit integers (0 is no measurement), or floating point (0, NaN and infinity are none).
        units_per_metre: 1000 for millimetres.

    Raises:
        InvalidInputError: the file is missing, is no depth image, or the unit is not a positive number.
    """
    return decode_depth(_bytes(path), str(path), units_per_metre)


def decode_depth(data: bytes, where: str, units_per_metre: float) -> NDArray[np.float32]:
    """As `read_depth`, of an encoded image; `where` names it in errors."""
    if not np.isfinite(units_per_metre) or units_per_metre <= 0:
        raise InvalidInputError(
            f"depth unit: {units_per_metre:g} units per metre is not a positive number; millimetres are 1000"
        )
    image = _decoded(data, where)
    if image.ndim != 2 or image.dtype not in (np.uint16, np.float32, np.float64):
        channels = 1 if image.ndim == 2 else image.shape[2]
        raise InvalidInputError(
            f"{where}: has {channels} channel(s) of {image.dtype}; a depth image has one, of 16-bit integers "
            "or floats"
        )
    depth = image.astype(np.float32) / np.float32(units_per_metre)
    depth[~np.isfinite(depth) | (depth <= 0)] = np.nan
    return depth


def read_mask(path: Path) -> NDArray[np.bool_]:
    """A single-channel image -> (h, w) bool, True where it is not 0.

    A mask that was saved as a colour or RGBA image is taken by its colour channels.

    Raises:
        InvalidInputError: the file is missing or no image.
    """
    image = _decoded(_bytes(path), str(path))
    if image.ndim == 3:
        image = image[..., :3].max(axis=2)
    return np.asarray(image > 0)


def read_image(path: Path) -> NDArray[np.integer[Any] | np.floating[Any]]:
    """The pixels as the file has them: (h, w), or (h, w, channels) with blue first.

    Raises:
        InvalidInputError: the file is missing or no image.
    """
    return _decoded(_bytes(path), str(path))


def write_color(path: Path, image: NDArray[np.uint8], quality: int = 92) -> None:
    """Write (h, w, 3) uint8 RGB whole or not at all; the ending chooses the format (.png, .jpg).

    Args:
        quality: of a JPEG, 0 to 100.

    Raises:
        InvalidInputError: no such format, or the place cannot be written to.
    """
    write_bytes(path, encode_color(image, str(path), quality))


def encode_color(image: NDArray[np.uint8], name: str, quality: int = 92) -> bytes:
    """(h, w, 3) uint8 RGB in the format of the ending of a name."""
    # OpenCV complains of an option that is not of the format.
    is_jpeg = Path(name).suffix.lower() in (".jpg", ".jpeg")
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if is_jpeg else []
    return _encoded(name, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)


def write_depth(path: Path, depth: NDArray[np.float32], units_per_metre: float) -> None:
    """Write (h, w) float32 metres as a 16-bit PNG, NaN as 0.

    Raises:
        InvalidInputError: a depth does not fit 16 bits in that unit, or the place cannot be written to.
    """
    write_bytes(path, encode_depth(depth, str(path), units_per_metre))


def encode_depth(depth: NDArray[np.float32], name: str, units_per_metre: float) -> bytes:
    """As `write_depth`, in the format of the ending of a name."""
    metres = np.nan_to_num(depth.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    units = np.rint(metres * units_per_metre)
    if units.max(initial=0.0) > np.iinfo(np.uint16).max:
        raise InvalidInputError(
            f"{name}: depth reaches {metres.max():.1f} m, which does not fit 16 bits at "
            f"{units_per_metre:g} units per metre; use a coarser unit"
        )
    return _encoded(name, units.astype(np.uint16), [])


def write_mask(path: Path, mask: NDArray[np.bool_]) -> None:
    """Write (h, w) bool as an 8-bit image, 255 where True."""
    write_bytes(path, _encoded(str(path), mask.astype(np.uint8) * 255, []))


def _bytes(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror})") from error


def _decoded(data: bytes, where: str) -> NDArray[np.integer[Any] | np.floating[Any]]:
    whole = bool(data) and not _is_cut_jpeg(data)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if whole else None
    if image is None:
        raise InvalidInputError(
            f"{where}: is not an image that can be read, or is cut short; use PNG, JPEG or TIFF"
        )
    return np.asarray(image)


def _is_cut_jpeg(data: bytes) -> bool:
    """Whether a JPEG ends within its pixels: older OpenCV fills up what is missing in grey.

    Neither the start of the pixels (FF DA) nor the end of the image (FF D9) occurs within coded pixels.
    """
    return data.startswith(b"\xff\xd8") and data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")


def _encoded(name: str, image: NDArray[np.integer[Any] | np.floating[Any]], options: list[int]) -> bytes:
    suffix = Path(name).suffix
    if not cv2.haveImageWriter(Path(name).name):
        raise InvalidInputError(f"{name}: '{suffix}' is not an image format; use .png or .jpg")
    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise InvalidInputError(f"{name}: the image cannot be stored as '{suffix}'; use .png")
    return bytes(data)
