"""A scene of HouseCat6D (CC BY 4.0) as frames with poses.

    scene01/rgb/000000.png           1096x852
    scene01/depth/000000.png         16-bit millimetres
    scene01/instance/000000.png      the red channel is the instance's number
    scene01/labels/000000_label.pkl  class_ids, instance_ids, rotations, translations, gt_scales (extents), m
    scene01/intrinsics.txt           3x3
    scene01/meta.txt                 "number class class-model" a line

There are no coordinate maps: they are computed from the depth and the poses. pol/ and obj_pose_final/ are not
read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences import label_values, nocs_files
from pose_nodes.sequences.category_frame import CategoryFrame, CategoryInstance
from pose_nodes.sequences.images import read_color, read_depth

CATEGORIES = ("box", "bottle", "can", "cup", "remote", "teapot", "cutlery", "glass", "shoe", "tube")
"""Class k is CATEGORIES[k - 1]."""
_UNITS_PER_METRE = 1000.0


class HouseCatScene:
    """The frames of one scene, read when asked for. Instances that are not seen are left out."""

    categories = CATEGORIES

    def __init__(self, folder: Path) -> None:
        """Open a scene.

        Args:
            folder: such as ROOT/scene01 or ROOT/test_scene1.

        Raises:
            InvalidDatasetError: the folder, its intrinsics or its meta file is missing or malformed.
        """
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InvalidDatasetError(f"{self.folder}: no such folder")
        self.frame_names = sorted(path.stem for path in (self.folder / "rgb").glob("*.png"))
        if not self.frame_names:
            raise InvalidDatasetError(
                f"{self.folder}: holds no scene of HouseCat6D; one has rgb/000000.png, depth/, instance/, "
                "labels/, intrinsics.txt and meta.txt"
            )
        self._K = _intrinsics(self.folder / "intrinsics.txt")
        lines = nocs_files.read_meta(self.folder / "meta.txt")
        self._models = {line.instance_id: line.model for line in lines}

    def __len__(self) -> int:
        return len(self.frame_names)

    def __getitem__(self, index: int) -> CategoryFrame:
        """The frame at a position.

        Raises:
            IndexError: past the end.
            InvalidDatasetError: a file of the frame is missing or malformed.
        """
        name = self.frame_names[index]
        try:
            frame = self._frame(name)
            path = self.folder / "instance" / f"{name}.png"
            mask = nocs_files.read_mask(path)
            _check_size(path, mask.shape, frame.camera.shape)
            instances = self._instances(name, frame, mask)
        except InvalidInputError as error:
            raise InvalidDatasetError(str(error)) from error
        return CategoryFrame(f"{self.folder.name}/{name}", frame, instances)

    def _frame(self, name: str) -> Frame:
        color = read_color(self.folder / "rgb" / f"{name}.png")
        path = self.folder / "depth" / f"{name}.png"
        depth = read_depth(path, _UNITS_PER_METRE)
        _check_size(path, depth.shape, color.shape[:2])
        try:
            camera = PinholeCamera.from_matrix(self._K, depth.shape[1], depth.shape[0])
        except InvalidInputError as error:
            raise InvalidDatasetError(f"{self.folder / 'intrinsics.txt'}: {error}") from error
        return Frame(0, "camera_optical_frame", camera, depth, color)

    def _instances(self, name: str, frame: Frame, mask: NDArray[np.uint8]) -> tuple[CategoryInstance, ...]:
        path = self.folder / "labels" / f"{name}_label.pkl"
        labels, where = label_values.read_labels(path), str(path)
        ids = label_values.integers(labels, "instance_ids", -1, where)
        n = len(ids)
        class_ids = label_values.integers(labels, "class_ids", n, where)
        R = label_values.array(labels, "rotations", (n, 3, 3), where)
        t = label_values.array(labels, "translations", (n, 3), where)
        sizes = label_values.array(labels, "gt_scales", (n, 3), where)
        found = []
        for i in range(n):
            seen = mask == ids[i]
            if not seen.any():
                continue
            category, model = self._names(class_ids[i], ids[i], where)
            T = se3.from_rotation_translation(se3.nearest_rotation(R[i]), t[i])
            scale = float(np.linalg.norm(sizes[i]))
            if not scale > 0:
                raise InvalidDatasetError(f"{where}: the size of instance {ids[i]} is 0")
            nocs = _coordinates(frame, seen, T, scale)
            found.append(CategoryInstance(category, model, ids[i], seen, nocs, T, scale, sizes[i]))
        return tuple(found)

    def _names(self, class_id: int, instance_id: int, where: str) -> tuple[str, str]:
        if not 1 <= class_id <= len(CATEGORIES):
            raise InvalidDatasetError(f"{where}: class {class_id} is unknown; there are {len(CATEGORIES)}")
        if instance_id not in self._models:
            raise InvalidDatasetError(
                f"{where}: instance {instance_id} is not listed in the scene's meta.txt"
            )
        return CATEGORIES[class_id - 1], self._models[instance_id]


def _coordinates(
    frame: Frame, mask: NDArray[np.bool_], T_camera_object: se3.Matrix, scale: float
) -> NDArray[np.float32]:
    """Canonical coordinates of the pixels of an instance, from their depth; NaN without."""
    nocs = np.full((*frame.camera.shape, 3), np.nan, np.float32)
    v, u = np.nonzero(mask & np.isfinite(frame.depth))
    points = se3.transform(se3.inverse(T_camera_object), frame.camera.unproject(frame.depth, v, u))
    nocs[v, u] = points / scale
    return nocs


def _intrinsics(path: Path) -> NDArray[np.float64]:
    try:
        values = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InvalidDatasetError(f"{path}: must hold nine numbers ({error})") from error
    if values.size != 9:
        raise InvalidDatasetError(f"{path}: must hold nine numbers, not {values.size}")
    return values.reshape(3, 3)


def _check_size(path: Path, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if tuple(shape) != tuple(expected):
        raise InvalidDatasetError(
            f"{path}: is {shape[1]}x{shape[0]} but the colour image is {expected[1]}x{expected[0]}"
        )
