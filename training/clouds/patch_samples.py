"""Samples for a teacher: patches around points that correspond in two clouds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.networks.patches import PatchSampler
from training.clouds.augmentation import AugmentationOptions, changed, kept, size_of
from training.clouds.cached_pairs import CachedPairs
from training.clouds.matching_samples import placed
from training.clouds.relations import ALIKE, APART, Reach, choose_anchors, relations
from training.data.seeding import sample_generator
from training.data.stream import index_at

_OF_ORDER, _OF_CHANGES = 21, 22


@dataclass(frozen=True)
class PatchOptions:
    """Which points patches are made around."""

    patches: int = option(256, "of each cloud (DIP: 256)", minimum=2, maximum=100_000)
    points: int = option(4000, "of a cloud at most", minimum=16, maximum=1_000_000)
    alike: float = option(0.03, "points up to so far apart correspond", unit="diameters", minimum=0.001)
    apart: float = option(
        0.1, "points from so far apart on shall not be alike (our choice)", unit="diameters", minimum=0.001
    )


@dataclass(frozen=True, eq=False)
class PatchSample:
    """Patches of two clouds of one object.

    Attributes:
        source_patches, target_patches: (k, 3, s) float32 in local frames and radii; the i-th of both are
            around points that correspond.
        apart: (k, k) bool which of the source's and the target's shall not be alike.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset({"source_patches", "target_patches", "apart"})

    source_patches: NDArray[np.float32]
    target_patches: NDArray[np.float32]
    apart: NDArray[np.bool_]


class PatchSamples:
    """Endless samples of cached pairs, changed anew each time a pair is used."""

    name = "patches"
    sample_class: type[Any] = PatchSample
    length: int | None = None

    def __init__(
        self,
        pairs: CachedPairs,
        sampler: PatchSampler,
        options: PatchOptions,
        changes: AugmentationOptions,
        seed: int,
    ) -> None:
        self._pairs, self._sampler, self._options = pairs, sampler, options
        self._changes, self._seed = changes, seed

    def __getitem__(self, index: int) -> PatchSample:
        """The sample of a place in the stream; it has no patch where nothing corresponds.

        Raises:
            InvalidDatasetError: the pair of it is damaged.
        """
        pair = self._pairs[index_at(index, len(self._pairs), self._seed + _OF_ORDER)]
        rng = sample_generator(self._seed + _OF_CHANGES, self._pairs.pool.split, index)
        options, changes = self._options, self._changes
        of_view = not np.array_equal(pair.T_source_object, np.eye(4))
        first = kept(pair.source_points, changes, of_view, options.points, rng)
        second = kept(pair.target_points, changes, True, options.points, rng)
        source, target = placed(pair, first, second)
        diameter, symmetry = float(pair.diameter), self._pairs.symmetry(pair)
        reach = Reach(options.alike * diameter, options.apart * diameter)
        anchors = choose_anchors(source, target, symmetry, reach.alike, options.patches, rng)
        found = relations(anchors, source, target, symmetry, reach)
        counterparts = (found == ALIKE).argmax(axis=1)
        chosen = (found == ALIKE).any(axis=1)
        size = size_of(diameter, changes, rng)
        clouds = [
            changed(size * points.astype(np.float64), normals.astype(np.float64), changes, rng)
            for points, normals in (
                (pair.source_points[first], pair.source_normals[first]),
                (pair.target_points[second], pair.target_normals[second]),
            )
        ]
        (source_points, source_normals), (target_points, target_normals) = clouds
        ours, seen = self._sampler(source_points[anchors[chosen]], source_points, rng, source_normals)
        theirs, also_seen = self._sampler(
            target_points[counterparts[chosen]], target_points, rng, target_normals
        )
        usable = seen & also_seen & np.isfinite(ours).all((1, 2)) & np.isfinite(theirs).all((1, 2))
        apart = found[chosen][:, counterparts[chosen]] == APART
        return PatchSample(ours[usable], theirs[usable], apart[usable][:, usable])
