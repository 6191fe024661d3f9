"""The localisation score of the BOP benchmark: recall of the targets, averaged over thresholds and errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pose_nodes.metrics.bop.errors import STEPS, PoseErrors
from pose_nodes.metrics.bop.matching import count_found
from pose_nodes.metrics.pose_error import CORRECT_DIAMETER_FRACTION

Array = NDArray[np.float64]
PIXELS: Array = np.linspace(5.0, 50.0, 10)
"""Thresholds of MSPD, in pixels of an image of 640 columns."""


@dataclass(frozen=True, eq=False)
class Found:
    """How many of the targets were found, by threshold; sums over images and objects are meant.

    Attributes:
        targets: how many instances were to be found.
        vsd: (10, 10) by misalignment and threshold.
        mssd: (10,) by threshold.
        mspd: (10,) by threshold.
        add: with an ADD (ADD-S) below a tenth of the diameter.
    """

    targets: int
    vsd: NDArray[np.int64]
    mssd: NDArray[np.int64]
    mspd: NDArray[np.int64]
    add: int

    @classmethod
    def none(cls, targets: int = 0) -> Found:
        """Nothing found of some targets."""
        zeros = np.zeros(len(STEPS), np.int64)
        return cls(targets, np.zeros((len(STEPS), len(STEPS)), np.int64), zeros, zeros, 0)

    @classmethod
    def of(cls, errors: PoseErrors) -> Found:
        """What is found of one object in one image; every true pose is a target."""
        return cls(
            errors.mssd.shape[1],
            np.stack([_counts(table, STEPS) for table in errors.vsd]),
            _counts(errors.mssd, STEPS),
            _counts(errors.mspd, PIXELS),
            count_found(errors.add, CORRECT_DIAMETER_FRACTION),
        )

    @classmethod
    def total(cls, parts: Sequence[Found]) -> Found:
        """The sum of several images or objects."""
        names = [field.name for field in fields(cls)]
        return cls(
            *(sum((getattr(part, name) for part in parts), getattr(cls.none(), name)) for name in names)
        )


@dataclass(frozen=True)
class LocalisationScore:
    """Average recalls, 0 to 1; NaN without a target.

    Attributes:
        targets: how many instances were to be found.
        ar: the mean of the next three.
        ar_vsd, ar_mssd, ar_mspd: recall of all targets, averaged over the thresholds of an error.
        add: recall with an ADD (ADD-S) below a tenth of the diameter.
    """

    targets: int
    ar: float
    ar_vsd: float
    ar_mssd: float
    ar_mspd: float
    add: float

    @classmethod
    def of(cls, found: Found) -> LocalisationScore:
        """The score of what was found."""
        if found.targets == 0:
            unknown = float("nan")
            return cls(0, unknown, unknown, unknown, unknown, unknown)
        counts = (found.vsd, found.mssd, found.mspd)
        by_vsd, by_mssd, by_mspd = (float(np.mean(each)) / found.targets for each in counts)
        mean = (by_vsd + by_mssd + by_mspd) / 3.0
        return cls(found.targets, mean, by_vsd, by_mssd, by_mspd, found.add / found.targets)


def _counts(errors: Array, thresholds: Array) -> NDArray[np.int64]:
    return np.array([count_found(errors, threshold) for threshold in thresholds], np.int64)
