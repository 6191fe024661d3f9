"""A data set of the BOP benchmark as `evaluate` needs it: its scenes, its objects, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pose_nodes.commands.evaluation.models_infos import ModelsInfos
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.metrics.bop.errors import ErrorMeter
from pose_nodes.metrics.bop.surface_discrepancy import TOLERANCE, TOLERANCES
from pose_nodes.metrics.tracking_score import is_visible
from pose_nodes.objects.bop_models import mesh_path
from pose_nodes.objects.library import load_object
from pose_nodes.objects.mesh import load_mesh
from pose_nodes.objects.model import ObjectModel
from pose_nodes.objects.objects_file import ObjectSpec, read_objects_file, told_symmetries
from pose_nodes.sequences.bop_files import (
    OBJECTS_FILE,
    SCENE_MARK,
    TRUTHS_FILE,
    default_name,
    find_models,
    model_ids,
    names_from_objects_file,
)
from pose_nodes.sequences.bop_scene import BopScene, mask_folder
from pose_nodes.sequences.bop_targets import Target, read_targets
from pose_nodes.sequences.recording import GroundTruth

TARGETS_FILE = "test_targets_bop19.json"
_MODELS, _MODELS_OF_ERRORS = "models", "models_eval"


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        targets: of the objects that have a name here, by scene, image and object.
        instances: how many these are together.
        all_instances: the same with those of objects that an objects file leaves out.
    """

    targets: Sequence[Target]
    instances: int
    all_instances: int


@dataclass(frozen=True)
class DataSet:
    """The scenes of one split.

    Attributes:
        folder: with models/ and the splits.
        split: the folder of the scenes in it, e.g. "test".
        objects_file: names the objects and may tell their symmetries; None for the names of the meshes. What
            it does not tell stands in models_info.json.
    """

    folder: Path
    split: str
    objects_file: Path | None

    @classmethod
    def open(cls, folder: Path, split: str, objects_file: Path | None) -> DataSet:
        """Look whether the folders are there.

        Args:
            folder: of the data set.
            split: one of the folders in it.
            objects_file: the objects; that of the data set, if it has one, if None.

        Raises:
            InvalidDatasetError: the folder, its split or its models are missing.
        """
        if not folder.is_dir():
            raise InvalidDatasetError(f"{folder}: no such folder")
        splits = sorted({mark.parents[1].name for mark in folder.glob(f"*/*/{SCENE_MARK}")})
        if split not in splits:
            known = (
                f"it has {', '.join(splits)}" if splits else f"a data set is DATASET/SPLIT/SCENE/{SCENE_MARK}"
            )
            raise InvalidDatasetError(f"{folder}: has no split '{split}' with scenes; {known}")
        own = folder / OBJECTS_FILE
        return cls(folder, split, objects_file or (own if own.is_file() else None))

    @property
    def name(self) -> str:
        """As the folder is called."""
        return self.folder.resolve().name

    @cached_property
    def names(self) -> dict[int, str]:
        """The objects' names by id.

        Raises:
            InvalidDatasetError: no object is named so that its id can be told.
        """
        if self.objects_file is None:
            return {i: default_name(i) for i in model_ids(self._models)}
        names = names_from_objects_file(self.objects_file)
        if not names:
            raise InvalidDatasetError(
                f"{self.objects_file}: no mesh is called obj_000001.ply or so, by which a data set's objects "
                "are known"
            )
        return names

    def scene(self, scene_id: int) -> BopScene:
        """One of the scenes.

        Raises:
            InvalidDatasetError: it is missing or malformed.
        """
        return BopScene(self._scene_folder(scene_id), self.names)

    def mask_folders(self, scene_ids: Iterable[int]) -> list[str]:
        """The folders that the masks of some scenes are read from, as "mask_visib"."""
        folders = {mask_folder(self._scene_folder(scene_id)) for scene_id in scene_ids}
        return sorted(folder for folder in folders if folder is not None)

    def truths(self, scene: BopScene, image_id: int) -> dict[int, GroundTruth] | None:
        """The true poses in an image, by their places in scene_gt.json; None in a split without any.

        Raises:
            InvalidDatasetError: scene_gt.json is malformed, or has no entry for the image.
        """
        self._check_image(scene, image_id)
        return scene.truths(image_id) if self._has_truths else None

    def targets_file(self, path: Path | None) -> Path | None:
        """A file of targets, or the data set's own, or None where it has none for the split."""
        own = self.folder / TARGETS_FILE
        is_for_split = own.is_file() and self.split.split("_")[0] == "test"
        return own if path is None and is_for_split else path

    def asked(self, path: Path | None) -> Asked:
        """What is asked for: the targets of a file, or of the data set's own, or else all that is seen.

        Raises:
            InvalidDatasetError: the file is malformed, nothing is asked for, a mesh is missing that no
                objects file leaves out, or an image is missing or, in a split with ground truth, without any.
        """
        path = self.targets_file(path)
        targets = self._seen() if path is None else read_targets(path)
        named = [target for target in targets if target.object_id in self.names]
        if not named:
            asked = path or self.folder / self.split
            raise InvalidDatasetError(
                f"{asked}: asks for none of the objects {', '.join(self.names.values())}; targets need "
                "scene_gt.json or a --targets file, and objects with models"
            )
        self._check_meshes(targets)
        self._check_images({(target.scene_id, target.image_id) for target in named})
        return Asked(named, _instances(named), _instances(targets))

    def model(self, name: str) -> ObjectModel:
        """An object, ready to be looked for.

        Raises:
            PoseNodesError: its mesh or symmetry cannot be used.
        """
        object_id, infos = self.object_ids[name], self._infos(name)
        told = None if name in self._told_symmetries else infos.symmetry(object_id)
        spec, where = self._spec(name), self.objects_file or self._models
        if told is not None:
            spec = replace(spec, symmetry="none")  # not to be looked up beside the mesh
        model = load_object(name, spec, where.parent, str(where))
        infos.diameter(object_id, model.mesh)  # a wrong one is refused before the search, not after it
        return model if told is None else replace(model, symmetry=told)

    def without_symmetries(self, object_ids: Iterable[int]) -> list[str]:
        """The names of those objects whose symmetries neither models_info.json nor an objects file tells:
        they count as having none."""
        names = [self.names[i] for i in sorted(set(object_ids))]
        return [name for name in names if name not in self._told_symmetries and not self._infos(name).files]

    def meter(self, name: str, model: ObjectModel) -> ErrorMeter:
        """What measures errors of an object: on the mesh in models_eval/, and with the diameter that
        models_info.json tells there, where the data set has them.

        Raises:
            PoseNodesError: the mesh or models_info.json cannot be used.
        """
        object_id = self.object_ids[name]
        path = mesh_path(self.folder / _MODELS_OF_ERRORS, object_id)
        mesh = load_mesh(path, "mm") if path.is_file() else model.mesh
        tolerance = TOLERANCES.get(self.name, TOLERANCE)
        diameter = self._infos(name).diameter(object_id, mesh)
        return ErrorMeter(mesh, model.symmetry, diameter, tolerance)

    @cached_property
    def object_ids(self) -> dict[str, int]:
        """The objects' ids by name."""
        return {name: object_id for object_id, name in self.names.items()}

    @cached_property
    def _models(self) -> Path:
        return find_models(self.folder / self.split / "scene")

    def _scene_folder(self, scene_id: int) -> Path:
        return self.folder / self.split / f"{scene_id:06d}"

    @cached_property
    def _told_symmetries(self) -> set[str]:
        return set() if self.objects_file is None else told_symmetries(self.objects_file)

    def _spec(self, name: str) -> ObjectSpec:
        """Where the mesh of an object is, and what an objects file tells of it."""
        if self.objects_file is None:
            path = mesh_path(self._models, self.object_ids[name])
            return ObjectSpec(str(path.relative_to(self._models.parent)), "mm")
        return read_objects_file(self.objects_file)[name]

    def _infos(self, name: str) -> ModelsInfos:
        """Of models_eval/ first, as in the benchmark; last of where the mesh is."""
        folder = (self.objects_file or self._models).parent
        beside = (folder / Path(self._spec(name).mesh).expanduser()).parent
        return ModelsInfos([self.folder / _MODELS_OF_ERRORS, self.folder / _MODELS, beside])

    @cached_property
    def _has_truths(self) -> bool:
        return any((self.folder / self.split).glob(f"*/{TRUTHS_FILE}"))

    def _check_meshes(self, targets: Sequence[Target]) -> None:
        """Only an objects file may leave out objects: it says that this is meant."""
        missing = {target.object_id for target in targets} - set(self.names)
        if self.objects_file is None and missing:
            lacking = ", ".join(mesh_path(self._models, i).name for i in sorted(missing))
            raise InvalidDatasetError(
                f"{self._models}: has no {lacking}, for which targets ask; add the mesh, or name the objects "
                "that are meant in an --objects file"
            )

    def _check_images(self, places: set[tuple[int, int]]) -> None:
        for scene_id, asked in groupby(sorted(places), key=itemgetter(0)):
            scene = self.scene(scene_id)
            for _, image_id in asked:
                self._check_image(scene, image_id)

    def _check_image(self, scene: BopScene, image_id: int) -> None:
        """Refuse an image whose targets cannot be counted: without them the score would be too good."""
        if image_id not in scene.image_ids:
            raise InvalidDatasetError(
                f"{scene.folder / SCENE_MARK}: has no image {image_id}, for which targets ask; mend the file "
                "or the --targets"
            )
        if self._has_truths and not scene.is_annotated(image_id):
            raise InvalidDatasetError(
                f"{scene.folder / TRUTHS_FILE}: has no true poses of image {image_id}, for which targets "
                "ask, though the split has others; mend the file or the --targets"
            )

    def _seen(self) -> list[Target]:
        """Every object of every image that is seen well enough, where nobody asks for anything."""
        found = []
        for mark in sorted((self.folder / self.split).glob(f"*/{SCENE_MARK}")):
            if mark.parent.name.isdecimal():
                found += self._seen_in(int(mark.parent.name))
        return found

    def _seen_in(self, scene_id: int) -> list[Target]:
        known, targets = self.scene(scene_id), []
        ids_by_name = {default_name(object_id): object_id for object_id in known.object_ids}
        # Objects without a name here are no part of `known`, but are asked for as well.
        scene = BopScene(known.folder, {object_id: name for name, object_id in ids_by_name.items()})
        for image_id in scene.image_ids:
            seen = [truth.class_name for truth in scene.truths(image_id).values() if is_visible(truth)]
            ids = sorted(ids_by_name[name] for name in seen)
            targets += [Target(scene_id, image_id, i, ids.count(i)) for i in dict.fromkeys(ids)]
        return targets


def _instances(targets: Sequence[Target]) -> int:
    return sum(target.count for target in targets)
