"""The folders and JSON files of the BOP benchmark's layout (bop.felk.cvut.cz), checked while they are read.

DATASET/models/obj_000001.ply, models_info.json     millimetres
DATASET/objects.yaml                                optional (ours): the names of the objects
DATASET/SPLIT/000001/                               a scene: rgb/ depth/ mask_visib/ scene_*.json
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry import se3

METRES_PER_MILLIMETRE = 1e-3
SCENE_MARK = "scene_camera.json"
TRUTHS_FILE = "scene_gt.json"
OBJECTS_FILE = "objects.yaml"
_MODEL_FOLDERS = ("models", "models_eval", "models_cad", "models_reconst", "models_fine")
_MODEL_NAME = re.compile(r"obj_(\d{6})")

T = TypeVar("T")


def find_scenes(folder: Path) -> list[Path]:
    """The scene folders meant by a folder that is one, or that holds some (a data set or a split).

    Raises:
        InvalidDatasetError: there is no scene in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InvalidDatasetError(f"{folder}: no such folder")
    if (folder / SCENE_MARK).is_file():
        return [folder]
    scenes = sorted(mark.parent for depth in ("*", "*/*") for mark in folder.glob(f"{depth}/{SCENE_MARK}"))
    if not scenes:
        raise InvalidDatasetError(f"{folder}: holds no BOP scene; expected a {SCENE_MARK} in it or below")
    return scenes


def find_scene(folder: Path) -> Path:
    """The scene folder meant by a folder that is one, or that holds exactly one.

    Raises:
        InvalidDatasetError: there is no scene in it, or more than one.
    """
    scenes = find_scenes(folder)
    if len(scenes) > 1:
        listed = ", ".join(str(scene.relative_to(folder)) for scene in scenes[:4])
        raise InvalidDatasetError(f"{folder}: holds {len(scenes)} scenes ({listed}, …); name one of them")
    return scenes[0]


def find_models(scene_dir: Path) -> Path:
    """The folder of the models that belong to a scene, beside its split.

    Raises:
        InvalidDatasetError: there is none.
    """
    for parent in _split_and_data_set(scene_dir):
        for name in _MODEL_FOLDERS:
            if any((parent / name).glob("obj_*.ply")):
                return parent / name
    raise InvalidDatasetError(
        f"{scene_dir}: no models folder with obj_*.ply beside its split; a data set is DATASET/models and "
        "DATASET/SPLIT/SCENE"
    )


def find_objects_file(scene_dir: Path) -> Path | None:
    """The objects.yaml of the data set that a scene belongs to, or None."""
    files = [parent / OBJECTS_FILE for parent in _split_and_data_set(scene_dir)]
    return next((path for path in files if path.is_file()), None)


def model_ids(models_dir: Path) -> list[int]:
    """The object ids of the meshes in a models folder."""
    matches = (_MODEL_NAME.fullmatch(path.stem) for path in sorted(models_dir.glob("obj_*.ply")))
    return [int(match.group(1)) for match in matches if match]


def default_name(object_id: int) -> str:
    """What an object is called that nobody named: the stem of its mesh file."""
    return f"obj_{object_id:06d}"


def names_from_objects_file(path: Path) -> dict[int, str]:
    """Names by object id: an object of the objects file whose mesh is `obj_000007.*` is BOP's object 7.

    Raises:
        InvalidDatasetError: the file is missing, no objects file, or names the same object twice.
    """
    try:
        objects = yaml.safe_load(Path(path).read_text(encoding="utf-8"))["objects"]
        meshes = {str(name): Path(str(entry["mesh"])).stem for name, entry in objects.items()}
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InvalidDatasetError(
            f"{path}: is not an objects file; expected 'objects:' with a block for each object that has a "
            "'mesh:'"
        ) from error
    names: dict[int, str] = {}
    for name, stem in meshes.items():
        match = _MODEL_NAME.fullmatch(stem)
        if match is None:
            continue
        if int(match.group(1)) in names:
            raise InvalidDatasetError(
                f"{path}: '{names[int(match.group(1))]}' and '{name}' share the mesh {stem}"
            )
        names[int(match.group(1))] = name
    return names


def read_by_image(path: Path) -> dict[int, Any]:
    """A scene_*.json: values by image id, in the order of the ids.

    Raises:
        InvalidDatasetError: the file is missing or not an object whose keys are image ids.
    """
    value = read_json(path)
    if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
        raise InvalidDatasetError(f"{path}: must be a JSON object whose keys are image ids")
    return {int(key): value[key] for key in sorted(value, key=int)}


def parsed(path: Path, image_id: int, read: Callable[[Any], T], entry: Any) -> T:
    """`read(entry)`, with every way in which an entry can be malformed turned into a sentence."""
    try:
        return read(entry)
    except KeyError as error:
        raise InvalidDatasetError(f"{path}: image {image_id}: {error} is missing") from error
    except (TypeError, ValueError, OverflowError, AttributeError, InvalidInputError) as error:
        raise InvalidDatasetError(f"{path}: image {image_id}: {error}") from error


def pose_of(entry: Mapping[str, Any]) -> NDArray[np.float64]:
    """cam_R_m2c and cam_t_m2c (mm) -> T_camera_object (4, 4), metres.

    Marker-board calibrations leave rotations that are orthonormal to some 0.1 % only: the nearest rotation is
    taken.

    Raises:
        ValueError, KeyError, InvalidInputError: the entry has no rotation and translation.
    """
    R = numbers(entry["cam_R_m2c"], 9, "cam_R_m2c").reshape(3, 3)
    t = numbers(entry["cam_t_m2c"], 3, "cam_t_m2c") * METRES_PER_MILLIMETRE
    return se3.from_rotation_translation(se3.nearest_rotation(R), t)


def camera_of(entry: Mapping[str, Any]) -> tuple[NDArray[np.float64], float]:
    """cam_K (9,) and depth_scale (millimetres a unit; 1 where the data set does not say).

    Raises:
        ValueError, KeyError: the entry has no camera matrix, or a scale that is not one.
    """
    K = numbers(entry["cam_K"], 9, "cam_K")
    depth_scale = float(entry.get("depth_scale", 1.0))
    if not np.isfinite(depth_scale) or depth_scale <= 0:
        raise ValueError(
            f"depth_scale is {depth_scale:g}; it must be millimetres per unit of the depth image"
        )
    return K, depth_scale


def numbers(values: Any, count: int, name: str) -> NDArray[np.float64]:
    """A list of finite numbers -> (count,) float64.

    Raises:
        ValueError: it is not that.
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    if array.size != count or not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must have {count} finite values")
    return array


def _split_and_data_set(scene_dir: Path) -> list[Path]:
    return list(scene_dir.resolve().parents)[:2]
