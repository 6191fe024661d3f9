"""Samples for distillation: a query and a target whose points have the teacher's descriptors as labels.

Those of the query are points that the teacher has described, those of the target are near such ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError
from training.clouds.augmentation import AugmentationOptions, changed, kept, size_of
from training.clouds.cached_pairs import CachedPairs
from training.clouds.matching_samples import placed
from training.clouds.teacher_labels import TeacherLabels
from training.clouds.teacher_store import TeacherStore
from training.data.seeding import sample_generator
from training.data.stream import index_at

_OF_ORDER, _OF_CHANGES = 31, 32


@dataclass(frozen=True)
class LabelOptions:
    """Which points have labels."""

    points: int = option(4000, "of a cloud at most (dGeDi: 4,000)", minimum=16, maximum=1_000_000)
    reach: float = option(
        0.03, "of a point of the target from the query's nearest, whose label it gets (our choice)",
        unit="diameters", minimum=0.001, maximum=1.0,
    )  # fmt: skip
    supervision: str = option("both", "whose labels count", choices=("both", "query", "target"))
    spread: float = option(
        0.0, "how labels are laid out: 0: as the teacher has them, as in the paper; above: without their "
        "mean, and the more alike in all directions; 1: wholly alike (our choice)",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class LabelledSample:
    """Two clouds, the query before the target.

    Attributes:
        points: (n, 3) float32 in diameters; each cloud centred, and turned in its own way.
        normals: (n, 3) float32 unit.
        offsets: (2,) int64 ends of the two clouds.
        labels: (n, d) float16 unit descriptors of the teacher, zeros where there is none.
        labelled: (n,) bool.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset({"points", "normals", "offsets", "labels", "labelled"})

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    offsets: NDArray[np.int64]
    labels: NDArray[np.float16]
    labelled: NDArray[np.bool_]


class LabelledSamples:
    """Endless samples of cached pairs of a whole surface and a view."""

    name = "labelled"
    sample_class: type[Any] = LabelledSample
    length: int | None = None

    def __init__(
        self,
        pairs: CachedPairs,
        store: TeacherStore,
        options: LabelOptions,
        changes: AugmentationOptions,
        seed: int,
    ) -> None:
        self._pairs, self._store, self._options = pairs, store, options
        self._teacher = TeacherLabels.laid_out(store, options.reach, options.spread)
        self._changes, self._seed = changes, seed

    def __getitem__(self, index: int) -> LabelledSample:
        """The sample of a place in the stream.

        Raises:
            InvalidDatasetError: its pair or its labels are damaged.
            InvalidConfigError: the pair is of two views.
        """
        pair = self._pairs[index_at(index, len(self._pairs), self._seed + _OF_ORDER)]
        if not np.array_equal(pair.T_source_object, np.eye(4)):
            raise InvalidConfigError(
                "distillation: takes pairs of kind 'model', and this cache is of 'views'"
            )
        rng = sample_generator(self._seed + _OF_CHANGES, self._pairs.pool.split, index)
        options, changes, diameter = self._options, self._changes, float(pair.diameter)
        records = self._store[int(pair.object)]
        first = kept(records["point"], changes, False, options.points, rng)
        second = kept(pair.target_points, changes, True, options.points, rng)
        query = records[first]
        _, seen = placed(pair, np.zeros(0, np.int64), second)
        target = self._teacher.of(int(pair.object), seen, diameter)
        size = size_of(diameter, changes, rng)
        clouds = [
            changed(size * points.astype(np.float64), normals.astype(np.float64), changes, rng)
            for points, normals in (
                (query["point"], query["normal"]),
                (pair.target_points[second], pair.target_normals[second]),
            )
        ]
        said = self._teacher.said(query, np.ones(len(query), bool))
        counts = [
            said.known & (options.supervision != "target"),
            target.known & (options.supervision != "query"),
        ]
        return LabelledSample(
            points=np.concatenate([points for points, _ in clouds]).astype(np.float32),
            normals=np.concatenate([normals for _, normals in clouds]).astype(np.float32),
            offsets=np.cumsum([len(first), len(second)]),
            labels=np.concatenate([said.descriptors, target.descriptors]),
            labelled=np.concatenate(counts),
        )
