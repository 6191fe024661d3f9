"""Result files of the BOP benchmark: a CSV line for each estimated pose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_files import METRES_PER_MILLIMETRE, numbers
from pose_nodes.sequences.files import write_text

HEADER = "scene_id,im_id,obj_id,score,R,t,time"
UNKNOWN_TIME = -1.0
_RIGID_TOLERANCE = 1e-2
"""Published results are rounded to few digits; the nearest rotation is taken."""
_TIME_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class PoseResult:
    """One estimated pose.

    Attributes:
        scene_id, image_id, object_id: where, and of what.
        score: the higher, the surer.
        T_camera_object: (4, 4) float64, mesh coordinates (metres) into the camera's optical frame.
        seconds: for the whole image; -1 where it is not known.
    """

    scene_id: int
    image_id: int
    object_id: int
    score: float
    T_camera_object: NDArray[np.float64]
    seconds: float = UNKNOWN_TIME


def result_name(method: str, data_set: str, split: str, suffix: str = "") -> str:
    """METHOD_DATASET-SPLIT.csv, or METHOD_DATASET-SPLIT-TYPE_SUFFIX.csv with a split as "test_primesense".

    Only one underscore is left between the parts, by which the benchmark's program tells them apart.

    Raises:
        InvalidConfigError: the method's name has an underscore or another sign that ends a name there.
    """
    if not re.fullmatch(r"[A-Za-z0-9-]+", method):
        raise InvalidConfigError(
            f"method '{method}': its name may have letters, digits and hyphens alone, so that BOP can tell "
            "what the file is of"
        )
    where = f"{re.sub('[^A-Za-z0-9]', '', data_set)}-{split.replace('_', '-')}"
    return "_".join([method, where, *([suffix] if suffix else [])]) + ".csv"


def write_results(path: Path, results: Iterable[PoseResult]) -> None:
    """Write a result file, whole or not at all.

    Raises:
        InvalidInputError: the place cannot be written to.
    """
    write_text(path, "\n".join([HEADER, *map(_line, results)]) + "\n")


def read_results(path: Path) -> list[PoseResult]:
    """The poses of a result file, in its order.

    Raises:
        InvalidDatasetError: the file is missing or malformed, or tells two times for one image.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InvalidDatasetError(f"{path}: is no text; expected a CSV with the header {HEADER}") from error
    if not lines or lines[0].strip().lstrip("\ufeff") != HEADER:
        raise InvalidDatasetError(f"{path}: must begin with the header {HEADER}")
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    results = [_result(path, number, line) for number, line in rows]
    _check_times(path, results)
    return results


def _line(result: PoseResult) -> str:
    T = result.T_camera_object
    rotation = " ".join(repr(float(value)) for value in T[:3, :3].ravel())
    translation = " ".join(repr(float(value)) for value in T[:3, 3] / METRES_PER_MILLIMETRE)
    place = f"{result.scene_id},{result.image_id},{result.object_id}"
    return f"{place},{float(result.score)!r},{rotation},{translation},{float(result.seconds)!r}"


def _result(path: Path, number: int, line: str) -> PoseResult:
    cells = line.split(",")
    if len(cells) != 7:
        raise InvalidDatasetError(f"{path}: line {number}: has {len(cells)} cells instead of seven")
    try:
        scene, image, thing = (int(cell) for cell in cells[:3])
        score, seconds = (numbers(cells[i], 1, name)[0] for i, name in ((3, "score"), (6, "time")))
        R = numbers(cells[4].split(), 9, "R").reshape(3, 3)
        t = numbers(cells[5].split(), 3, "t") * METRES_PER_MILLIMETRE
    except ValueError as error:
        raise InvalidDatasetError(f"{path}: line {number}: {error}") from error
    if not se3.is_rigid(se3.from_rotation_translation(R, t), _RIGID_TOLERANCE):
        raise InvalidDatasetError(f"{path}: line {number}: R is not a rotation")
    T = se3.from_rotation_translation(se3.nearest_rotation(R), t)
    return PoseResult(scene, image, thing, float(score), T, float(seconds))


def _check_times(path: Path, results: list[PoseResult]) -> None:
    times: dict[tuple[int, int], float] = {}
    for result in results:
        place = (result.scene_id, result.image_id)
        if abs(times.setdefault(place, result.seconds) - result.seconds) > _TIME_TOLERANCE:
            raise InvalidDatasetError(
                f"{path}: image {place[1]} of scene {place[0]} has several times; all poses of an image have "
                "that of the whole image"
            )
