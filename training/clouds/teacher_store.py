"""A teacher's descriptors of whole surfaces, computed once: half floats, mapped into memory.

store.json           of which teacher and which pool
<split>/<object>.npy one record a point: point, normal, descriptor, and whether it has one
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.networks.patches import PatchSampler
from pose_nodes.objects.sampling import random_surface_points
from pose_nodes.sequences.files import write_bytes, write_json
from training.data.object_pool import ObjectPool
from training.data.seeding import sample_generator
from training.tasks.teachers import described

STORE_FILE = "store.json"
FORMAT = 1
_COMMAND = "python -m training teacher-descriptors"


def write_store(
    folder: Path, network: nn.Module, weights: Path, pool: ObjectPool, points: int
) -> Iterator[int]:
    """Describe all objects of a split of a pool, but for those that are there.

    Args:
        folder: where; made if absent.
        network: a GeDi network in evaluation.
        weights: the file that it came from, which tells stores apart.
        pool: the objects.
        points: of each object.

    Yields:
        How many objects are described; at first, before any is.

    Raises:
        InvalidConfigError: the folder is of another teacher or pool; the message names what differs.
        InvalidDatasetError: an object of the pool is damaged, or no point of it has a descriptor.
        InvalidInputError: the folder cannot be written to.
    """
    about = {
        "format": FORMAT,
        "pool": pool.fingerprint,
        "teacher": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "points": points,
        "dimension": network.config.dimension,
    }
    _claim(folder, about)
    missing = [number for number in range(len(pool)) if not _file(folder, pool, number).is_file()]
    done = len(pool) - len(missing)
    yield done
    sampler = PatchSampler.of(network.config)
    for number in missing:
        records = _described(network, sampler, pool, number, points)
        buffer = io.BytesIO()
        np.save(buffer, records)
        write_bytes(_file(folder, pool, number), buffer.getvalue())
        done += 1
        yield done


class TeacherStore:
    """Descriptors of the objects of a pool; can be pickled.

    Attributes:
        folder: where it is.
        dimension: of a descriptor.
    """

    def __init__(self, folder: Path, pool: ObjectPool) -> None:
        """Open a store.

        Raises:
            InvalidDatasetError: there is none, or it lacks an object.
            InvalidConfigError: it is of another pool.
        """
        path = folder / STORE_FILE
        if not path.is_file():
            raise InvalidDatasetError(f"{path}: is missing; make a store with `{_COMMAND}`")
        about = read_json(path)
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise InvalidDatasetError(f"{path}: is no store of version {FORMAT}; make one in another folder")
        if about.get("pool") != pool.fingerprint:
            raise InvalidConfigError(f"{folder}: is of other objects than those of {pool.folder}")
        for number in range(len(pool)):
            if not _file(folder, pool, number).is_file():
                raise InvalidDatasetError(
                    f"{folder}: lacks the object '{pool.names[number]}'; run `{_COMMAND}` again"
                )
        if not isinstance(about.get("dimension"), int):
            raise InvalidDatasetError(
                f"{path}: does not tell the 'dimension'; make a store in another folder"
            )
        self.folder, self._pool, self.dimension = folder, pool, int(about["dimension"])

    def __len__(self) -> int:
        """How many objects it describes."""
        return len(self._pool)

    def __getitem__(self, number: int) -> NDArray[Any]:
        """(n,) records "point", "normal", "descriptor" and "valid" of an object, object frame, metres.

        Raises:
            InvalidDatasetError: its file is damaged.
        """
        path = _file(self.folder, self._pool, number)
        try:
            records = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError, EOFError) as error:
            raise InvalidDatasetError(
                f"{path}: is damaged ({error}); delete it and run `{_COMMAND}` again"
            ) from error
        if records.dtype != record_type(self.dimension):
            raise InvalidDatasetError(
                f"{path}: has no records of {self.dimension} numbers a point; delete it and run `{_COMMAND}` "
                "again"
            )
        return records


def record_type(dimension: int) -> np.dtype[Any]:
    """What is kept of a point."""
    return np.dtype(
        [
            ("point", np.float32, 3),
            ("normal", np.float32, 3),
            ("descriptor", np.float16, dimension),
            ("valid", np.bool_),
        ]
    )


def _described(
    network: nn.Module, sampler: PatchSampler, pool: ObjectPool, number: int, count: int
) -> NDArray[Any]:
    found, rng = pool.object(number), sample_generator(0, pool.split, number)
    points, normals = random_surface_points(found.mesh, count, rng)
    device = next(network.parameters()).device
    descriptors, valid = described(network, sampler, points / found.diameter, normals, device, number)
    if not valid.any():
        raise InvalidDatasetError(
            f"object '{found.name}': no point of it has a local frame; leave its family out of the pool"
        )
    records = np.zeros(count, record_type(descriptors.shape[1]))
    records["point"], records["normal"] = points, normals
    records["descriptor"], records["valid"] = descriptors, valid
    return records


def _file(folder: Path, pool: ObjectPool, number: int) -> Path:
    return folder / pool.split / f"{pool.names[number]}.npy"


def _claim(folder: Path, about: dict[str, Any]) -> None:
    path = folder / STORE_FILE
    if not path.is_file():
        write_json(path, about)
        return
    before = read_json(path)
    for name, value in about.items():
        if before.get(name) != value:
            raise InvalidConfigError(
                f"{folder}: holds descriptors of another kind ('{name}' was {before.get(name)!r}, is "
                f"{value!r}); choose another folder"
            )
