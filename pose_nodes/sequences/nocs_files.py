"""The single files of NOCS data (CAMERA25, REAL275), with what is odd about them.

A frame is NNNN_color.png, NNNN_depth.png, NNNN_mask.png, NNNN_coord.png and NNNN_meta.txt in the folder of
its scene: CAMERA/{train,val}/00000 or Real/{train,test}/scene_1.

- depth: millimetres, 16 bits in REAL. CAMERA has either that or three channels of 8 bits, of which
  green · 256 + red is the depth, and 32001 where nothing was rendered.
- mask: the red channel is the instance's number, 255 the background.
- coord: (red, green, blue) / 255 are (x + 0.5, y + 0.5, 0.5 - z) of the canonical frame of
  `CategoryInstance`: z is flipped because the renderer's frame was left-handed.
- meta: a line an instance, "number class model" in REAL, "number class synset model" in CAMERA,
  "number class model.npz" in REAL's validation scenes; class 0 is a distractor.
- the meshes of CAMERA, model.obj, hold (x, y, -z) for the same reason, in lengths of the diagonal; those of
  REAL hold (x, y, z) in metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences.files import write_bytes, write_text
from pose_nodes.sequences.images import read_image

CATEGORIES = ("bottle", "bowl", "camera", "can", "laptop", "mug")
"""Class k of CAMERA25 and REAL275 is CATEGORIES[k - 1]."""
SYNSETS = {
    "bottle": "02876657", "bowl": "02880940", "camera": "02942699", "can": "02946921", "laptop": "03642806",
    "mug": "03797390",
}  # fmt: skip
CAMERA_INTRINSICS = PinholeCamera(577.5, 577.5, 319.5, 239.5, 640, 480)
REAL_INTRINSICS = PinholeCamera(591.0125, 590.16775, 322.525, 244.11084, 640, 480)
BACKGROUND = 255
UNITS_PER_METRE = 1000.0
_NOTHING_RENDERED = 32001


@dataclass(frozen=True)
class MetaLine:
    """One line of NNNN_meta.txt.

    Attributes:
        instance_id: value in the mask.
        class_id: from 1; 0 for a distractor.
        model: name of the object; empty where a distractor has none.
        synset: folder of the model in CAMERA; empty in REAL.
    """

    instance_id: int
    class_id: int
    model: str = ""
    synset: str = ""


def read_meta(path: Path) -> list[MetaLine]:
    """The objects of a frame.

    Raises:
        InvalidDatasetError: the file is missing, or a line is of none of the three kinds.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InvalidDatasetError(f"{path}: cannot be read ({reason})") from error
    return [_meta_line(path, number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]


def _meta_line(path: Path, number: int, words: list[str]) -> MetaLine:
    whole = len(words) >= 2 and words[0].isdecimal() and words[1].isdecimal()
    if not whole or len(words) > 4 or (len(words) == 2 and int(words[1]) > 0):
        raise InvalidDatasetError(
            f"{path}: line {number} is {' '.join(words)!r}; a line is 'number class model' or "
            "'number class synset model'"
        )
    synset = words[2] if len(words) == 4 else ""
    return MetaLine(int(words[0]), int(words[1]), words[-1] if len(words) > 2 else "", synset)


def read_depth(path: Path) -> NDArray[np.float32]:
    """A depth image of either encoding -> (h, w) float32 metres, NaN where there is none.

    Raises:
        InvalidInputError: the file is missing, or no image of these kinds.
    """
    image = read_image(path)
    if image.ndim == 3 and image.dtype == np.uint8:
        units = image[..., 1].astype(np.uint16) * 256 + image[..., 2]
    elif image.ndim == 2 and image.dtype == np.uint16:
        units = np.asarray(image, np.uint16)
    else:
        raise InvalidDatasetError(
            f"{path}: has {image.dtype} pixels of shape {image.shape[2:]}; depth is one channel of 16 bits, "
            "or three of 8"
        )
    depth = units.astype(np.float32) / np.float32(UNITS_PER_METRE)
    depth[(units == 0) | (units == _NOTHING_RENDERED)] = np.nan
    return depth


def read_mask(path: Path) -> NDArray[np.uint8]:
    """(h, w) uint8 instance numbers, BACKGROUND where there is none.

    Raises:
        InvalidInputError: the file is missing or no image of 8 bits a channel.
    """
    image = read_image(path)
    if image.dtype != np.uint8:
        raise InvalidDatasetError(f"{path}: has {image.dtype} pixels; a mask has 8 bits a channel")
    return np.ascontiguousarray(image if image.ndim == 2 else image[..., 2])


def read_coordinates(path: Path) -> NDArray[np.float32]:
    """(h, w, 3) float32 canonical coordinates, -0.5 to 0.5, z flipped back; of use on instances alone.

    Raises:
        InvalidInputError: the file is missing or no colour image of 8 bits a channel.
    """
    image = read_image(path)
    if image.dtype != np.uint8 or image.ndim != 3:
        raise InvalidDatasetError(f"{path}: is no colour image of 8 bits a channel, as coordinates are")
    coordinates = image[..., 2::-1].astype(np.float32) / np.float32(255) - np.float32(0.5)
    coordinates[..., 2] *= -1
    return np.asarray(coordinates, np.float32)


def write_mask(path: Path, mask: NDArray[np.uint8]) -> None:
    """Write (h, w) uint8 instance numbers, the same in all channels."""
    _write_png(path, np.repeat(mask[..., None], 3, axis=2))


def write_coordinates(path: Path, nocs: NDArray[np.float32]) -> None:
    """Write (h, w, 3) canonical coordinates, -0.5 to 0.5; NaN, the background, becomes white."""
    flipped = nocs * np.array([1, 1, -1], np.float32) + np.float32(0.5)
    levels = np.rint(np.clip(flipped, 0, 1) * 255)
    _write_png(path, np.where(np.isnan(levels), 255, levels).astype(np.uint8)[..., ::-1])


def write_meta(path: Path, lines: list[MetaLine]) -> None:
    """Write the objects of a frame."""
    texts = (f"{line.instance_id} {line.class_id} {line.synset} {line.model}" for line in lines)
    write_text(path, "".join(" ".join(text.split()) + "\n" for text in texts))


def _write_png(path: Path, image: NDArray[np.uint8]) -> None:
    _, data = cv2.imencode(".png", np.ascontiguousarray(image))
    write_bytes(path, data.tobytes())
