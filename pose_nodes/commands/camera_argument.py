"""The camera of the command line: four numbers, or a JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera

_HOW = "give fx,fy,cx,cy or a JSON file with fx, fy, cx, cy or cam_K"
_MATRIX_KEYS = ("cam_K", "K")


def read_camera(text: str, width: int, height: int) -> PinholeCamera:
    """The camera that a command line names.

    Args:
        text: "fx,fy,cx,cy" in pixels, or the path of a JSON file that has these four, or a 3x3 `cam_K`
            (nested, or nine numbers row by row), and may have `width` and `height`.
        width, height: of the depth image, taken where the file names no size.

    Raises:
        InvalidInputError: the text is neither, or the numbers are not those of a camera.
    """
    if text.lower().endswith(".json") or Path(text).is_file():
        return _from_file(Path(text), width, height)
    try:
        fx, fy, cx, cy = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInputError(f"camera '{text}': is neither four numbers nor a JSON file; {_HOW}") from None
    return PinholeCamera(fx, fy, cx, cy, width, height)


def _from_file(path: Path, width: int, height: int) -> PinholeCamera:
    values = _read_object(path)
    try:
        size = _whole(values.get("width", width)), _whole(values.get("height", height))
        matrix = next((values[key] for key in _MATRIX_KEYS if key in values), None)
        if matrix is not None:
            return PinholeCamera.from_matrix(np.asarray(matrix, np.float64), *size)
        fx, fy, cx, cy = (float(values[key]) for key in ("fx", "fy", "cx", "cy"))
        return PinholeCamera(fx, fy, cx, cy, *size)
    except KeyError as error:
        raise InvalidInputError(f"camera {path}: {error} is missing; {_HOW}") from error
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"camera {path}: a value is not a number ({error}); {_HOW}") from error
    except InvalidInputError as error:
        raise InvalidInputError(f"camera {path}: {error}") from error


def _whole(value: Any) -> int:
    """A size in pixels; `int` alone would cut fractions off, and has another error for infinity."""
    if not float(value).is_integer():
        raise InvalidInputError(f"a size of {value} pixels is not a whole number")
    return int(value)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"camera {path}: cannot be read ({error.strerror}); {_HOW}") from error
    except (ValueError, RecursionError) as error:  # the latter when nested too deeply
        raise InvalidInputError(f"camera {path}: is not valid JSON ({error}); {_HOW}") from error
    if not isinstance(values, dict):
        raise InvalidInputError(f"camera {path}: must be a JSON object; {_HOW}")
    return values
