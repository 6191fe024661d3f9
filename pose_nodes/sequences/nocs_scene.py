"""A scene of NOCS data (CAMERA25, REAL275, and what `nocs_writer` writes) as frames with poses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences import nocs_labels, nocs_models
from pose_nodes.sequences.category_frame import CategoryFrame, CategoryInstance
from pose_nodes.sequences.nocs_dataset import NocsDataset, parents, read_dataset
from pose_nodes.sequences.nocs_files import MetaLine
from pose_nodes.sequences.nocs_labels import PoseLabel
from pose_nodes.sequences.nocs_models import ModelSize, MugBody
from pose_nodes.sequences.nocs_raw import RawFrame, frame_names, path_of, read_raw

_MUG = "mug"
_IMPROPER_MODELS = ("b9be7cfe653740eb7633a2dd89cec754",)
"""A mug of CAMERA whose mesh is not one; SPD and all after it leave it out."""


class NocsScene:
    """The frames of one scene, read when asked for.

    The poses come from labels or the published ground truth where they are there, else from map and depth:
    see `nocs_labels`. Distractors and instances that have no pose by these are left out.

    Where mugs have the frame of their body (SPD's labels, told by mug_meta.pkl), their maps are changed to
    it, so that map, pose and scale agree in any case.
    """

    def __init__(self, folder: Path, camera: PinholeCamera | None = None, composed: bool = True) -> None:
        """Open a scene.

        Args:
            folder: such as ROOT/CAMERA/train/00000 or ROOT/Real/test/scene_1.
            camera: intrinsics, instead of those of the data set.
            composed: whether the depth of CAMERA shall be that with its background, where it is there.

        Raises:
            InvalidDatasetError: the folder is missing or holds no whole frame.
        """
        self.folder, self._composed = Path(folder), composed
        if not self.folder.is_dir():
            raise InvalidDatasetError(f"{self.folder}: no such folder")
        self.frame_names, self.incomplete = frame_names(self.folder)
        if not self.frame_names:
            raise InvalidDatasetError(
                f"{self.folder}: holds no whole frame of NOCS; one has 0000_color.png, _depth.png, "
                "_mask.png, _coord.png and _meta.txt"
            )
        dataset = read_dataset(self.folder)
        self._dataset = dataset if camera is None else NocsDataset(dataset.categories, camera)
        self._split = self.folder.resolve().parent.name
        self._models = nocs_models.find_models(self.folder)
        handles = [parent / "mug_handle.pkl" for parent in parents(self.folder)]
        handle_file = next((path for path in handles if path.is_file()), None)
        self._handles = nocs_labels.read_handles(handle_file, self.folder.name) if handle_file else []
        self._mugs = nocs_models.read_mug_bodies(self._models) if self._models else {}

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of classes 1, 2, …"""
        return self._dataset.categories

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
            raw = read_raw(self.folder, name, self._dataset, self._composed)
            instances = self._instances(name, raw)
        except InvalidInputError as error:
            raise InvalidDatasetError(str(error)) from error
        return CategoryFrame(f"{self._split}/{self.folder.name}/{name}", raw.frame, instances)

    def _instances(self, name: str, raw: RawFrame) -> tuple[CategoryInstance, ...]:
        path = path_of(self.folder, name, "label.pkl")
        labels = nocs_labels.read_label_file(path) if path.is_file() else None
        if labels is None and raw.is_misrendered:
            return ()
        poses = self._published(name, raw) if labels is None else labels.poses
        found = []
        for line in raw.lines:
            category = self._category(line, name)
            size = nocs_models.read_size(self._models, self._split, line) if self._models else None
            pose = _estimated(raw, line, size) if poses is None else poses.get(line.instance_id)
            if pose is None or line.model in _IMPROPER_MODELS:
                continue
            if pose.handle_visible is None and category == _MUG:
                pose = replace(pose, handle_visible=self._handle(name))
            of_body = category == _MUG and labels is not None and not labels.keeps_mug_box
            body = self._mugs.get(line.model) if of_body else None
            found.append(_instance(raw, line, category, pose, size, body))
        return tuple(found)

    def _published(self, name: str, raw: RawFrame) -> Mapping[int, PoseLabel] | None:
        for root in parents(self.folder):
            path = nocs_labels.find_ground_truth(root, self._split, self.folder.name, name)
            if path is not None:
                return nocs_labels.read_ground_truth(path).by_number(raw.lines, raw.mask, raw.numbers)
        return None

    def _handle(self, name: str) -> bool:
        """Whether the mug of a frame shows its handle; the labels do not say."""
        known = name.isdecimal() and int(name) < len(self._handles)
        return self._handles[int(name)] if known else True

    def _category(self, line: MetaLine, name: str) -> str:
        if line.class_id > len(self.categories):
            raise InvalidDatasetError(
                f"{path_of(self.folder, name, 'meta.txt')}: class {line.class_id} is unknown; there are "
                f"{len(self.categories)}"
            )
        return self.categories[line.class_id - 1]


def _estimated(raw: RawFrame, line: MetaLine, size: ModelSize | None) -> PoseLabel | None:
    frame = Frame(0, raw.frame.frame_id, raw.frame.camera, raw.object_depth)
    scale = size.scale if size else None
    mask = raw.mask == line.instance_id
    return nocs_labels.estimate_pose(frame, raw.nocs, mask, scale, seed=line.instance_id)


def _instance(
    raw: RawFrame,
    line: MetaLine,
    category: str,
    pose: PoseLabel,
    size: ModelSize | None,
    body: MugBody | None,
) -> CategoryInstance:
    extents = size.extents if size else np.full(3, np.nan)
    nocs = raw.nocs
    if body is not None:
        nocs = ((nocs + body.shift) * body.scale).astype(np.float32)
        extents = (extents + 2 * np.abs(body.shift)) * body.scale
    extents = pose.extents if pose.extents is not None else extents
    return CategoryInstance(
        category,
        line.model,
        line.instance_id,
        raw.mask == line.instance_id,
        nocs,
        pose.T_camera_object,
        pose.scale,
        extents * pose.scale,
        pose.handle_visible is not False,
    )
