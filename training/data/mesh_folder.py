"""A folder of meshes as objects of a pool, however deep they lie: Google Scanned Objects, ShapeNet, your own.

An object is called by where its mesh lies in the folder, `a/b/model.obj` is `a__b__model`. Each is in one
split alone, which its name decides, so that meshes that are added change nothing of the others.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.bop_models import read_symmetries
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import FORMATS, TriangleMesh, check_unit, load_mesh
from pose_nodes.objects.simplification import simplified
from pose_nodes.objects.symmetry_detection import detect_symmetry

_BETWEEN = "__"
_MODELS_INFO = "models_info.json"
_IDS = ("gso_id", "shapenet_source_id")
"""What the published lists of MegaPose's objects call them by, beside `obj_id`."""


@functools.lru_cache(maxsize=4)
def listed(folder: str) -> dict[str, Path]:
    """The meshes of a folder by the names of their objects, in the order of these.

    Of several formats of one mesh the first of `objects.mesh.FORMATS` is taken.

    Raises:
        InvalidConfigError: the folder is missing or holds no mesh.
    """
    root, found = Path(folder).expanduser(), dict[str, Path]()
    meshes = [path for path in root.rglob("*") if path.suffix.lower() in FORMATS and path.is_file()]
    for path in sorted(meshes, key=lambda path: FORMATS.index(path.suffix.lower())):
        found.setdefault(_BETWEEN.join(path.relative_to(root).with_suffix("").parts), path)
    if not found:
        raise InvalidConfigError(f"{folder}: is no folder with meshes ({', '.join(FORMATS)})")
    return dict(sorted(found.items()))


def split_of(name: str, held_out: float) -> str:
    """The split of an object: "val" and "test" each get a share `held_out` of many."""
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if place < held_out:
        return "val"
    return "test" if place < 2 * held_out else "train"


def read_mesh(path: Path, unit: str, scale: float) -> TriangleMesh:
    """A mesh of the folder in metres, without texture, and with fewer triangles where it has very many.

    Args:
        path: of its file.
        unit: of length in the file.
        scale: that it is made larger by.

    Raises:
        InvalidMeshError: the file cannot be used; the message names it.
    """
    read = load_mesh(path, unit)
    mesh = replace(read, vertices=scale * read.vertices, texture=None)
    check_unit(mesh, "m", f"{path}, {scale:g} times its size,")
    return simplified(mesh, diameter(mesh.vertices))


def symmetry_of(path: Path, mesh: TriangleMesh) -> SymmetryGroup:
    """Of a mesh: from the models_info.json beside it, as in BOP, or else what is found in its shape.

    Raises:
        InvalidDatasetError: models_info.json is malformed.
        InvalidMeshError: the mesh has no area.
    """
    number = path.stem.removeprefix("obj_")
    if (path.parent / _MODELS_INFO).is_file() and number.isdecimal():
        return read_symmetries(path.parent, [int(number)]).get(int(number), SymmetryGroup.none())
    return detect_symmetry(mesh, diameter(mesh.vertices), np.random.default_rng(0)).group


def names_by_id(path: Path, objects: list[str]) -> dict[int, str]:
    """Which object of a folder of meshes an `obj_id` is, by a published list of objects.

    Args:
        path: gso_models.json or shapenet_models.json of MegaPose: a list of {"obj_id": 0, "gso_id": "Mug"} or
            {"obj_id": 0, "shapenet_synset_id": "02691156", "shapenet_source_id": "1a04e3ea"}. That id is the
            name of a folder above the mesh, or of the mesh.
        objects: names of objects, as `listed` gives them.

    Returns:
        Names of those of the list that are among the objects.

    Raises:
        InvalidDatasetError: the file is missing or malformed.
    """
    by_part = {part: name for name in objects for part in name.split(_BETWEEN)}
    entries = read_json(path)
    try:
        ids = {int(entry["obj_id"]): next(entry[key] for key in _IDS if key in entry) for entry in entries}
    except (TypeError, KeyError, ValueError, StopIteration) as error:
        raise InvalidDatasetError(
            f"{path}: must be a list of objects with an 'obj_id' and one of {', '.join(_IDS)}"
        ) from error
    return {number: by_part[name] for number, name in ids.items() if name in by_part}
