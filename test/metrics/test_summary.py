"""Statistics of errors over a recording."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pose_nodes.metrics.summary import PoseError, Tolerance, summarize


def test_a_missing_pose_counts_as_not_within() -> None:
    good = PoseError(0.001, 0.01)
    summary = summarize([good, None, good, None])
    assert (summary.frames, summary.posed, summary.within) == (4, 2, 0.5)
    assert summary.translation_median == 0.001


@pytest.mark.parametrize(
    ("error", "within"),
    [
        (PoseError(0.005, np.deg2rad(5.0)), True),
        (PoseError(0.0051, 0.0), False),
        (PoseError(0.0, np.deg2rad(5.1)), False),
        (PoseError(float("nan"), 0.0), False),
    ],
)
def test_both_parts_of_an_error_must_be_within_the_tolerance(error: PoseError, within: bool) -> None:
    assert Tolerance().holds(error) is within
    assert summarize([error]).within == float(within)


def test_percentiles_are_of_the_poses_that_there_were() -> None:
    errors = [PoseError(i / 1000.0, i / 100.0) for i in range(101)]
    summary = summarize([*errors, None])
    assert summary.translation_median == pytest.approx(0.050)
    assert summary.translation_p95 == pytest.approx(0.095)
    assert summary.rotation_median == pytest.approx(0.50)
    assert summary.rotation_p95 == pytest.approx(0.95)


def test_without_frames_or_poses_the_figures_are_nan_and_not_zero() -> None:
    assert math.isnan(summarize([]).within)
    summary = summarize([None])
    assert (
        summary.within == 0.0 and math.isnan(summary.translation_median) and math.isnan(summary.rotation_p95)
    )


def test_another_tolerance_is_used_when_given() -> None:
    error = PoseError(0.02, 0.1)
    assert summarize([error]).within == 0.0
    assert summarize([error], Tolerance(0.03, 0.2)).within == 1.0
