"""A teacher's descriptors, laid out anew as labels (our choice; the paper takes them as they are).

A teacher may tell points apart by little: descriptors that all point nearly the same way, and differ in few
directions. Matching is hardly the worse for it, as it asks which is nearest; a student may be, as what it
learns is weighed by distance, and Eq. 1 has its kink at a fixed one. Without their mean, and scaled along
their principal directions, they are the same descriptors spread over the sphere (whitening, ZCA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from training.clouds.teacher_store import TeacherStore

FLOOR = 1e-4
"""Of a direction's variance, in shares of the largest: what half floats round to is far below."""
_NONE = 1e-9
"""Below this no descriptors differ by more than half floats round to."""
_OBJECTS, _POINTS = 500, 200
"""That mean and directions are measured on, at most."""


@dataclass(frozen=True, eq=False)
class LabelSpread:
    """A linear map of descriptors without their mean, to unit vectors; can be pickled.

    Attributes:
        mean: (d,) float64.
        scaling: (d, d) float64, symmetric.
    """

    mean: NDArray[np.float64]
    scaling: NDArray[np.float64]

    @classmethod
    def of(cls, store: TeacherStore, power: float) -> LabelSpread:
        """How the descriptors of a store are spread.

        Args:
            store: what a teacher has described.
            power: of the inverse deviation that a direction is scaled by: 0 only takes the mean away, 1 gives
                all directions the same variance.

        Raises:
            InvalidDatasetError: the store is damaged, or its descriptors are all the same.
        """
        numbers = np.unique(np.linspace(0, len(store) - 1, min(len(store), _OBJECTS)).astype(int))
        found = np.concatenate([_some(store[number]) for number in numbers]).astype(np.float64)
        mean = found.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov((found - mean).T, ddof=0))
        if variances[-1] < _NONE:
            raise InvalidDatasetError(
                f"{store.folder}: the teacher's descriptors of all points are the same, so that nothing can "
                "be learnt from them; train the teacher, or describe with another"
            )
        scales = np.maximum(variances, FLOOR * variances[-1]) ** (-0.5 * power)
        return cls(mean, (directions * scales) @ directions.T)

    def __call__(self, descriptors: NDArray[Any]) -> NDArray[np.float16]:
        """(n, d) float16 unit vectors of (n, d) descriptors."""
        spread = (descriptors.astype(np.float64) - self.mean) @ self.scaling
        lengths = np.linalg.norm(spread, axis=1, keepdims=True)
        return np.asarray(spread / np.maximum(lengths, 1e-12), np.float16)


def _some(records: NDArray[Any]) -> NDArray[np.float16]:
    """Descriptors of an object; its points are in no order."""
    found: NDArray[np.float16] = records["descriptor"][records["valid"]][:_POINTS]
    return found
