"""Masks that a segmenter predicted, in the JSON format of the BOP benchmark (that of COCO results)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.rle import decode_mask


@dataclass(frozen=True, eq=False)
class Detection:
    """One predicted mask, decoded when asked for.

    Attributes:
        scene_id, image_id, object_id: where, and of what.
        score: the segmenter's confidence.
        seconds: that segmenting the whole image took; 0 where it is not known.
        segmentation: run lengths.
        where: names its file and place in errors.
    """

    scene_id: int
    image_id: int
    object_id: int
    score: float
    seconds: float
    segmentation: Mapping[str, Any]
    where: str

    def mask(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """The pixels, bool of a shape.

        Raises:
            InvalidDatasetError: the run lengths are malformed or of another size.
        """
        try:
            mask = decode_mask(self.segmentation)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidDatasetError(f"{self.where}: segmentation: {error}") from error
        if mask.shape != shape:
            raise InvalidDatasetError(
                f"{self.where}: the mask is {mask.shape[1]}x{mask.shape[0]} but the depth image is "
                f"{shape[1]}x{shape[0]}"
            )
        return mask


def read_detections(path: Path) -> list[Detection]:
    """The masks of a JSON file, or of all those in a folder.

    Raises:
        InvalidDatasetError: there is no such file, or it is malformed.
    """
    files = detection_files(path)
    return [_detection(file, place, entry) for file in files for place, entry in enumerate(_entries(file))]


def detection_files(path: Path) -> list[Path]:
    """The JSON files in a folder, or the file itself.

    Raises:
        InvalidDatasetError: the folder has none.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise InvalidDatasetError(f"{path}: holds no .json of predicted masks")
    return files


def _entries(file: Path) -> list[Any]:
    entries = read_json(file)
    if not isinstance(entries, list):
        raise InvalidDatasetError(f"{file}: must be a JSON list of predicted masks")
    return entries


def _detection(file: Path, place: int, entry: Any) -> Detection:
    where = f"{file}: mask {place}"
    try:
        scene, image, thing = (int(entry[key]) for key in ("scene_id", "image_id", "category_id"))
        score, seconds = float(entry["score"]), max(0.0, float(entry.get("time", 0.0)))
        if not np.isfinite([score, seconds]).all():
            raise ValueError("score and time must be finite")
        return Detection(scene, image, thing, score, seconds, entry["segmentation"], where)
    except KeyError as error:
        raise InvalidDatasetError(f"{where}: {error} is missing") from error
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InvalidDatasetError(f"{where}: {error}") from error
