"""The objects that a tracker knows, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, UnknownObjectError
from pose_nodes.core.paths import expanded
from pose_nodes.objects import bop_models
from pose_nodes.objects.mesh import load_mesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.objects.objects_file import ObjectSpec, check_name, nearest_name, read_objects_file


class ObjectLibrary:
    """An immutable, ordered collection of object models with distinct names."""

    def __init__(self, models: Iterable[ObjectModel]) -> None:
        """Collect models.

        Raises:
            InvalidConfigError: two models have the same name, or a name is not usable in TF.
        """
        self._models: dict[str, ObjectModel] = {}
        for model in models:
            check_name(model.name, "object library")
            if model.name in self._models:
                raise InvalidConfigError(f"object library: two objects are called '{model.name}'; rename one")
            self._models[model.name] = model

    @classmethod
    def from_models(cls, models: Iterable[ObjectModel]) -> ObjectLibrary:
        """A library of models that exist already."""
        return cls(models)

    @classmethod
    def from_file(cls, path: str | Path) -> ObjectLibrary:
        """Load all objects of an objects file; the paths of meshes are relative to it.

        Raises:
            InvalidConfigError: the file is missing or malformed, a path begins with an unknown home folder,
                or a symmetry is not understood or not where the file says.
            InvalidMeshError: a mesh is missing, broken or in another unit.
        """
        path = expanded(path, "objects file")
        specs = read_objects_file(path)
        return cls([load_object(name, spec, path.parent, str(path)) for name, spec in specs.items()])

    @classmethod
    def from_bop(cls, models_dir: str | Path, names: Mapping[int, str]) -> ObjectLibrary:
        """Load objects of a BOP models folder (millimetres) with the symmetries of its models_info.json.

        Args:
            models_dir: the folder with obj_000001.ply and so on.
            names: what the objects to load are called, by object id.

        Raises:
            InvalidDatasetError: models_info.json is malformed.
            InvalidMeshError: a mesh is missing or broken.
            InvalidConfigError: a name is given twice or not usable in TF.
        """
        folder = Path(models_dir)
        symmetries = bop_models.read_symmetries(folder, names)
        return cls(
            build_model(name, load_mesh(bop_models.mesh_path(folder, i), "mm"), symmetries.get(i, "none"))
            for i, name in names.items()
        )

    def with_object(self, model: ObjectModel) -> ObjectLibrary:
        """A library that has one more object, or another in the place of the one of that name."""
        return ObjectLibrary({**self._models, model.name: model}.values())

    def without(self, name: str) -> ObjectLibrary:
        """A library of all objects but one.

        Raises:
            UnknownObjectError: there is none of that name; the nearest name is given.
        """
        gone = self[name]
        return ObjectLibrary(model for model in self._models.values() if model is not gone)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the objects, in the order they were given."""
        return tuple(self._models)

    def __getitem__(self, name: str) -> ObjectModel:
        """The model of an object.

        Raises:
            UnknownObjectError: there is none of that name; the nearest name is given.
        """
        if name in self._models:
            return self._models[name]
        nearest = nearest_name(name, self.names)
        known = f"did you mean '{nearest}'?" if nearest else f"known are: {', '.join(self.names) or 'none'}"
        raise UnknownObjectError(f"object '{name}' is not in the object library; {known}")

    def __contains__(self, name: object) -> bool:
        return name in self._models

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)


def load_object(name: str, spec: ObjectSpec, folder: Path, where: str) -> ObjectModel:
    """Load one object.

    Args:
        name: what it is called.
        spec: its mesh, symmetry and features.
        folder: to which the path of the mesh is relative.
        where: names the source of the spec in errors.

    Raises:
        InvalidConfigError: the path of the mesh begins with an unknown home folder, or the symmetry is not
            understood or not where the spec says.
        InvalidMeshError: the mesh is missing, broken or in another unit.
    """
    path = folder / expanded(spec.mesh, f"{where}: object '{name}'")
    mesh = load_mesh(path, spec.mesh_unit)
    try:
        from_bop = spec.symmetry == bop_models.FROM_MODELS_INFO
        model = build_model(name, mesh, bop_models.symmetry_beside(path) if from_bop else spec.symmetry)
        return replace(model, features=spec.features)
    except (InvalidConfigError, InvalidDatasetError) as error:
        raise InvalidConfigError(f"{where}: object '{name}': {error}") from error
