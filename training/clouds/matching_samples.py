"""Samples for contrastive learning: two clouds as the network takes them, which points are alike, and what a
teacher says of them, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.geometry import se3
from training.clouds.augmentation import AugmentationOptions, changed, kept, size_of
from training.clouds.cached_pairs import CachedPairs
from training.clouds.relations import Placed, Reach, choose_anchors, relations
from training.clouds.teacher_labels import Labels, TeacherLabels
from training.data.cloud_pairs import CloudPair
from training.data.seeding import sample_generator
from training.data.stream import index_at

_OF_ORDER, _OF_CHANGES = 11, 12
"""Keep the numbers of the order apart from those of the changes."""


@dataclass(frozen=True)
class MatchingOptions:
    """Which points shall be alike. All values are our choice, but for the radius."""

    points: int = option(2000, "of a cloud at most; the paper uses 4,000", minimum=16, maximum=1_000_000)
    anchors: int = option(256, "points of each cloud that are compared with all of the other", minimum=1)
    alike: float = option(
        0.03, "points up to so far apart shall be alike (tau_1 of the paper)", unit="diameters",
        minimum=0.001, maximum=1.0,
    )  # fmt: skip
    apart: float = option(
        0.06, "points from so far apart on shall not be alike", unit="diameters", minimum=0.001, maximum=1.0
    )


@dataclass(frozen=True, eq=False)
class MatchingSample:
    """Two clouds of one object, the source before the target.

    Attributes:
        points: (n, 3) float32 in diameters; each cloud centred, and turned in its own way.
        normals: (n, 3) float32 unit.
        offsets: (2,) int64 ends of the two clouds.
        source_anchors, target_anchors: (k,) int64 indices within their clouds.
        source_relations, target_relations: (k, m) int8 of the anchors to all points of the other cloud, see
            `relations`.
        labels: (n, d) float16 unit descriptors of a teacher, zeros where there is none; (n, 0) without one.
        labelled: (n,) bool.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset(
        {
            "points", "normals", "offsets", "source_anchors", "target_anchors", "source_relations",
            "target_relations", "labels", "labelled",
        }
    )  # fmt: skip

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    offsets: NDArray[np.int64]
    source_anchors: NDArray[np.int64]
    target_anchors: NDArray[np.int64]
    source_relations: NDArray[np.int8]
    target_relations: NDArray[np.int8]
    labels: NDArray[np.float16]
    labelled: NDArray[np.bool_]


class MatchingSamples:
    """Endless samples of cached pairs, changed anew each time a pair is used."""

    name = "matching"
    sample_class: type[Any] = MatchingSample
    length: int | None = None

    def __init__(
        self,
        pairs: CachedPairs,
        options: MatchingOptions,
        changes: AugmentationOptions,
        seed: int,
        teacher: TeacherLabels | None = None,
    ) -> None:
        self._pairs, self._options, self._changes, self._seed = pairs, options, changes, seed
        self._teacher = teacher

    def __getitem__(self, index: int) -> MatchingSample:
        """The sample of a place in the stream.

        Raises:
            InvalidDatasetError: the pair of it is damaged, or what the teacher says of its object.
        """
        pair = self._pairs[index_at(index, len(self._pairs), self._seed + _OF_ORDER)]
        rng = sample_generator(self._seed + _OF_CHANGES, self._pairs.pool.split, index)
        return self._sample(pair, rng)

    def _sample(self, pair: CloudPair, rng: np.random.Generator) -> MatchingSample:
        options, changes = self._options, self._changes
        of_view = not np.array_equal(pair.T_source_object, np.eye(4))
        first = kept(pair.source_points, changes, of_view, options.points, rng)
        second = kept(pair.target_points, changes, True, options.points, rng)
        source, target = placed(pair, first, second)
        size = size_of(float(pair.diameter), changes, rng)
        clouds = [
            changed(
                size * points[chosen].astype(np.float64), normals[chosen].astype(np.float64), changes, rng
            )
            for points, normals, chosen in (
                (pair.source_points, pair.source_normals, first),
                (pair.target_points, pair.target_normals, second),
            )
        ]
        there = self._related(pair, source, target, rng)
        back = self._related(pair, target, source, rng)
        labels = [self._labels(pair, cloud) for cloud in (source, target)]
        return MatchingSample(
            points=np.concatenate([points for points, _ in clouds]).astype(np.float32),
            normals=np.concatenate([normals for _, normals in clouds]).astype(np.float32),
            offsets=np.cumsum([len(first), len(second)]),
            source_anchors=there[0],
            target_anchors=back[0],
            source_relations=there[1],
            target_relations=back[1],
            labels=np.concatenate([each.descriptors for each in labels]),
            labelled=np.concatenate([each.known for each in labels]),
        )

    def _related(
        self, pair: CloudPair, first: Placed, second: Placed, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Anchors of one cloud of a pair, and what they are to the points of the other."""
        options, diameter = self._options, float(pair.diameter)
        symmetry = self._pairs.symmetry(pair)
        reach = Reach(options.alike * diameter, options.apart * diameter)
        anchors = choose_anchors(first, second, symmetry, reach.alike, options.anchors, rng)
        return anchors, relations(anchors, first, second, symmetry, reach)

    def _labels(self, pair: CloudPair, cloud: Placed) -> Labels:
        if self._teacher is not None:
            return self._teacher.of(int(pair.object), cloud, float(pair.diameter))
        count = len(cloud.points)
        return Labels(np.zeros((count, 0), np.float16), np.zeros(count, bool))


def placed(pair: CloudPair, first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[Placed, Placed]:
    """Some points of both clouds of a pair in the object's frame."""
    T_object_source = se3.inverse(pair.T_source_object)
    T_object_target = T_object_source @ se3.inverse(pair.T_target_source)
    return (
        _placed(pair.source_points, pair.source_normals, pair.source_on_object, first, T_object_source),
        _placed(pair.target_points, pair.target_normals, pair.target_on_object, second, T_object_target),
    )


def _placed(
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    on_object: NDArray[np.bool_],
    chosen: NDArray[np.int64],
    T_object_cloud: se3.Matrix,
) -> Placed:
    return Placed(
        se3.transform(T_object_cloud, points[chosen].astype(np.float64)),
        se3.rotate(T_object_cloud, normals[chosen].astype(np.float64)),
        on_object[chosen],
    )
