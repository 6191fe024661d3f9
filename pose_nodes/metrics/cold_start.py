"""How often a pose that is found without any prior is right, absent, or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.metrics.pose_error import add, add_s, is_correct, pose_difference
from pose_nodes.metrics.summary import PoseError, Tolerance
from pose_nodes.objects.model import ObjectModel


class Outcome(str, Enum):
    """What became of one cold start."""

    RIGHT = "right"
    ABSENT = "absent"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ColdStart:
    """One attempt to find one object in one image.

    Attributes:
        class_name: of the object.
        image_id: of the image in its data set.
        seed: of the random choices.
        outcome: right, absent (no verified pose) or wrong; unknown where nobody tells the true poses.
        distance: ADD, or ADD-S of an object with a symmetry, metres; None without a pose or a true one.
        error: of the pose modulo symmetry; None without a pose or a true one.
        seconds: time spent, by stage.
        reason: why there is no pose; empty where there is one.
    """

    class_name: str
    image_id: int
    seed: int
    outcome: Outcome
    distance: float | None
    error: PoseError | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class ColdStartSummary:
    """What the cold starts of one object amount to.

    Attributes:
        attempts: how many there were.
        right, absent, wrong: shares of those that are known, 0 to 1; their sum is 1. NaN if none is.
        within: share of the same with a pose within the tolerance.
        seconds: median by stage, of the attempts that have the stage; "total" is the median of the sums.
    """

    attempts: int
    right: float
    absent: float
    wrong: float
    within: float
    seconds: Mapping[str, float]


def judge(
    model: ObjectModel, T_estimate: se3.Matrix | None, T_true: se3.Matrix
) -> tuple[Outcome, float | None, PoseError | None]:
    """Outcome, ADD (ADD-S for a symmetric object) and error of one verified pose, or of none.

    Args:
        model: the object.
        T_estimate: (4, 4) T_camera_object, or None when there is no verified pose.
        T_true: (4, 4) true T_camera_object.
    """
    if T_estimate is None:
        return Outcome.ABSENT, None, None
    correct = is_correct(model.points, model.diameter, model.symmetry, T_estimate, T_true)
    distance = (add if model.symmetry.is_trivial else add_s)(model.points, T_estimate, T_true)
    error = PoseError(*pose_difference(T_estimate, T_true, model.symmetry))
    return (Outcome.RIGHT if correct else Outcome.WRONG), distance, error


def summarize_cold_starts(
    starts: Sequence[ColdStart], tolerance: Tolerance | None = None
) -> ColdStartSummary:
    """Summarise the cold starts of one object; all shares are NaN when there are none."""
    tolerance = tolerance or Tolerance()
    known = [start for start in starts if start.outcome is not Outcome.UNKNOWN]

    def share(flags: Iterable[bool]) -> float:
        return sum(flags) / len(known) if known else float("nan")

    return ColdStartSummary(
        attempts=len(starts),
        right=share(start.outcome is Outcome.RIGHT for start in known),
        absent=share(start.outcome is Outcome.ABSENT for start in known),
        wrong=share(start.outcome is Outcome.WRONG for start in known),
        within=share(start.error is not None and tolerance.holds(start.error) for start in known),
        seconds=_median_seconds(starts),
    )


def _median_seconds(starts: Sequence[ColdStart]) -> dict[str, float]:
    stages = dict.fromkeys(stage for start in starts for stage in start.seconds)
    medians = {
        stage: float(np.median([start.seconds[stage] for start in starts if stage in start.seconds]))
        for stage in stages
    }
    return {**medians, "total": _median([sum(start.seconds.values()) for start in starts])}


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else float("nan")
