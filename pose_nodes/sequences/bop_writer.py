"""Writes recordings in the layout of the BOP benchmark: small data for tests, and conversion of other data.

A scene appears in its place when it is complete; one that was interrupted leaves nothing that a reader would
take for a scene. `write_models` does the same for the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import trimesh
import yaml
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.bop_models import FROM_MODELS_INFO
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.bop_entries import at, check_truths, info_entry, truth_entry
from pose_nodes.sequences.bop_files import METRES_PER_MILLIMETRE, OBJECTS_FILE, SCENE_MARK, default_name
from pose_nodes.sequences.files import plain, whole_folder, write_bytes, write_json, write_text
from pose_nodes.sequences.images import write_color, write_depth, write_mask
from pose_nodes.sequences.recording import GroundTruth

_MILLIMETRES = 1.0 / METRES_PER_MILLIMETRE
_SAME_PLACE = 1e-6
"""Metres by which an axis may be off the middle of the box; the float32 of the mesh file is no better."""


class BopSceneWriter:
    """Collects the frames of one scene; use it as a context manager.

    with BopSceneWriter(dataset, {"mug": 1}) as scene:
        scene.add(frame, truths, masks)
    """

    def __init__(
        self,
        dataset: Path,
        object_ids: Mapping[str, int],
        split: str = "test",
        scene_id: int = 1,
        depth_scale: float = 1.0,
        color_ending: str = ".jpg",
    ) -> None:
        """Prepare a scene DATASET/SPLIT/SCENE.

        Args:
            dataset: folder of the data set; made if absent.
            object_ids: BOP ids (from 1) by object name.
            split: name of the split.
            scene_id: number of the scene.
            depth_scale: millimetres a unit of the 16-bit depth images; 0.1 keeps tenths up to 6.5 m.
            color_ending: .jpg or .png.

        Raises:
            InvalidDatasetError: the scene exists already.
        """
        self.folder = Path(dataset) / split / f"{scene_id:06d}"
        if self.folder.exists():
            raise InvalidDatasetError(
                f"{self.folder}: exists already; remove it or choose another scene number"
            )
        self._dataset, self._object_ids = Path(dataset), dict(object_ids)
        self._depth_scale, self._color_ending = depth_scale, color_ending
        self._stack = ExitStack()
        self._cameras: dict[int, PinholeCamera] = {}
        self._truths: dict[int, list[dict[str, Any]]] = {}
        self._infos: dict[int, list[dict[str, Any]]] = {}

    def __enter__(self) -> BopSceneWriter:
        self._partial = self._stack.enter_context(whole_folder(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack.pop_all() as stack:
            if kind is None:
                self._finish()
            else:
                stack.__exit__(kind, error, trace)

    def add(
        self,
        frame: Frame,
        truths: Sequence[GroundTruth] = (),
        masks: Sequence[NDArray[np.bool_]] = (),
        silhouettes: Sequence[NDArray[np.bool_]] = (),
    ) -> int:
        """Add one image.

        Args:
            frame: its depth, camera and, if there is one, colour.
            truths: the true poses; every one has a name in `object_ids`.
            masks: (h, w) bool visible pixels, one a truth, or none at all.
            silhouettes: (h, w) bool pixels with the hidden ones, one a truth, or none at all.

        Returns:
            The number of the image in the scene.

        Raises:
            InvalidDatasetError: masks and truths differ in number, or a name is unknown.
            InvalidInputError: the depth does not fit 16 bits, or a file cannot be written.
        """
        check_truths(str(self.folder), self._object_ids, truths, masks, silhouettes)
        image_id = len(self._cameras)
        units_per_metre = _MILLIMETRES / self._depth_scale
        write_depth(self._partial / "depth" / f"{image_id:06d}.png", frame.depth, units_per_metre)
        if frame.color is not None:
            write_color(self._partial / "rgb" / f"{image_id:06d}{self._color_ending}", frame.color)
        for folder, images in (("mask_visib", masks), ("mask", silhouettes)):
            for index, image in enumerate(images):
                write_mask(self._partial / folder / f"{image_id:06d}_{index:06d}.png", image)
        self._cameras[image_id] = frame.camera
        self._truths[image_id] = [truth_entry(truth, self._object_ids) for truth in truths]
        self._infos[image_id] = [
            info_entry(truth, frame.depth, at(masks, i), at(silhouettes, i)) for i, truth in enumerate(truths)
        ]
        return image_id

    def _finish(self) -> None:
        if not self._cameras:
            raise InvalidDatasetError(f"{self.folder}: a scene needs at least one image")
        scene_camera = {
            str(i): {"cam_K": camera.K.ravel().tolist(), "depth_scale": self._depth_scale}
            for i, camera in self._cameras.items()
        }
        write_json(self._partial / "scene_gt.json", plain(self._truths))
        write_json(self._partial / "scene_gt_info.json", plain(self._infos))
        first = self._cameras[0]
        intrinsics = {key: getattr(first, key) for key in ("fx", "fy", "cx", "cy", "width", "height")}
        write_json(self._dataset / "camera.json", {**intrinsics, "depth_scale": self._depth_scale})
        # The mark comes last: what lacks it is no scene to a reader.
        write_json(self._partial / SCENE_MARK, scene_camera)


def write_models(dataset: Path, models: Mapping[int, ObjectModel]) -> Path:
    """Write DATASET/models (binary PLY in mm, models_info.json) and DATASET/objects.yaml with the names.

    Returns:
        The objects.yaml, which the tracker takes as its objects file.
    """
    folder = Path(dataset) / "models"
    for object_id, model in models.items():
        mesh = trimesh.Trimesh(
            model.mesh.vertices * _MILLIMETRES,
            model.mesh.faces,
            vertex_colors=model.mesh.vertex_colors,
            process=False,
        )
        write_bytes(folder / f"{default_name(object_id)}.ply", mesh.export(file_type="ply"))
    write_json(folder / "models_info.json", {str(i): _model_entry(model) for i, model in models.items()})
    objects = {model.name: _object_entry(i, model) for i, model in models.items()}
    path = Path(dataset) / OBJECTS_FILE
    write_text(path, yaml.safe_dump({"objects": objects}, sort_keys=False))
    return path


def _model_entry(model: ObjectModel) -> dict[str, Any]:
    """An entry of models_info.json, millimetres."""
    lowest = model.mesh.vertices.min(axis=0) * _MILLIMETRES
    size = np.ptp(model.mesh.vertices, axis=0) * _MILLIMETRES
    entry: dict[str, Any] = {"diameter": model.diameter * _MILLIMETRES}
    entry |= {f"min_{axis}": lowest[i] for i, axis in enumerate("xyz")}
    entry |= {f"size_{axis}": size[i] for i, axis in enumerate("xyz")}
    if len(model.symmetry.discrete) > 1:
        motions = model.symmetry.discrete[1:].copy()
        motions[:, :3, 3] *= _MILLIMETRES
        entry["symmetries_discrete"] = [motion.ravel() for motion in motions]
    if model.symmetry.axis is not None:
        offset = model.symmetry.centre * _MILLIMETRES
        entry["symmetries_continuous"] = [{"axis": model.symmetry.axis, "offset": offset}]
    return dict(plain(entry))


def _object_entry(object_id: int, model: ObjectModel) -> dict[str, str]:
    entry = {"mesh": f"models/{default_name(object_id)}.ply", "mesh_unit": "mm"}
    notation = model.symmetry.notation if _is_said_by_its_notation(model) else FROM_MODELS_INFO
    return {**entry, "symmetry": notation}


def _is_said_by_its_notation(model: ObjectModel) -> bool:
    """Whether a reader gets the same group from the notation, about the middle of the mesh's box."""
    group = model.symmetry
    if group.notation == "matrices":
        return False
    read = SymmetryGroup.parse(group.notation, model.box_centre)
    if group.axis is not None:
        aside = np.cross(group.axis, group.centre - read.centre)
        if np.linalg.norm(aside) > _SAME_PLACE:
            return False
    return bool(np.allclose(read.discrete, group.discrete, atol=_SAME_PLACE))
