"""A data set in the layout of NOCS: where its parts lie, and by which camera and of which categories it is.

ROOT/CAMERA/{train,val}/00000/0000_*.png     rendered objects
ROOT/Real/{train,test}/scene_1/0000_*.png    recorded ones
ROOT/camera_full_depths/{train,val}/00000/0000_composed.png   CAMERA's depth with the background
ROOT/gts/{val,real_test}/results_*.pkl
ROOT/obj_models/
ROOT/nocs.json                               ours: camera and categories, where they are others
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences.files import write_json
from pose_nodes.sequences.nocs_files import CAMERA_INTRINSICS, CATEGORIES, REAL_INTRINSICS

DATASET_FILE = "nocs.json"
_REAL_SCENE = re.compile(r"scene_\d+")
_CAMERA_SCENE = re.compile(r"\d{5}")


@dataclass(frozen=True)
class NocsDataset:
    """What all scenes of a data set share.

    Attributes:
        categories: class k is categories[k - 1].
        camera: intrinsics; None for the published ones.
    """

    categories: tuple[str, ...] = CATEGORIES
    camera: PinholeCamera | None = None


def find_scenes(folder: Path) -> list[Path]:
    """The scene folders in a folder (a split or a data set), in order.

    Raises:
        InvalidDatasetError: the folder is missing or holds none.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InvalidDatasetError(f"{folder}: no such folder")
    scenes = {path.parent for depth in ("*", "*/*", "*/*/*") for path in folder.glob(f"{depth}/*_meta.txt")}
    if not scenes:
        raise InvalidDatasetError(f"{folder}: holds no scene of NOCS; expected folders with 0000_meta.txt")
    return sorted(scene for scene in scenes if not scene.name.startswith("."))


def read_dataset(scene: Path) -> NocsDataset:
    """The nocs.json above a scene; the published categories without one.

    Raises:
        InvalidDatasetError: the file is malformed.
    """
    path = next((path for parent in parents(scene) if (path := parent / DATASET_FILE).is_file()), None)
    if path is None:
        return NocsDataset()
    values = read_json(path)
    try:
        categories = tuple(str(name) for name in values["categories"])
        return NocsDataset(categories, _camera(values["camera"]))
    except KeyError as error:
        raise InvalidDatasetError(f"{path}: has no {error}") from error
    except (TypeError, ValueError, InvalidInputError) as error:
        raise InvalidDatasetError(f"{path}: is malformed ({error})") from error


def write_dataset_file(root: Path, dataset: NocsDataset) -> None:
    """Write nocs.json, for a data set with its own camera."""
    camera = dataset.camera or CAMERA_INTRINSICS
    keys = ("fx", "fy", "cx", "cy", "width", "height")
    values = {"categories": list(dataset.categories), "camera": {key: getattr(camera, key) for key in keys}}
    write_json(Path(root) / DATASET_FILE, values)


def camera_of(scene: Path, dataset: NocsDataset, shape: tuple[int, int]) -> PinholeCamera:
    """The camera of a scene: that of its data set, else the published one of its kind.

    Raises:
        InvalidDatasetError: the scene is of neither kind, or its images have another size.
    """
    if dataset.camera is not None:
        camera = dataset.camera
    elif _REAL_SCENE.fullmatch(scene.name):
        camera = REAL_INTRINSICS
    elif _CAMERA_SCENE.fullmatch(scene.name):
        camera = CAMERA_INTRINSICS
    else:
        raise InvalidDatasetError(
            f"{scene}: is called neither 00000 as scenes of CAMERA nor scene_1 as those of REAL; give its "
            "camera"
        )
    if camera.shape != shape:
        raise InvalidDatasetError(
            f"{scene}: its images are {shape[1]}x{shape[0]} but its camera is {camera.width}x{camera.height}"
            "; give the camera of the images"
        )
    return camera


def parents(scene: Path) -> list[Path]:
    """The folders above a scene in which the other parts of its data set may lie."""
    return list(Path(scene).resolve().parents)[:3]


def _camera(values: Mapping[str, Any]) -> PinholeCamera:
    fx, fy, cx, cy = (float(values[key]) for key in ("fx", "fy", "cx", "cy"))
    return PinholeCamera(fx, fy, cx, cy, int(values["width"]), int(values["height"]))
