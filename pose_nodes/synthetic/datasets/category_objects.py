"""The instances of categories in a data set: made once, written as NOCS has models, read when shown."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.sequences import nocs_models
from pose_nodes.sequences.nocs_files import MetaLine
from pose_nodes.sequences.nocs_writer import synset_of
from pose_nodes.synthetic.datasets.arrangement import DatasetObject
from pose_nodes.synthetic.datasets.category_choice import CategoriesConfig
from pose_nodes.synthetic.shapes.categories.registry import seed_of
from pose_nodes.synthetic.shapes.library import instance


@dataclass(frozen=True)
class CategoryModel:
    """One instance of a category.

    Attributes:
        category: its name.
        split: train, val or test.
        index: of the instance in the split.
    """

    category: str
    split: str
    index: int

    @property
    def name(self) -> str:
        """Unique in the data set."""
        return f"{self.category}_{seed_of(self.split, self.index)}"

    def folder(self, dataset: Path) -> Path:
        """Where it is written."""
        return dataset / nocs_models.MODELS / self.split / synset_of(self.category) / self.name

    def write(self, dataset: Path) -> None:
        """Make it and write it whole."""
        nocs_models.write_model(self.folder(dataset), instance(self.category, self.split, self.index).mesh)

    def load(self, dataset: Path) -> TriangleMesh:
        """The mesh in metres, in the canonical frame of its box; read once a process."""
        return _load(dataset / nocs_models.MODELS, self)


def models_of(config: CategoriesConfig, split: str) -> list[CategoryModel]:
    """All instances of a split.

    Raises:
        InvalidConfigError: a category is unknown.
    """
    return [
        CategoryModel(category, split, index)
        for index in range(config.instances)
        for category in config.chosen()
    ]


class LazyObjects(Sequence[DatasetObject]):
    """Objects whose meshes are read when they are asked for."""

    def __init__(self, models: Sequence[CategoryModel], dataset: Path) -> None:
        self._models, self._dataset = models, dataset

    def __len__(self) -> int:
        return len(self._models)

    @overload
    def __getitem__(self, index: int) -> DatasetObject: ...
    @overload
    def __getitem__(self, index: slice) -> LazyObjects: ...
    def __getitem__(self, index: int | slice) -> DatasetObject | LazyObjects:
        if isinstance(index, slice):
            return LazyObjects(self._models[index], self._dataset)
        model = self._models[index]
        return DatasetObject(model.name, model.load(self._dataset))


@functools.lru_cache(maxsize=2048)
def _load(models: Path, model: CategoryModel) -> TriangleMesh:
    line = MetaLine(1, 1, model.name, synset_of(model.category))
    mesh = nocs_models.load_model(models, model.split, line)
    size = nocs_models.read_size(models, model.split, line)
    assert size is not None and size.scale is not None  # size.txt is written with every model
    return TriangleMesh(np.asarray(mesh.vertices * size.scale), mesh.faces)
