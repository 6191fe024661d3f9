"""A pool of objects on disk, with arrangements of them at rest: what costs seconds is done once.

    pool.json                          options; when it is finished, its objects and the fingerprint of all
    objects/<split>/<family>_<seed>.npz
    arrangements/<split>/<number>.npz

Objects and arrangements of a split are made of seeds that no other split has.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.supports import Support, bin_of, table
from training.data.array_files import ArrayFile, read_arrays
from training.data.pool_config import PoolConfig
from training.data.seeding import split_number

POOL_FILE = "pool.json"
FORMAT = 1
SUPPORTS: tuple[Callable[[], Support], ...] = (table, bin_of)
_COMMAND = "python -m training pool"
_OF_SYMMETRY = ("symmetry", "symmetry_discrete", "symmetry_axis", "symmetry_centre")
_KEPT = 256
"""Objects in memory: about 1 MB each with what is needed to render them (our choice)."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class PoolObject:
    """An object of a pool.

    Attributes:
        name: "<family>_<seed>".
        family: what made it.
        mesh: metres; the symmetries of procedural objects turn about its origin.
        symmetry: its true group.
        diameter: largest distance of two points of its surface, metres.
    """

    name: str
    family: str
    mesh: TriangleMesh
    symmetry: SymmetryGroup
    diameter: float


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Objects at rest.

    Attributes:
        objects: (k,) int64 numbers of objects of the pool; one may occur more than once.
        T_world_object: (k, 4, 4) float64; the support's upper side is z = 0.
        support: what they lie on or in.
    """

    objects: NDArray[np.int64]
    T_world_object: NDArray[np.float64]
    support: Support


class ObjectPool:
    """The objects and arrangements of one split, read when they are asked for.

    Attributes:
        folder, split: where it was opened.
        config: the options that it was made with.
        fingerprint: of all files of the pool; another pool has another.
        names: of the objects.
        families: of the objects.
        arrangements: how many there are.
    """

    def __init__(self, folder: str | Path, split: str = "train") -> None:
        """Open a pool.

        Raises:
            InvalidConfigError: there is no such split.
            InvalidDatasetError: the folder has no finished pool, or it is of another version.
        """
        split_number(split)
        self.folder, self.split = Path(folder), split
        path = self.folder / POOL_FILE
        if not path.is_file():
            raise InvalidDatasetError(f"{path}: is missing; make a pool with `python -m training pool`")
        about = read_json(path)
        self.config = _config(about, path)
        self.fingerprint = str(about.get("fingerprint") or "")
        if not self.fingerprint or "objects" not in about:
            raise InvalidDatasetError(
                f"{self.folder}: the pool is not finished; run `python -m training pool` again"
            )
        listed = [(str(family), int(seed)) for family, seed in about["objects"][split]]
        self.families = tuple(family for family, _ in listed)
        self.names = tuple(f"{family}_{seed}" for family, seed in listed)
        self.arrangements = self.config.arrangements * len(listed)
        if not listed:
            raise InvalidDatasetError(
                f"{self.folder}: the pool has no objects to {split} with; make one with --{split}"
            )
        self._objects: OrderedDict[int, PoolObject] = OrderedDict()
        self._arrangements: OrderedDict[int, Arrangement] = OrderedDict()
        self._symmetries: dict[int, SymmetryGroup] = {}
        self._supports = [make() for make in SUPPORTS]
        self._support_meshes = [support.mesh() for support in self._supports]

    def __reduce__(self) -> tuple[type[ObjectPool], tuple[Path, str]]:
        return ObjectPool, (self.folder, self.split)

    def __len__(self) -> int:
        return len(self.names)

    def object(self, number: int) -> PoolObject:
        """An object.

        Raises:
            InvalidDatasetError: its file is damaged.
        """
        return _remembered(self._objects, number, self._read_object)

    def symmetry(self, number: int) -> SymmetryGroup:
        """The symmetry of an object, without reading its mesh; all are kept.

        Raises:
            InvalidDatasetError: its file is damaged.
        """
        if number not in self._symmetries:
            path = object_file(self.folder, self.split, self.names[number])
            file = ArrayFile(path, _COMMAND)
            self._symmetries[number] = _symmetry(file.read(_OF_SYMMETRY))
            file.close()
        return self._symmetries[number]

    def arrangement(self, number: int) -> Arrangement:
        """An arrangement.

        Raises:
            InvalidDatasetError: its file is damaged.
        """
        return _remembered(self._arrangements, number, self._read_arrangement)

    def scene(self, arrangement: Arrangement) -> Scene:
        """An arrangement as a scene; object k has the label k + 1, and is of its family's class."""
        objects = [
            SceneObject(self.object(int(number)).mesh, T, self.families[number], str(place))
            for place, (number, T) in enumerate(
                zip(arrangement.objects, arrangement.T_world_object, strict=True)
            )
        ]
        support = self._support_meshes[self._supports.index(arrangement.support)]
        return Scene(tuple(objects), SceneObject(support, np.eye(4)))

    def _read_object(self, number: int) -> PoolObject:
        name = self.names[number]
        return read_object(object_file(self.folder, self.split, name), name, self.families[number])

    def _read_arrangement(self, number: int) -> Arrangement:
        read = read_arrays(arrangement_file(self.folder, self.split, number), _COMMAND)
        return Arrangement(read["objects"], read["T_world_object"], self._supports[int(read["support"])])


def object_file(folder: Path, split: str, name: str) -> Path:
    """Where an object is."""
    return folder / "objects" / split / f"{name}.npz"


def arrangement_file(folder: Path, split: str, number: int) -> Path:
    """Where an arrangement is."""
    return folder / "arrangements" / split / f"{number:06d}.npz"


def read_object(path: Path, name: str, family: str) -> PoolObject:
    """An object from its file.

    Raises:
        InvalidDatasetError: the file is missing or damaged.
    """
    read = read_arrays(path, _COMMAND)
    colors = read["vertex_colors"]
    mesh = TriangleMesh(read["vertices"], read["faces"], colors if len(colors) else None)
    return PoolObject(name, family, mesh, _symmetry(read), float(read["diameter"]))


def _symmetry(read: Mapping[str, NDArray[Any]]) -> SymmetryGroup:
    axis = read["symmetry_axis"]
    return SymmetryGroup(
        read["symmetry_discrete"],
        axis[0] if len(axis) else None,
        read["symmetry_centre"],
        str(read["symmetry"]),
    )


def _config(about: Any, path: Path) -> PoolConfig:
    if not isinstance(about, dict) or about.get("format") != FORMAT or "options" not in about:
        raise InvalidDatasetError(f"{path}: is no pool of version {FORMAT}; make one in another folder")
    return from_mapping(PoolConfig, about["options"], str(path))


def _remembered(kept: OrderedDict[int, T], number: int, read: Callable[[int], T]) -> T:
    """What was read lately, or is read now."""
    if number not in kept:
        kept[number] = read(number)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(number)
    return kept[number]
