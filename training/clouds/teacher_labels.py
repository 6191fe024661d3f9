"""What a teacher says of points that it has not seen: learning via correspondences (Hamza et al., dGeDi).

The teacher has seen the whole surface alone, once. A point of another cloud is taken into the frame of the
object by the true pose; its label is the descriptor of the nearest point that the teacher has described.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.core.errors import InvalidConfigError
from training.clouds.label_spread import LabelSpread
from training.clouds.relations import Placed
from training.clouds.teacher_store import TeacherStore
from training.data.object_pool import ObjectPool


@dataclass(frozen=True)
class Labels:
    """What a teacher says of the points of a cloud.

    Attributes:
        descriptors: (n, d) float16 unit, zeros where there is none.
        known: (n,) bool.
    """

    descriptors: NDArray[np.float16]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class TeacherLabels:
    """Labels of clouds of the objects of a store; can be pickled.

    Attributes:
        store: what the teacher has described.
        reach: of a point from the nearest of these, whose label it gets, in diameters.
        spread: how labels are laid out anew; None: they are the teacher's descriptors.
    """

    store: TeacherStore
    reach: float
    spread: LabelSpread | None = None

    @classmethod
    def laid_out(cls, store: TeacherStore, reach: float, power: float) -> TeacherLabels:
        """Labels that are spread by a power, see `LabelSpread`; 0: the teacher's descriptors as they are.

        Raises:
            InvalidDatasetError: the store is damaged, or its descriptors are all the same.
        """
        return cls(store, reach, LabelSpread.of(store, power) if power else None)

    def of(self, number: int, cloud: Placed, diameter: float) -> Labels:
        """Labels of a cloud of an object, those of points beside the object are unknown.

        Args:
            number: of the object.
            cloud: in its frame, in the unit of the diameter.
            diameter: of the object.

        Raises:
            InvalidDatasetError: the store is damaged.
        """
        records = self.store[number]
        tree = cKDTree(records["point"])
        far, nearest = tree.query(cloud.points, distance_upper_bound=self.reach * diameter)
        near = np.isfinite(far)
        found = np.where(near, nearest, 0)
        return self.said(records[found], near & cloud.on_object)

    def said(self, records: NDArray[Any], meant: NDArray[np.bool_]) -> Labels:
        """Labels of records of the store, where these are meant and the teacher has described them."""
        known = meant & records["valid"]
        descriptors = records["descriptor"]
        if self.spread is not None:
            descriptors = self.spread(descriptors)
        return Labels(np.where(known[:, None], descriptors, np.float16(0)), known)


def store_for(folder: str, pool: ObjectPool, dimension: int) -> TeacherStore:
    """The store of a teacher whose descriptors are as long as a student's.

    Raises:
        InvalidDatasetError: there is none, or it lacks an object.
        InvalidConfigError: it is of another pool, or of longer or shorter descriptors.
    """
    store = TeacherStore(Path(folder).expanduser(), pool)
    if store.dimension != dimension:
        raise InvalidConfigError(
            f"{folder}: the teacher's descriptors have {store.dimension} numbers, the student's {dimension}; "
            f"set network.dimension={store.dimension}"
        )
    return store
