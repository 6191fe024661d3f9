"""Which points of two clouds of one object shall have descriptors that are alike, and which not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.descriptors.orbits import Orbits, orbits

Points = NDArray[np.float64]

ALIKE, APART, NEITHER = 1, 0, -1
_SAME_SIDE = 0.5
"""Least cosine between the normals of points that shall be alike, as of `training.data.object_clouds`."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A cloud on its object.

    Attributes:
        points: (n, 3) in the object's frame.
        normals: (n, 3).
        on_object: (n,) bool; the others are alike with none.
    """

    points: Points
    normals: Points
    on_object: NDArray[np.bool_]


@dataclass(frozen=True)
class Reach:
    """Distances, in the unit of the points: up to `alike` points shall be alike, from `apart` on not."""

    alike: float
    apart: float


def choose_anchors(
    anchors: Placed,
    others: Placed,
    symmetry: SymmetryGroup,
    reach: float,
    most: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Indices of at most so many points that have a counterpart in the other cloud, by distance alone."""
    theirs = orbits(symmetry, others.points[others.on_object]).folded
    ours = rng.permutation(np.flatnonzero(anchors.on_object))
    if not len(theirs) or not len(ours):
        return np.zeros(0, np.int64)
    images = orbits(symmetry, anchors.points[ours]).images
    nearest, _ = cKDTree(theirs).query(images, distance_upper_bound=reach)
    return np.asarray(ours[np.isfinite(nearest).any(axis=0)][:most])


def relations(
    anchors: NDArray[np.int64], first: Placed, second: Placed, symmetry: SymmetryGroup, reach: Reach
) -> NDArray[np.int8]:
    """(k, m) what each anchor of the first cloud and each point of the second are to each other.

    ALIKE within the smaller distance, on the same side; APART beyond the larger one, and what is not on the
    object; NEITHER between. Of symmetric objects, the distance is that to the nearest equivalent point.
    """
    one = orbits(symmetry, first.points[anchors], first.normals[anchors])
    other = orbits(symmetry, second.points, second.normals)
    squares, same_side = _nearest_images(one, other)
    found = np.full(squares.shape, NEITHER, np.int8)
    found[(squares < reach.alike**2) & same_side] = ALIKE
    found[squares > reach.apart**2] = APART
    found[:, ~second.on_object] = APART
    return found


def _nearest_images(one: Orbits, other: Orbits) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(k, m) squared distance of orbits, and whether the normals agree there."""
    squares = np.full((one.images.shape[1], other.images.shape[1]), np.inf, np.float32)
    same_side = np.zeros(squares.shape, bool)
    target, normals = other.folded.astype(np.float32), other.normals[0].astype(np.float32)
    middle = target.mean(axis=0)
    target = target - middle
    for image, normal in zip(
        one.images.astype(np.float32) - middle, one.normals.astype(np.float32), strict=True
    ):
        now = (image**2).sum(1)[:, None] + (target**2).sum(1)[None] - 2.0 * image @ target.T
        agree = normal @ normals.T > _SAME_SIDE
        # Of two images equally near (points on an axis), one that agrees is enough.
        nearer = (now < squares) | ((now < squares + 1e-12) & agree)
        squares = np.where(nearer, now, squares)
        same_side = np.where(nearer, agree, same_side)
    return squares, same_side
