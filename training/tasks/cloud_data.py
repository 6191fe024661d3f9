"""Where the pairs of clouds of a task come from, and what it is validated with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pose_nodes.core.config import option
from training.clouds.cached_pairs import CachedPairs, folders_of
from training.clouds.held_out import Piece, pieces_of
from training.data.object_pool import ObjectPool


@dataclass(frozen=True)
class CloudData:
    """Pools and caches, see `python -m training pool` and `cache`."""

    pool: str = option("out/training/pool", "objects")
    caches: str = option("out/training/pairs", "pairs of clouds to train with; commas between several")
    held_out: str = option("out/training/held_out", "pairs of clouds to validate with, of the split val")
    pieces: int = option(64, "pairs that are validated with, at most", minimum=1)
    held_out_points: int = option(
        2000, "of each cloud when validating, at most (our choice)", minimum=16, maximum=1_000_000
    )


def training_pairs(data: CloudData) -> CachedPairs:
    """The pairs to train with.

    Raises:
        PoseNodesError: there are none, or they cannot be used.
    """
    return CachedPairs(folders_of(data.caches), ObjectPool(Path(data.pool).expanduser(), "train"))


def held_out_pieces(data: CloudData) -> Sequence[Piece]:
    """What to validate with, of other objects; errors as of `training_pairs`."""
    pairs = CachedPairs(folders_of(data.held_out), ObjectPool(Path(data.pool).expanduser(), "val"))
    return pieces_of(pairs, data.pieces, data.held_out_points)
