"""Poses that matched points propose, by the library of one's choice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.registration.kiss_matcher import kiss_matcher, load_kiss_matcher
from pose_nodes.registration.matching import Matches
from pose_nodes.registration.native_ransac import compile_ahead, native_ransac
from pose_nodes.registration.ransac import ransac

Points = NDArray[np.float64]


@dataclass(frozen=True)
class SearchEffort:
    """How hard poses are looked for.

    Attributes:
        distance: largest distance of an inlier, in the unit of the points.
        runs: searches.
        triplets: that one of them tries at most.
        keep: different poses that one of them may propose.
    """

    distance: float
    runs: int
    triplets: int
    keep: int


Proposer = Callable[[Points, Points, Matches, SearchEffort, np.random.Generator], list[se3.Matrix]]
"""Gives T_target_source of (n, 3) source and (m, 3) target points; no pose where nothing agrees."""


def proposer(name: str) -> Proposer:
    """The proposer of a library, ready to be used at once.

    Raises:
        InvalidConfigError: its package is not installed.
    """
    if name == "kiss_matcher":
        load_kiss_matcher()
    if name == "native":
        compile_ahead()
    return _PROPOSERS[name]


def _native(
    source: Points, target: Points, matches: Matches, effort: SearchEffort, rng: np.random.Generator
) -> list[se3.Matrix]:
    """Different poses from the matches of both directions.

    Where descriptors are to count, a pose is scored by the cosines of its inliers over the number of all
    matches, which is the same for every pose, as in FreeZeV2.
    """
    poses, weights = [], _usable(matches.agreement)
    for _ in range(effort.runs):
        try:
            found = native_ransac(
                source, target, matches.either, effort.distance, effort.triplets, rng,
                weights=weights, keep=effort.keep,
            )  # fmt: skip
        except RegistrationError:  # this run has no pose to offer; the other proposals decide
            continue
        poses += [hypothesis.T_target_source for hypothesis in found]
    return poses


def _usable(agreement: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """Weights of matches; None, which is the same for all, where no two descriptors agree at all."""
    return agreement if agreement is not None and agreement.any() else None


def _open3d(
    source: Points, target: Points, matches: Matches, effort: SearchEffort, rng: np.random.Generator
) -> list[se3.Matrix]:
    """One pose a run, by turns over mutual and all matches."""
    poses = []
    for pairs in itertools.islice(itertools.cycle((matches.mutual, matches.nearest)), effort.runs):
        try:
            found = ransac(source, target, pairs, effort.distance, effort.triplets, rng)
        except RegistrationError:  # as above
            continue
        poses.append(found.T_target_source)
    return poses


def _kiss_matcher(
    source: Points, target: Points, matches: Matches, effort: SearchEffort, rng: np.random.Generator
) -> list[se3.Matrix]:
    """One pose, however many runs: the result is always the same."""
    del rng
    try:
        return [kiss_matcher(source, target, matches.nearest, effort.distance)] if effort.runs else []
    except RegistrationError:  # as above
        return []


_PROPOSERS: Mapping[str, Proposer] = {
    "native": _native,
    "open3d": _open3d,
    "kiss_matcher": _kiss_matcher,
}
LIBRARIES = tuple(_PROPOSERS)
