"""Reads indoor data as mmdetection3d prepares them; `indoor_formats` tells what the files hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.safe_pickle import load_pickle
from pose_nodes.geometry import se3
from pose_nodes.sequences.indoor_boxes import box_of_each_point, boxes_of_instances, no_boxes
from pose_nodes.sequences.indoor_formats import IndoorFormat, format_of
from pose_nodes.sequences.indoor_scene import BACKGROUND, IndoorScene, RoomBoxes
from pose_nodes.sequences.label_values import array, integers, value

_FEATURES = 6
_RIGID_TOLERANCE = 1e-3
"""The matrices of ScanNet are rounded to six digits."""
_CAMERA_OF_DEPTH = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""From x right, y forward, z up to x right, y down, z forward."""


@dataclass(frozen=True, eq=False)
class IndoorView:
    """The picture that a cloud of one view was taken with.

    Attributes:
        image: path of the picture.
        K: (3, 3) float64 camera matrix.
        T_camera_points: (4, 4) float64, takes the points of the scene to the camera's optical frame.
    """

    image: Path
    K: NDArray[np.float64]
    T_camera_points: NDArray[np.float64]


class IndoorInfos:
    """The scenes that an infos file lists, read when asked for."""

    def __init__(self, path: Path, kind: IndoorFormat | None = None, clockwise: bool = True) -> None:
        """Read the list.

        Args:
            path: such as ROOT/scannet_infos_train.pkl; the paths in it are relative to its folder.
            kind: the data set; by the name of the file if None.
            clockwise: whether headings are minus the angle from x towards y, as of releases before 1.0.0rc0.

        Raises:
            InvalidDatasetError: the file is missing, refused, or no list of scenes.
        """
        self.path, self.format = Path(path), format_of(path) if kind is None else kind
        self._sign = -1.0 if clockwise else 1.0
        infos = load_pickle(self.path)
        if not isinstance(infos, list) or not all(isinstance(info, dict) for info in infos):
            raise InvalidDatasetError(
                f"{self.path}: must hold a list of dicts, one a scene; infos of mmdetection3d 1.1 and later "
                "have another form"
            )
        self._infos: list[dict[str, Any]] = infos
        self.names = [_name(info, f"{self.path}: scene {i}") for i, info in enumerate(infos)]

    def __len__(self) -> int:
        return len(self._infos)

    def __getitem__(self, index: int) -> IndoorScene:
        """The scene at a position.

        Raises:
            IndexError: past the end.
            InvalidDatasetError: a file of the scene is missing or malformed, or its info is.
        """
        info, where = self._infos[index], f"{self.path}: scene {self.names[index]}"
        points, colors = self._cloud(info, where)
        annos = info.get("annos", {})
        if not isinstance(annos, dict):
            raise InvalidDatasetError(f"{where}: 'annos' must be a dict")
        T_aligned_scan = np.eye(4)
        if self.format.aligned and "axis_align_matrix" in annos:
            T_aligned_scan = array(annos, "axis_align_matrix", (4, 4), where)
            if not se3.is_rigid(T_aligned_scan, _RIGID_TOLERANCE):
                raise InvalidDatasetError(f"{where}: 'axis_align_matrix' is not that of a rigid motion")
            points = se3.transform(T_aligned_scan, points.astype(np.float64)).astype(np.float32)
        classes = self._labels(info, "pts_semantic_mask_path", len(points), where)
        numbers = self._labels(info, "pts_instance_mask_path", len(points), where)
        semantics = np.full(len(points), BACKGROUND) if classes is None else self.format.classes_of(classes)
        instances = np.zeros(len(points), np.int64) if numbers is None else numbers
        boxes = (
            self._boxes(annos, where) if "annos" in info else boxes_of_instances(points, instances, semantics)
        )
        return IndoorScene(
            self.names[index],
            self.format.class_names,
            points,
            colors,
            box_of_each_point(points, instances, semantics, boxes),
            semantics,
            boxes,
            T_aligned_scan,
        )

    def view(self, index: int) -> IndoorView | None:
        """The picture of a scene of one view (SUN RGB-D); None where the info has none.

        Raises:
            InvalidDatasetError: the info is malformed.
        """
        info, where = self._infos[index], f"{self.path}: scene {self.names[index]}"
        if "image" not in info or "calib" not in info:
            return None
        calib, image = _dict(info, "calib", where), _dict(info, "image", where)
        K = array({"K": np.ravel(value(calib, "K", where))}, "K", (9,), where).reshape(3, 3, order="F")
        R = array(calib, "Rt", (3, 3), where)
        T = se3.from_rotation_translation(_CAMERA_OF_DEPTH @ R.T, np.zeros(3))
        return IndoorView(self.path.parent / str(value(image, "image_path", where)), K, T)

    def _cloud(self, info: Mapping[str, Any], where: str) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        cloud = _dict(info, "point_cloud", where)
        if integers({"n": [cloud.get("num_features", _FEATURES)]}, "n", 1, where) != [_FEATURES]:
            raise InvalidDatasetError(
                f"{where}: a point has {cloud['num_features']} values; six are read: x, y, z and colour"
            )
        path = self._path(info, "pts_path", where)
        values = _from_file(path, np.dtype("<f4"), _FEATURES).reshape(-1, _FEATURES)
        if not np.isfinite(values).all():
            raise InvalidDatasetError(f"{path}: some points are NaN or infinite")
        levels = np.rint(values[:, 3:] * (255.0 / self.format.brightest))
        return np.ascontiguousarray(values[:, :3]), np.clip(levels, 0, 255).astype(np.uint8)

    def _labels(self, info: Mapping[str, Any], key: str, count: int, where: str) -> NDArray[np.int64] | None:
        if key not in info:
            return None
        path = self._path(info, key, where)
        labels = _from_file(path, np.dtype("<i8"), 1)
        if len(labels) != count:
            raise InvalidDatasetError(f"{path}: has {len(labels)} labels for {count} points")
        return labels

    def _path(self, info: Mapping[str, Any], key: str, where: str) -> Path:
        return self.path.parent / str(value(info, key, where))

    def _boxes(self, annos: Mapping[str, Any], where: str) -> RoomBoxes:
        count = integers({"gt_num": [value(annos, "gt_num", where)]}, "gt_num", 1, where)[0]
        if count == 0:
            return no_boxes()
        columns = 7 if self.format.oriented else 6
        rows = array(annos, "gt_boxes_upright_depth", (count, columns), where)
        classes = np.array(integers(annos, "class", count, where), np.int64)
        if (classes < 0).any() or (classes >= len(self.format.class_names)).any():
            raise InvalidDatasetError(f"{where}: a class is not from 0 to {len(self.format.class_names) - 1}")
        if (rows[:, 3:6] < 0).any():
            raise InvalidDatasetError(f"{where}: a box has a negative extent")
        yaws = self._sign * rows[:, 6] if self.format.oriented else np.zeros(count)
        return RoomBoxes(classes, rows[:, :3], rows[:, 3:6], yaws)


def _name(info: Mapping[str, Any], where: str) -> str:
    index = value(_dict(info, "point_cloud", where), "lidar_idx", where)
    return f"{index:06d}" if isinstance(index, (int, np.integer)) else str(index)


def _dict(info: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    inner = value(info, key, where)
    if not isinstance(inner, dict):
        raise InvalidDatasetError(f"{where}: '{key}' must be a dict")
    return inner


def _from_file(path: Path, dtype: np.dtype[Any], columns: int) -> NDArray[Any]:
    """The numbers of a file that holds nothing else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) % (dtype.itemsize * columns):
        raise InvalidDatasetError(
            f"{path}: has {len(data)} bytes, which are no whole rows of {dtype.itemsize * columns}; "
            "it is cut short"
        )
    return np.frombuffer(data, dtype).astype(dtype.newbyteorder("="))
