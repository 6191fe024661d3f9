"""Makes a pool of objects in several processes.

What an interruption leaves is whole, and the next run goes on from it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError, InvalidMeshError
from pose_nodes.core.json_files import read_json
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.sequences.files import write_json
from pose_nodes.synthetic.scenes.resting import convex_corners, drop
from pose_nodes.synthetic.shapes.library import FAMILIES, generate
from training.data.array_files import write_arrays
from training.data.mesh_folder import listed, read_mesh, symmetry_of
from training.data.object_pool import (
    FORMAT,
    POOL_FILE,
    SUPPORTS,
    arrangement_file,
    object_file,
    read_object,
)
from training.data.pool_config import PoolConfig
from training.data.seeding import SPLITS, split_number
from training.data.workers import check_stopped, in_order

_TRIES = 40
"""Choices of objects, of which one must come to rest; the later ones are of fewer objects, on the table, and
last of any objects (our choice)."""


@dataclass(frozen=True)
class PoolProgress:
    """How far a pool is: `done` of `total` files of a stage, "objects" or "arrangements"."""

    stage: str
    done: int
    total: int


def make_pool(config: PoolConfig, folder: Path, workers: int) -> Iterator[PoolProgress]:
    """Make all of a pool that is not there yet.

    Args:
        config: the options.
        folder: where; made if absent.
        workers: processes; with 0, everything is done in this.

    Yields:
        After each file, how far it is; at first, what earlier runs left.

    Raises:
        InvalidConfigError: the options contradict each other, or the folder holds a pool of other ones.
        InvalidInputError: the folder cannot be written to, or objects do not come to rest.
        WorkerError: a process was killed.
    """
    config.check()
    if _claim(config, folder):
        return
    objects = [
        (object_file(folder, split, f"{family}_{seed}"), (family, seed))
        for split in SPLITS
        for family, seed in config.objects(split)
    ]
    make_object = partial(_make_object, config)
    yield from _make_missing("objects", make_object, objects, workers)
    arrangements = [
        (arrangement_file(folder, split, number), (split, number))
        for split in SPLITS
        for number in range(config.arrangements * len(config.objects(split)))
    ]
    make_arrangement = partial(_make_arrangement, config, folder)
    yield from _make_missing("arrangements", make_arrangement, arrangements, workers)
    files = [path for path, _ in (*objects, *arrangements)]
    listed = {split: config.objects(split) for split in SPLITS}
    finished = {"objects": listed, "fingerprint": _fingerprint(folder, files)}
    write_json(folder / POOL_FILE, {**_about(config), **finished})


def _about(config: PoolConfig) -> dict[str, object]:
    return {"format": FORMAT, "options": json.loads(json.dumps(to_mapping(config)))}


def _claim(config: PoolConfig, folder: Path) -> bool:
    """Note the options, or see that the folder's pool has the same; whether it is finished."""
    path, about = folder / POOL_FILE, _about(config)
    if not path.is_file():
        write_json(path, about)
        return False
    before = read_json(path)
    if before.get("format") != FORMAT:
        raise InvalidConfigError(f"{folder}: holds a pool of another version; choose another folder")
    options = {**to_mapping(PoolConfig()), **before.get("options", {})}  # of before there were others
    for name, value in to_mapping(config).items():
        if options.get(name) != value:
            raise InvalidConfigError(
                f"{folder}: was begun with other options ('{name}' was {options.get(name)!r}, is {value!r}); "
                "choose another folder"
            )
    return bool(before.get("fingerprint") and before.get("objects")) and _is_complete(config, folder)


def _is_complete(config: PoolConfig, folder: Path) -> bool:
    objects = all(
        object_file(folder, split, f"{family}_{seed}").is_file()
        for split in SPLITS
        for family, seed in config.objects(split)
    )
    return objects and all(
        arrangement_file(folder, split, number).is_file()
        for split in SPLITS
        for number in range(config.arrangements * len(config.objects(split)))
    )


def _make_missing(
    stage: str,
    make: Callable[[tuple[Path, tuple[str, int]]], None],
    wanted: list[tuple[Path, tuple[str, int]]],
    workers: int,
) -> Iterator[PoolProgress]:
    missing = [item for item in wanted if not item[0].is_file()]
    done = len(wanted) - len(missing)
    yield PoolProgress(stage, done, len(wanted))
    for _ in in_order(make, missing, workers):
        done += 1
        yield PoolProgress(stage, done, len(wanted))


def _make_object(config: PoolConfig, item: tuple[Path, tuple[str, int]]) -> None:
    path, (family, seed) = item
    try:
        mesh, symmetry = _made(config, family, seed)
        convex_corners(mesh)  # what is flat cannot be dropped later
    except InvalidMeshError as error:
        raise InvalidMeshError(
            f"object '{family}': {error}; or take it out of the pool (for a folder of meshes there are "
            "'meshes_unit' and 'meshes_scale')"
        ) from error
    axis = np.zeros((0, 3)) if symmetry.axis is None else symmetry.axis[None]
    colors = np.zeros((0, 3), np.uint8) if mesh.vertex_colors is None else mesh.vertex_colors
    write_arrays(
        path,
        {
            "vertices": mesh.vertices,
            "faces": mesh.faces,
            "vertex_colors": colors,
            "symmetry": np.array(symmetry.notation),
            "symmetry_discrete": symmetry.discrete,
            "symmetry_axis": axis,
            "symmetry_centre": symmetry.centre,
            "diameter": np.array(diameter(mesh.vertices)),
        },
    )


def _made(config: PoolConfig, family: str, seed: int) -> tuple[TriangleMesh, SymmetryGroup]:
    if family in FAMILIES:
        made = generate(family, seed, config.triangles)
        return made.mesh, made.symmetry
    if config.meshes and family in listed(config.meshes):
        path = listed(config.meshes)[family]
        mesh = read_mesh(path, config.meshes_unit, config.meshes_scale)
        return mesh, symmetry_of(path, mesh)
    model = _own_objects(config.objects_file)[family]
    return model.mesh, model.symmetry


@functools.cache
def _own_objects(objects_file: str) -> ObjectLibrary:
    return ObjectLibrary.from_file(objects_file)


def _make_arrangement(config: PoolConfig, folder: Path, item: tuple[Path, tuple[str, int]]) -> None:
    path, (split, number) = item
    rng = np.random.default_rng([config.seed, split_number(split), number])
    listed = config.objects(split)
    for attempt in range(_TRIES):
        check_stopped()
        most = config.most if attempt < _TRIES // 4 else config.fewest
        chosen = rng.integers(len(listed), size=int(rng.integers(config.fewest, most + 1)))
        if attempt < _TRIES // 2:
            chosen[0] = number % len(listed)
        in_bin = rng.random() < config.bins and attempt < _TRIES // 8
        meshes = [_mesh(folder, split, *listed[index]) for index in chosen]
        try:
            poses = drop(meshes, SUPPORTS[int(in_bin)](), rng)
        except InvalidInputError:
            if attempt == _TRIES - 1:
                raise
            continue
        arrays = {"objects": chosen.astype(np.int64), "T_world_object": np.stack(poses)}
        write_arrays(path, {**arrays, "support": np.array(int(in_bin))})
        return


def _mesh(folder: Path, split: str, family: str, seed: int) -> TriangleMesh:
    name = f"{family}_{seed}"
    return read_object(object_file(folder, split, name), name, family).mesh


def _fingerprint(folder: Path, files: list[Path]) -> str:
    """Of names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(folder)} {zlib.crc32(path.read_bytes())}\n".encode())
    return digest.hexdigest()[:16]
