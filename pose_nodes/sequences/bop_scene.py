"""A scene folder of the BOP benchmark as a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences import bop_files
from pose_nodes.sequences.images import read_color, read_depth, read_mask
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame

_COLOR_FOLDERS = ("rgb", "gray")
_COLOR_ENDINGS = (".jpg", ".png", ".jpeg", ".tif")
_DEPTH_ENDINGS = (".png", ".tif")
VISIBLE_MASKS, WHOLE_MASKS = "mask_visib", "mask"
"""Folders of masks: of what is seen of an object, and of its silhouette with the hidden parts."""


def mask_folder(scene_dir: Path) -> str | None:
    """Which folder of a scene its masks are read from: that of visible ones if it has one; None if none."""
    return next((name for name in (VISIBLE_MASKS, WHOLE_MASKS) if (scene_dir / name).is_dir()), None)


class BopScene:
    """The images of one scene with masks and true poses, read when asked for.

    Objects are called by `names` (id to name), else by the data set's objects.yaml, else by their mesh files.
    Objects that `names` or objects.yaml leave out are no part of the recording.
    """

    def __init__(
        self,
        scene_dir: Path,
        names: Mapping[int, str] | None = None,
        rate_hz: float = 30.0,
        start_ns: int = 0,
    ) -> None:
        """Open a scene.

        Args:
            scene_dir: the folder with scene_camera.json, or one that holds exactly one such folder.
            names: object names by id.
            rate_hz: the layout has no stamps; frame i gets `start_ns` + i / rate.
            start_ns: stamp of the first frame, nanoseconds.

        Raises:
            InvalidDatasetError: the folder or one of its JSON files is missing or malformed.
        """
        if not np.isfinite(rate_hz) or rate_hz <= 0:
            raise InvalidDatasetError(f"frame rate: {rate_hz:g} Hz is not a positive number")
        self.folder = bop_files.find_scene(Path(scene_dir))
        self._period_ns, self._start_ns = 1e9 / rate_hz, start_ns
        self._cameras = bop_files.read_by_image(self.folder / bop_files.SCENE_MARK)
        if not self._cameras:
            raise InvalidDatasetError(f"{self.folder / bop_files.SCENE_MARK}: lists no image")
        self._truths = self._optional(bop_files.TRUTHS_FILE)
        self._infos = self._optional("scene_gt_info.json")
        self._image_ids = list(self._cameras)
        self._objects_file = bop_files.find_objects_file(self.folder) if names is None else None
        self.names = dict(names) if names is not None else self._own_names()

    @property
    def name(self) -> str:
        """The data set and the scene, e.g. "bunny/000001"."""
        folder = self.folder.resolve()
        return f"{folder.parents[1].name}/{folder.name}"

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The numbers of the images, in the order of the recording."""
        return tuple(self._image_ids)

    @property
    def object_ids(self) -> set[int]:
        """The ids of all objects in scene_gt.json, also of those without a name.

        Raises:
            InvalidDatasetError: the file is malformed.
        """
        return {object_id for image_id in self._truths for _, object_id, _ in self._entries(image_id)}

    def __len__(self) -> int:
        return len(self._image_ids)

    def __getitem__(self, index: int) -> RecordedFrame:
        image_id = self._image_ids[index]
        frame = self.frame(image_id)
        segments = self._segments(image_id, frame.camera.shape)
        return RecordedFrame(
            range(len(self))[index], image_id, frame, segments, list(self.truths(image_id).values())
        )

    def frame(self, image_id: int) -> Frame:
        """Depth, colour and camera of an image, by its number.

        Raises:
            InvalidDatasetError: there is no such image, or a file of it is missing or malformed.
        """
        frame = self.depth_frame(image_id)
        try:
            return replace(frame, color=self._color(image_id, frame.depth.shape))
        except InvalidInputError as error:
            raise InvalidDatasetError(str(error)) from error

    def depth_frame(self, image_id: int) -> Frame:
        """`frame` without colour, which need not be there.

        Raises:
            InvalidDatasetError: there is no such image, or its depth or camera is missing or malformed.
        """
        if image_id not in self._cameras:
            raise InvalidDatasetError(f"{self.folder / bop_files.SCENE_MARK}: has no image {image_id}")
        index = self._image_ids.index(image_id)
        try:
            return self._depth_frame(image_id, self._start_ns + round(index * self._period_ns))
        except InvalidInputError as error:
            raise InvalidDatasetError(str(error)) from error

    def is_annotated(self, image_id: int) -> bool:
        """Whether scene_gt.json tells of an image, if only that none of the objects is in it."""
        return image_id in self._truths

    def truths(self, image_id: int) -> dict[int, GroundTruth]:
        """The true poses in an image, by their places in scene_gt.json.

        Raises:
            InvalidDatasetError: the file, or scene_gt_info.json, is malformed.
        """
        path = self.folder / bop_files.TRUTHS_FILE
        return {
            index: GroundTruth(
                name,
                bop_files.parsed(path, image_id, bop_files.pose_of, entry),
                self._visible_fraction(image_id, index),
                str(entry.get("instance_id", "")),
            )
            for index, name, entry in self._named_entries(image_id)
        }

    def mask(self, image_id: int, index: int, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
        """The pixels of the object at a place in scene_gt.json, by `mask_folder`: bool of a shape; None in a
        scene without masks.

        Raises:
            InvalidDatasetError: the scene has masks, but this one is missing, no image, or of another size.
        """
        folder = mask_folder(self.folder)
        if folder is None:
            return None
        path = self.folder / folder / f"{image_id:06d}_{index:06d}.png"
        try:
            mask = read_mask(path)
        except InvalidInputError as error:
            raise InvalidDatasetError(str(error)) from error
        if mask.shape != shape:
            raise InvalidDatasetError(
                f"{path}: is {mask.shape[1]}x{mask.shape[0]} but the depth image is {shape[1]}x{shape[0]}"
            )
        return mask

    def library(self) -> ObjectLibrary:
        """The objects of the recording: those of the data set's objects.yaml, else the named models."""
        if self._objects_file is not None:
            return ObjectLibrary.from_file(self._objects_file)
        return ObjectLibrary.from_bop(bop_files.find_models(self.folder), self.names)

    def _optional(self, name: str) -> dict[int, Any]:
        path = self.folder / name
        return bop_files.read_by_image(path) if path.is_file() else {}

    def _own_names(self) -> dict[int, str]:
        if self._objects_file is not None:
            return bop_files.names_from_objects_file(self._objects_file)
        ids = self.object_ids or set(bop_files.model_ids(bop_files.find_models(self.folder)))
        return {object_id: bop_files.default_name(object_id) for object_id in sorted(ids)}

    def _entries(self, image_id: int) -> list[tuple[int, int, Any]]:
        """(index in scene_gt, object id, entry) of the objects of an image."""
        path = self.folder / bop_files.TRUTHS_FILE
        entries = self._truths.get(image_id, [])
        if not isinstance(entries, list):
            raise InvalidDatasetError(f"{path}: image {image_id}: must be a list of objects")
        ids = [
            bop_files.parsed(path, image_id, lambda entry: int(entry["obj_id"]), entry) for entry in entries
        ]
        return list(zip(range(len(ids)), ids, entries, strict=True))

    def _named_entries(self, image_id: int) -> list[tuple[int, str, Any]]:
        """`_entries` of the objects that have a name here, with it."""
        entries = self._entries(image_id)
        return [
            (i, self.names[object_id], entry) for i, object_id, entry in entries if object_id in self.names
        ]

    def _depth_frame(self, image_id: int, stamp_ns: int) -> Frame:
        path = self.folder / bop_files.SCENE_MARK
        K, depth_scale = bop_files.parsed(path, image_id, bop_files.camera_of, self._cameras[image_id])
        depth_path = self._file("depth", image_id, _DEPTH_ENDINGS)
        depth = read_depth(depth_path, 1.0 / (depth_scale * bop_files.METRES_PER_MILLIMETRE))
        height, width = depth.shape
        camera = bop_files.parsed(path, image_id, lambda K: PinholeCamera.from_matrix(K, width, height), K)
        return Frame(stamp_ns, "camera_optical_frame", camera, depth)

    def _color(self, image_id: int, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
        """The colour image, of the shape of depth, from a grey one where the data set has only that; None
        where it has neither."""
        folder = next((name for name in _COLOR_FOLDERS if (self.folder / name).is_dir()), None)
        if folder is None:
            return None
        color = read_color(self._file(folder, image_id, _COLOR_ENDINGS))
        if color.shape[:2] != shape:
            raise InvalidDatasetError(
                f"{self._file('depth', image_id, _DEPTH_ENDINGS)}: is {shape[1]}x{shape[0]} but the "
                f"colour image is {color.shape[1]}x{color.shape[0]}; depth must be aligned to colour"
            )
        return color

    def _file(self, folder: str, image_id: int, endings: tuple[str, ...]) -> Path:
        candidates = [self.folder / folder / f"{image_id:06d}{ending}" for ending in endings]
        for path in candidates:
            if path.is_file():
                return path
        raise InvalidDatasetError(f"{candidates[0]}: no such file (nor with {', '.join(endings[1:])})")

    def _segments(self, image_id: int, shape: tuple[int, int]) -> list[Segment]:
        entries = self._named_entries(image_id)
        masks = [(self.mask(image_id, index, shape), name) for index, name, _ in entries]
        return [Segment(mask, name) for mask, name in masks if mask is not None and mask.any()]

    def _visible_fraction(self, image_id: int, index: int) -> float:
        if image_id not in self._infos:
            return float("nan")
        path = self.folder / "scene_gt_info.json"
        infos = self._infos[image_id]
        if not isinstance(infos, list) or len(infos) <= index:
            raise InvalidDatasetError(f"{path}: image {image_id}: lists fewer objects than scene_gt.json")
        return bop_files.parsed(
            path, image_id, lambda info: float(info.get("visib_fract", "nan")), infos[index]
        )
