"""Writes category data in the layout of CAMERA25, with the labels of its usual preprocessing.

    ROOT/CAMERA/SPLIT/00000/0000_{color,depth,mask,coord}.png, _meta.txt, _label.pkl
    ROOT/gts/SPLIT/results_SPLIT_00000_0000.pkl       of val and test
    ROOT/obj_models/SPLIT/SYNSET/MODEL/               by `nocs_models.write_model`
    ROOT/nocs.json                                    by `nocs_dataset.write_dataset_file`

All objects, mugs with them, have the frame of their box. Depth has the background in it, in millimetres of 16
bits. A scene appears in its place when it is complete.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.frame import Frame
from pose_nodes.sequences import images, nocs_files
from pose_nodes.sequences.category_frame import CategoryInstance, box_of
from pose_nodes.sequences.files import whole_folder, write_bytes
from pose_nodes.sequences.nocs_files import BACKGROUND, CATEGORIES, MetaLine
from pose_nodes.sequences.nocs_labels import FEWEST_PIXELS

COLLECTION = "CAMERA"
_WITH_GROUND_TRUTH = ("val", "test")
_PROTOCOL = 4


def synset_of(category: str) -> str:
    """The folder of a category's models: ShapeNet's number for those of NOCS, else the name."""
    return nocs_files.SYNSETS.get(category, category)


class NocsSceneWriter:
    """Collects the frames of one scene; use it as a context manager.

    with NocsSceneWriter(root, "train", 0) as scene:
        scene.add(frame, instances)
    """

    def __init__(self, root: Path, split: str, scene: int, categories: Sequence[str] = CATEGORIES) -> None:
        """Prepare a scene ROOT/CAMERA/SPLIT/SCENE.

        Args:
            root: folder of the data set; made if absent.
            split: train, val or test.
            scene: number of the scene, from 0.
            categories: class k is categories[k - 1].

        Raises:
            InvalidDatasetError: the scene exists already.
        """
        self.folder = scene_folder(root, split, scene)
        if self.folder.exists():
            raise InvalidDatasetError(f"{self.folder}: exists already; remove it or choose another number")
        self._root, self._split, self._categories = Path(root), split, tuple(categories)
        self._frames = 0
        self._stack = ExitStack()

    def __enter__(self) -> NocsSceneWriter:
        self._partial = self._stack.enter_context(whole_folder(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack.pop_all() as stack:
            if kind is not None:
                stack.__exit__(kind, error, trace)
            elif self._frames == 0:
                raise InvalidDatasetError(f"{self.folder}: a scene needs at least one frame")

    def add(self, frame: Frame, instances: Sequence[CategoryInstance]) -> str:
        """Add one frame.

        Args:
            frame: depth, camera and colour.
            instances: the objects, those out of sight with them; their boxes' frames and whole maps.

        Returns:
            The name of the frame in the scene, such as 0003.

        Raises:
            InvalidDatasetError: there is no colour, or an instance does not fit the layout.
            InvalidInputError: the depth does not fit 16 bits, or a file cannot be written.
        """
        if frame.color is None:
            raise InvalidDatasetError(f"{self.folder}: a frame of NOCS needs a colour image")
        mask, nocs = self._composed(frame, instances)
        name = f"{self._frames:04d}"
        images.write_color(self._partial / f"{name}_color.png", frame.color)
        images.write_depth(self._partial / f"{name}_depth.png", frame.depth, nocs_files.UNITS_PER_METRE)
        nocs_files.write_mask(self._partial / f"{name}_mask.png", mask)
        nocs_files.write_coordinates(self._partial / f"{name}_coord.png", nocs)
        nocs_files.write_meta(self._partial / f"{name}_meta.txt", [self._line(one) for one in instances])
        measured = np.isfinite(frame.depth)
        seen = [one for one in instances if np.count_nonzero(one.mask & measured) >= FEWEST_PIXELS]
        self._write_labels(name, seen)
        self._frames += 1
        return name

    def _composed(
        self, frame: Frame, instances: Sequence[CategoryInstance]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The images of all instances in one."""
        mask = np.full(frame.camera.shape, BACKGROUND, np.uint8)
        nocs = np.full((*frame.camera.shape, 3), np.nan, np.float32)
        for one in instances:
            self._check(one, frame)
            mask[one.mask] = one.instance_id
            if one.nocs is not None:
                nocs[one.mask] = one.nocs[one.mask]
        return mask, nocs

    def _check(self, one: CategoryInstance, frame: Frame) -> None:
        where = f"{self.folder}: instance {one.instance_id} ({one.model})"
        if not 0 < one.instance_id < BACKGROUND:
            raise InvalidDatasetError(f"{where}: the number must be from 1 to {BACKGROUND - 1}")
        if one.category not in self._categories:
            raise InvalidDatasetError(
                f"{where}: the category '{one.category}' is none of {', '.join(self._categories)}"
            )
        if (
            one.nocs is None
            or one.nocs.shape[:2] != frame.camera.shape
            or one.mask.shape != frame.camera.shape
        ):
            raise InvalidDatasetError(f"{where}: needs a mask and a coordinate map of the size of the image")

    def _class_id(self, one: CategoryInstance) -> int:
        return self._categories.index(one.category) + 1

    def _line(self, one: CategoryInstance) -> MetaLine:
        return MetaLine(one.instance_id, self._class_id(one), one.model, synset_of(one.category))

    def _write_labels(self, name: str, seen: Sequence[CategoryInstance]) -> None:
        class_ids = [self._class_id(one) for one in seen]
        if self._split in _WITH_GROUND_TRUTH:
            file = f"results_{self._split}_{self.folder.name}_{name}.pkl"
            _dump(self._root / "gts" / self._split / file, _ground_truth(seen, class_ids))
        _dump(self._partial / f"{name}_label.pkl", _labels(seen, class_ids))


def scene_folder(root: Path, split: str, scene: int) -> Path:
    """ROOT/CAMERA/SPLIT/SCENE."""
    return Path(root) / COLLECTION / split / f"{scene:05d}"


def _labels(seen: Sequence[CategoryInstance], class_ids: list[int]) -> dict[str, Any]:
    """As SPD's preprocessing has them for its test parts."""
    poses = _folded(seen)
    return {
        "class_ids": np.array(class_ids, np.int64),
        "bboxes": _stacked([box_of(one.mask) for one in seen], (4,), np.int32),
        "instance_ids": [one.instance_id for one in seen],
        # Own objects: equal data give equal bytes, whether or not names are shared in memory.
        "model_list": ["".join(one.model) for one in seen],
        "size": _stacked([one.size / one.scale for one in seen], (3,), np.float64),
        "scales": _stacked([one.scale for one in seen], (), np.float32),
        "rotations": _stacked([one.T_camera_object[:3, :3] for one in seen], (3, 3), np.float32),
        "translations": _stacked([one.T_camera_object[:3, 3] for one in seen], (3,), np.float32),
        "poses": poses.astype(np.float32),
        "handle_visibility": _handles(seen),
    }


def _ground_truth(seen: Sequence[CategoryInstance], class_ids: list[int]) -> dict[str, Any]:
    """As the files of gts have it."""
    return {
        "gt_class_ids": np.array(class_ids, np.int64),
        "gt_bboxes": _stacked([box_of(one.mask) for one in seen], (4,), np.int32),
        "gt_RTs": _folded(seen),
        "gt_scales": _stacked([one.size / one.scale for one in seen], (3,), np.float32),
        "gt_handle_visibility": _handles(seen),
    }


def _folded(seen: Sequence[CategoryInstance]) -> NDArray[np.float64]:
    """(n, 4, 4) poses with the scale in the rotation."""
    poses = _stacked([one.T_camera_object for one in seen], (4, 4), np.float64)
    for pose, one in zip(poses, seen, strict=True):
        pose[:3, :3] *= one.scale
    return poses


def _handles(seen: Sequence[CategoryInstance]) -> NDArray[np.int64]:
    return np.array([int(one.handle_visible) for one in seen], np.int64)


def _stacked(values: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Equal arrays in one; of the right shape also when there are none."""
    return np.asarray(values, dtype=dtype).reshape(len(values), *shape)


def _dump(path: Path, labels: Mapping[str, Any]) -> None:
    write_bytes(path, pickle.dumps(labels, _PROTOCOL))
