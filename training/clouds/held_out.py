"""Scores of descriptors on held-out pairs of clouds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud, thin
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.descriptors.matches import TAU_2, match_distances, share_within
from pose_nodes.registration.matching import Matches, match
from training.clouds.cached_pairs import CachedPairs
from training.data.seeding import sample_generator

Describe = Callable[[PointCloud, float], NDArray[np.float32]]
"""(n, d) descriptors of a cloud in metres, of an object of some diameter."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A pair of clouds, each turned in its own way, so that no frame tells how the object lies.

    Attributes:
        query, target: the clouds, metres.
        T_target_query: (4, 4) true alignment.
        T_query_object: (4, 4) takes the object into the query's frame.
        symmetry: of the object.
        diameter: of it, metres.
        number: of it in its pool.
    """

    query: PointCloud
    target: PointCloud
    T_target_query: se3.Matrix
    T_query_object: se3.Matrix
    symmetry: SymmetryGroup
    diameter: float
    number: int


def pieces_of(pairs: CachedPairs, count: int, points: int) -> list[Piece]:
    """The first so many pairs of all, spread over the caches; always the same."""
    chosen = np.unique(np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int))
    return [_piece(pairs, int(index), points) for index in chosen]


def scores_of(piece: Piece, describe: Describe) -> Mapping[str, float]:
    """How well a descriptor matches the clouds of a pair, see `match_scores`."""
    query = describe(piece.query, piece.diameter)
    return match_scores(piece, match(query, describe(piece.target, piece.diameter)))


def match_scores(piece: Piece, matches: Matches) -> Mapping[str, float]:
    """How right the matches of the query's descriptors with the target's are.

    ron: share of the query's points whose nearest match is right; of a view, about half cannot be seen.
    fmr: 1 where that is above tau_2, else 0; its mean over pairs is the FMR.
    mutual: share of right ones among mutual nearest neighbours, equivalent points being right, too.
    seen: the same of the target's points and their nearest matches in the query.
    """
    ron = share_within(_distances(piece, matches.nearest, None), piece.diameter)
    mutual = share_within(_distances(piece, matches.mutual, piece.symmetry), piece.diameter)
    seen = share_within(_distances(piece, matches.reverse, piece.symmetry), piece.diameter)
    return {"ron": ron, "fmr": float(ron > TAU_2), "mutual": mutual, "seen": seen}


def _distances(piece: Piece, pairs: NDArray[np.int64], symmetry: SymmetryGroup | None) -> NDArray[np.float64]:
    return match_distances(
        piece.query.points, piece.target.points, pairs, piece.T_target_query, symmetry, piece.T_query_object
    )


def _piece(pairs: CachedPairs, index: int, points: int) -> Piece:
    pair, rng = pairs[index], sample_generator(0, pairs.pool.split, index)
    clouds, turns = [], []
    for name in ("source", "target"):
        chosen = thin(len(getattr(pair, f"{name}_points")), points, rng)
        turn = se3.from_rotation_translation(Rotation.random(random_state=rng).as_matrix(), np.zeros(3))
        cloud = PointCloud(
            se3.transform(turn, getattr(pair, f"{name}_points")[chosen].astype(np.float64)),
            se3.rotate(turn, getattr(pair, f"{name}_normals")[chosen].astype(np.float64)),
        )
        clouds.append(cloud)
        turns.append(turn)
    query, target = clouds
    return Piece(
        query,
        target,
        turns[1] @ pair.T_target_source @ se3.inverse(turns[0]),
        turns[0] @ pair.T_source_object,
        pairs.symmetry(pair),
        float(pair.diameter),
        int(pair.object),
    )
