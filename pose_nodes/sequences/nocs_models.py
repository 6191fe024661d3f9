"""The models of NOCS data: obj_models/SPLIT/SYNSET/MODEL of CAMERA, obj_models/real_SPLIT/NAME.obj of REAL.

train/03797390/MODEL/model.obj   (x, y, -z) in lengths of the diagonal, about the middle of the box
train/03797390/MODEL/bbox.txt    two rows: highest and lowest corner, in that unit
train/03797390/MODEL/size.txt    ours: extents, metres
real_train/NAME.obj, NAME.txt    metres; extents, metres
real_val/NAME.npz                'scale': extents in some unit
mug_meta.pkl                     by model: from the middle of the box to that of a mug's body (see there)
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.objects.mesh import TriangleMesh, load_mesh
from pose_nodes.sequences import label_values
from pose_nodes.sequences.files import write_text
from pose_nodes.sequences.nocs_files import MetaLine

MODELS = "obj_models"
_MIRROR = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class ModelSize:
    """What the files tell of the size of a model.

    Attributes:
        extents: (3,) of the box along the canonical axes, in lengths of its diagonal.
        scale: length of the diagonal, metres; None where the data set scales models from image to image.
    """

    extents: NDArray[np.float64]
    scale: float | None


@dataclass(frozen=True, eq=False)
class MugBody:
    """From the canonical frame of a mug's box to that of its body, as SPD's preprocessing changes it.

    A point p of the first is (p + shift) · scale of the second.

    Attributes:
        shift: (3,) in lengths of the diagonal of the box.
        scale: lengths of the new diagonal in one of the old, inverted.
    """

    shift: NDArray[np.float64]
    scale: float


def find_models(scene: Path) -> Path | None:
    """The obj_models beside the split of a scene, or above; None if there is none."""
    places = [parent / MODELS for parent in list(Path(scene).resolve().parents)[:3]]
    return next((place for place in places if place.is_dir()), None)


def read_size(models: Path, split: str, line: MetaLine) -> ModelSize | None:
    """What is known of the size of a model; None if nothing.

    Args:
        models: the folder obj_models.
        split: train, val or test.
        line: the object, from the meta file of a frame.

    Raises:
        InvalidDatasetError: a file about it is malformed.
    """
    if line.model.endswith(".npz"):
        path = models / "real_val" / line.model
        return ModelSize(_unit(_npz_extents(path), path), None) if path.is_file() else None
    if not line.synset:
        path = models / f"real_{split}" / f"{line.model}.txt"
        return _metric(path) if path.is_file() else None
    folder = models / split / line.synset / line.model
    if (folder / "size.txt").is_file():
        return _metric(folder / "size.txt")
    path = folder / "bbox.txt"
    if not path.is_file():
        return None
    corners = _numbers(path, (2, 3))
    return ModelSize(_unit(corners[0] - corners[1], path), None)


def read_mug_bodies(models: Path) -> dict[str, MugBody]:
    """Those of mug_meta.pkl by model; empty without the file.

    Raises:
        InvalidDatasetError: the file is malformed.
    """
    path = models / "mug_meta.pkl"
    if not path.is_file():
        return {}
    return {str(name): _mug_body(path, name, entry) for name, entry in label_values.read_labels(path).items()}


def load_model(models: Path, split: str, line: MetaLine) -> TriangleMesh:
    """The mesh of a model in the canonical frame, in lengths of the diagonal of its box.

    Raises:
        InvalidMeshError: the file is missing or broken.
        InvalidDatasetError: the size of a REAL model is missing.
    """
    if line.synset:
        mesh = load_mesh(models / split / line.synset / line.model / "model.obj")
        return TriangleMesh(mesh.vertices * _MIRROR, mesh.faces[:, ::-1].copy(), mesh.vertex_colors)
    mesh = load_mesh(models / f"real_{split}" / f"{line.model}.obj")
    scale = float(np.linalg.norm(_numbers(models / f"real_{split}" / f"{line.model}.txt", (3,))))
    return TriangleMesh(mesh.vertices / scale, mesh.faces, mesh.vertex_colors)


def write_model(folder: Path, mesh: TriangleMesh) -> None:
    """Write a mesh as obj_models/SPLIT/SYNSET/MODEL has it; size.txt is written last.

    Args:
        folder: obj_models/SPLIT/SYNSET/MODEL.
        mesh: metres, along the canonical axes.
    """
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    vertices = (mesh.vertices - 0.5 * (low + high)) / mesh.diagonal * _MIRROR
    shape = trimesh.Trimesh(vertices, mesh.faces[:, ::-1], process=False)
    text = shape.export(file_type="obj", digits=9, header=None)
    write_text(folder / "model.obj", str(text))
    half = 0.5 * (high - low) / mesh.diagonal
    write_text(folder / "bbox.txt", _rows(np.stack([half, -half])))
    write_text(folder / "size.txt", _rows((high - low)[None]))


def is_written(folder: Path) -> bool:
    """Whether `write_model` finished in a folder."""
    return (folder / "size.txt").is_file()


def _rows(values: NDArray[np.float64]) -> str:
    return "".join(" ".join(f"{value:.9f}" for value in row) + "\n" for row in values)


def _metric(path: Path) -> ModelSize:
    size = _numbers(path, (3,))
    return ModelSize(_unit(size, path), float(np.linalg.norm(size)))


def _unit(extents: NDArray[np.float64], path: Path) -> NDArray[np.float64]:
    if not (extents > 0).all():
        raise InvalidDatasetError(
            f"{path}: the extents of the model are {extents}, which are not all positive"
        )
    return np.asarray(extents / np.linalg.norm(extents))


def _numbers(path: Path, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The numbers of a text file."""
    try:
        values = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InvalidDatasetError(f"{path}: must hold numbers ({error})") from error
    if values.size != np.prod(shape) or not np.isfinite(values).all():
        raise InvalidDatasetError(
            f"{path}: must hold {int(np.prod(shape))} finite numbers, not {values.size}"
        )
    return values.reshape(shape)


def _npz_extents(path: Path) -> NDArray[np.float64]:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            extents = np.asarray(arrays["scale"], dtype=np.float64).ravel()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidDatasetError(f"{path}: must hold an array 'scale' ({error})") from error
    if extents.shape != (3,):
        raise InvalidDatasetError(f"{path}: 'scale' must have three values, not {extents.size}")
    return extents


def _mug_body(path: Path, name: object, entry: object) -> MugBody:
    if not isinstance(entry, (list, tuple)) or len(entry) != 2:
        raise InvalidDatasetError(f"{path}: '{name}' must have a shift and a scale")
    where = f"{path}: '{name}'"
    values = {"shift": entry[0], "scale": np.ravel(entry[1])}
    scale = float(label_values.array(values, "scale", (1,), where)[0])
    return MugBody(label_values.array(values, "shift", (3,), where), scale)
