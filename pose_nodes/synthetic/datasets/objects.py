"""The objects of a data set: made or read once, and written beside the images as BOP has them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pose_nodes.core.errors import InvalidConfigError, InvalidMeshError
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh, load_mesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.objects.solidity import check_closed, check_volume
from pose_nodes.sequences.bop_files import OBJECTS_FILE, default_name, names_from_objects_file
from pose_nodes.sequences.bop_writer import write_models
from pose_nodes.synthetic.datasets.arrangement import DatasetObject
from pose_nodes.synthetic.datasets.config import ObjectsConfig
from pose_nodes.synthetic.datasets.reports import OnModel, no_report
from pose_nodes.synthetic.shapes.library import FAMILIES, generate


def prepare_objects(config: ObjectsConfig, dataset: Path, on_model: OnModel = no_report) -> dict[str, int]:
    """Write the models of a data set, unless they are there; their ids by name.

    Args:
        config: which objects.
        dataset: its folder.
        on_model: told of every procedural object that was made.

    Raises:
        InvalidConfigError: a family is unknown, or the objects file malformed.
        InvalidMeshError: a mesh of the objects file cannot be used, or is not watertight where all must be.
        InvalidInputError: the folder cannot be written to.
    """
    objects_file = dataset / OBJECTS_FILE
    if not objects_file.is_file():  # it is written last: where it is, all models are
        write_models(dataset, dict(enumerate(_models(config, on_model), 1)))
    return {name: number for number, name in names_from_objects_file(objects_file).items()}


def load_objects(dataset: Path, ids: Mapping[str, int]) -> list[DatasetObject]:
    """The objects of a data set; each is read once a process."""
    models = dataset / "models"
    return [
        DatasetObject(name, _load(models / f"{default_name(number)}.ply")) for name, number in ids.items()
    ]


@functools.cache
def _load(path: Path) -> TriangleMesh:
    return load_mesh(path, "mm")


def _models(config: ObjectsConfig, on_model: OnModel) -> list[ObjectModel]:
    if config.objects_file:
        return _of_user(config)
    families = _families(config)
    names = [
        (families[i % len(families)], config.first_seed + i // len(families)) for i in range(config.count)
    ]
    models = []
    for family, seed in names:
        models.append(_procedural(family, seed))
        on_model(len(models), len(names))
    return models


def _of_user(config: ObjectsConfig) -> list[ObjectModel]:
    library = ObjectLibrary.from_file(config.objects_file)
    models = [library[name] for name in library.names]
    for model in models:
        check_volume(model.mesh, f"object '{model.name}'")
        if not config.open_meshes:
            _check_closed(model)
    return models


def _check_closed(model: ObjectModel) -> None:
    try:
        check_closed(model.mesh, f"object '{model.name}'")
    except InvalidMeshError as error:
        raise InvalidMeshError(f"{error}, or set objects.open_meshes: true to take it as it is") from error


def _procedural(family: str, seed: int) -> ObjectModel:
    made = generate(family, seed)
    return build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(seed))


def _families(config: ObjectsConfig) -> list[str]:
    chosen = [name.strip() for name in config.families.split(",") if name.strip()] or list(FAMILIES)
    for name in chosen:
        if name not in FAMILIES:
            raise InvalidConfigError(
                f"objects.families: '{name}' is unknown; known are {', '.join(FAMILIES)}"
            )
    return chosen
