"""Named sets of pairs of clouds that descriptors are evaluated on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pose_nodes.commands.recordings import open_recording
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.metrics.bop.errors import ErrorMeter
from pose_nodes.sequences.bop_files import find_scenes
from pose_nodes.sequences.bop_scene import BopScene
from training.clouds.cached_pairs import CachedPairs
from training.clouds.held_out import Piece, pieces_of
from training.data.object_pool import ObjectPool
from training.evaluation.bop_judge import BopJudge
from training.evaluation.recorded_pieces import RecordedPiece, recorded_pieces


@dataclass(frozen=True, eq=False)
class PieceSet:
    """Pairs of clouds under the name that tables give them.

    Attributes:
        name: of the set.
        pieces: the pairs.
        data_set: that it is of; its name where it is all of it.
        judges: of poses in the images that the pairs are of, one a pair; none of synthetic pairs.
        left_out: how many more pairs there were, whose recorded poses depth contradicts.
    """

    name: str
    pieces: tuple[Piece, ...]
    data_set: str
    judges: tuple[BopJudge, ...] = ()
    left_out: int = 0

    @property
    def real(self) -> bool:
        """Whether a camera recorded them."""
        return bool(self.judges)

    def judge(self, number: int) -> BopJudge | None:
        """Of a pair, if there is one."""
        return self.judges[number] if self.judges else None

    def digest(self) -> str:
        """Of all numbers in the pairs: sets that differ in one have other digests."""
        found = hashlib.sha256()
        for piece in self.pieces:
            symmetry = piece.symmetry
            for array in (
                piece.query.points, piece.query.normals, piece.target.points, piece.target.normals,
                piece.T_target_query, piece.T_query_object, symmetry.discrete, symmetry.centre,
                np.zeros(0) if symmetry.axis is None else symmetry.axis, np.array(piece.diameter),
            ):  # fmt: skip
                found.update(f"{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


def cached_set(folder: Path, pool: Path, split: str, pairs: int, points: int) -> PieceSet:
    """Pairs of a cache.

    Args:
        folder: of the cache.
        pool: folder of its objects.
        split: of these.
        pairs: at most so many, spread over the cache.
        points: of each cloud at most.

    Raises:
        PoseNodesError: the cache or the pool cannot be used.
    """
    cached = CachedPairs([folder], ObjectPool(pool, split))
    return PieceSet(folder.name, tuple(pieces_of(cached, pairs, points)), folder.name)


def recorded_sets(text: str, every: int, points: int, check: bool = False) -> list[PieceSet]:
    """Pairs of recordings, one set an object.

    Args:
        text: "FOLDER" or "FOLDER=OBJECTS": a BOP scene, or a data set or split of any number of them, and an
            objects file.
        every: images of a scene from one that is taken to the next.
        points: of each cloud at most.
        check: whether to leave out pairs whose recorded poses depth contradicts.

    Raises:
        PoseNodesError: a recording or its objects cannot be used.
        InvalidDatasetError: no image shows an object whose pose is known.
    """
    folder, _, objects = text.partition("=")
    scenes = find_scenes(Path(folder))
    first, library = open_recording(scenes[0], Path(objects) if objects else None)
    recordings = [first, *(BopScene(scene, first.names) for scene in scenes[1:])]
    found: dict[str, list[tuple[RecordedPiece, BopJudge]]] = {}
    meters: dict[str, ErrorMeter] = {}
    for recording in recordings:
        for each in recorded_pieces(recording, library, every, points):
            if each.name not in meters:
                model = library[each.name]
                meters[each.name] = ErrorMeter(model.mesh, model.symmetry, model.diameter)
            judge = BopJudge(recording, each.index, meters[each.name])
            found.setdefault(each.name, []).append((each, judge))
    if not found:
        raise InvalidDatasetError(
            f"{folder}: no image that was looked at has a mask and a true pose of a known object; take more "
            "images (--every), or name the objects (FOLDER=OBJECTS)"
        )
    # "bunny/000001" of one scene, "bunny" of several.
    called = first.name if len(scenes) == 1 else first.name.partition("/")[0]
    return [_recorded_set(called, name, pairs, check) for name, pairs in found.items()]


def _recorded_set(
    data_set: str, object_name: str, pairs: list[tuple[RecordedPiece, BopJudge]], check: bool
) -> PieceSet:
    """Raises InvalidDatasetError where nothing is left."""
    name = f"{data_set}: {object_name}"
    kept = [(each.piece, judge) for each, judge in pairs if not (check and each.contradicted)]
    if not kept:
        raise InvalidDatasetError(
            f"{name}: depth contradicts every recorded pose; are they of these objects, in these units? Of "
            "transparent objects, leave --check-references away"
        )
    pieces, judges = zip(*kept, strict=True)
    return PieceSet(name, pieces, data_set, judges, len(pairs) - len(kept))
