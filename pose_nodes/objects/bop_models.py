"""The models folder of a BOP data set: obj_*.ply and models_info.json, in millimetres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup

FROM_MODELS_INFO = "bop"
"""What an objects file says of an object whose symmetries stand in models_info.json."""
_INFO_FILE = "models_info.json"
_METRES_PER_MILLIMETRE = 1e-3
_RIGID_TOLERANCE = 1e-2
"""Published matrices are rounded to few digits."""


def mesh_path(models_dir: Path, object_id: int) -> Path:
    """Where the mesh of an object lies."""
    return models_dir / f"obj_{object_id:06d}.ply"


def info_file(models_dir: Path) -> Path:
    """Where the symmetries and diameters of a models folder stand, if it has any."""
    return models_dir / _INFO_FILE


def read_symmetries(models_dir: Path, object_ids: Iterable[int]) -> dict[int, SymmetryGroup]:
    """The symmetry groups of some objects by their ids; without those that models_info.json does not list,
    and empty for a folder without that file.

    Other objects of the file may be what no pose can be told of, as a ball.

    Raises:
        InvalidDatasetError: the file is malformed, or one of these objects has no usable symmetries.
    """
    path = info_file(models_dir)
    infos = _infos(path)
    return {i: _symmetry(path, i, infos[i]) for i in object_ids if i in infos}


def read_diameters(models_dir: Path, object_ids: Iterable[int]) -> dict[int, float]:
    """The diameters of some objects by their ids, metres; without those that models_info.json does not list,
    and empty for a folder without that file.

    Raises:
        InvalidDatasetError: the file is malformed, or one of these diameters is no positive number.
    """
    path = info_file(models_dir)
    infos = _infos(path)
    return {i: _diameter(path, i, infos[i]) for i in object_ids if i in infos}


def _infos(path: Path) -> dict[int, Any]:
    if not path.is_file():
        return {}
    infos = read_json(path)
    if not isinstance(infos, dict) or not all(key.isdecimal() for key in infos):
        raise InvalidDatasetError(f"{path}: must be a JSON object whose keys are object ids")
    return {int(key): info for key, info in infos.items()}


def _diameter(path: Path, key: int, info: Any) -> float:
    try:
        diameter = float(info["diameter"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidDatasetError(
            f"{path}: object {key}: has no diameter, a number in millimetres"
        ) from error
    if not np.isfinite(diameter) or diameter <= 0:
        raise InvalidDatasetError(f"{path}: object {key}: a diameter of {diameter:g} mm is no length")
    return diameter * _METRES_PER_MILLIMETRE


def symmetry_beside(mesh: Path) -> SymmetryGroup:
    """The symmetry group of a mesh of a models folder, from the models_info.json beside it.

    Raises:
        InvalidDatasetError: there is no such file, it is malformed, or does not list the object.
    """
    path, number = info_file(mesh.parent), mesh.stem.removeprefix("obj_")
    groups = read_symmetries(mesh.parent, [int(number)] if number.isdecimal() else [])
    if not groups:
        raise InvalidDatasetError(
            f"{path}: tells nothing of {mesh.name}; symmetry: {FROM_MODELS_INFO} needs a models folder of BOP"
        )
    return groups[int(number)]


def _symmetry(path: Path, key: int, info: Any) -> SymmetryGroup:
    try:
        motions = [_motion(values) for values in info.get("symmetries_discrete", ())]
        axes = [_axis(entry) for entry in info.get("symmetries_continuous", ())]
        if len(axes) > 1:
            raise ValueError("has several continuous symmetries (a ball), and so no orientation to track")
    except KeyError as error:
        raise InvalidDatasetError(
            f"{path}: object {key}: {error} of a continuous symmetry is missing"
        ) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidDatasetError(f"{path}: object {key}: {error}") from error
    discrete = np.reshape(motions, (-1, 4, 4))
    return SymmetryGroup.from_matrices(discrete, *axes[0]) if axes else SymmetryGroup.from_matrices(discrete)


def _motion(values: Any) -> se3.Matrix:
    """16 row-major values, millimetres -> (4, 4), metres, its rotation made exact."""
    given = np.asarray(values, dtype=np.float64)
    if given.size != 16 or not se3.is_rigid(given.reshape(4, 4), _RIGID_TOLERANCE):
        raise ValueError("a discrete symmetry must have the 16 values of a rigid motion")
    motion = given.reshape(4, 4)
    return se3.from_rotation_translation(
        se3.nearest_rotation(motion[:3, :3]), motion[:3, 3] * _METRES_PER_MILLIMETRE
    )


def _axis(entry: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Direction and a point in metres of a continuous symmetry."""
    direction = np.asarray(entry["axis"], dtype=np.float64)
    offset = np.asarray(entry.get("offset", (0.0, 0.0, 0.0)), dtype=np.float64)
    usable = direction.shape == offset.shape == (3,) and np.isfinite([direction, offset]).all()
    if not usable or not direction.any():
        raise ValueError("a continuous symmetry must have an axis and an offset of three values")
    return direction, offset * _METRES_PER_MILLIMETRE
