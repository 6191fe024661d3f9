"""Statistics of pose errors over the frames of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PoseError:
    """Error of one pose: metres between the origins, radians between the axes."""

    translation: float
    rotation: float


@dataclass(frozen=True)
class Tolerance:
    """How far a pose may be off to count as within: 5 mm and 5 degrees (both) unless said otherwise."""

    translation: float = 0.005
    rotation: float = float(np.deg2rad(5.0))

    def holds(self, error: PoseError) -> bool:
        """Whether both parts of an error are within; NaN never is."""
        return bool(error.translation <= self.translation and error.rotation <= self.rotation)


@dataclass(frozen=True)
class ErrorSummary:
    """What the errors of one object amount to.

    Attributes:
        frames: frames in which a pose was asked for.
        posed: frames in which there was one.
        within: share of `frames` with a pose within tolerance, 0 to 1; a missing pose is not within.
        translation_median, translation_p95: of the poses there were, metres; NaN without any.
        rotation_median, rotation_p95: the same, radians.
    """

    frames: int
    posed: int
    within: float
    translation_median: float
    translation_p95: float
    rotation_median: float
    rotation_p95: float


def summarize(errors: Sequence[PoseError | None], tolerance: Tolerance | None = None) -> ErrorSummary:
    """Summarise the errors of one object, one a frame, None where there was no pose.

    Args:
        errors: one a frame.
        tolerance: `Tolerance()` if None.
    """
    tolerance = tolerance or Tolerance()
    posed = [error for error in errors if error is not None]
    within = sum(tolerance.holds(error) for error in posed)
    translations = np.array([error.translation for error in posed])
    rotations = np.array([error.rotation for error in posed])
    return ErrorSummary(
        frames=len(errors),
        posed=len(posed),
        within=within / len(errors) if errors else float("nan"),
        translation_median=percentile(translations, 50),
        translation_p95=percentile(translations, 95),
        rotation_median=percentile(rotations, 50),
        rotation_p95=percentile(rotations, 95),
    )


def percentile(values: NDArray[np.float64], percent: float) -> float:
    """The given percentile (linear between neighbours); NaN of no values."""
    return float(np.percentile(values, percent)) if len(values) else float("nan")
