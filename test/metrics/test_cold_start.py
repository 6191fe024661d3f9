"""Right, absent and wrong cold starts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry import se3
from pose_nodes.metrics.cold_start import ColdStart, Outcome, judge, summarize_cold_starts
from pose_nodes.metrics.summary import PoseError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel, build_model

TRUE = se3.from_rotation_vector((0.1, 0.2, 0.3), (0.0, 0.0, 0.6))


def box(symmetry: str) -> ObjectModel:
    mesh = trimesh.creation.box((0.06, 0.04, 0.02))
    return build_model(
        "box", TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32)), symmetry
    )


def moved(metres: float) -> np.ndarray:
    return se3.perturb(TRUE, np.array([metres, 0, 0, 0, 0, 0]))


def test_no_pose_is_absent():
    assert judge(box("none"), None, TRUE) == (Outcome.ABSENT, None, None)


@pytest.mark.parametrize(
    ("shift", "outcome"), [(0.0, Outcome.RIGHT), (0.007, Outcome.RIGHT), (0.008, Outcome.WRONG)]
)
def test_a_tenth_of_the_diameter_divides_right_from_wrong(shift, outcome):
    found, distance, error = judge(box("none"), moved(shift), TRUE)
    assert found is outcome
    assert distance == pytest.approx(shift, abs=1e-9)
    assert error.translation == pytest.approx(shift, abs=1e-9)


def test_a_symmetric_turn_is_right_only_for_a_symmetric_object():
    turned = TRUE @ se3.from_rotation_vector((0.0, 0.0, np.pi))
    assert judge(box("none"), turned, TRUE)[0] is Outcome.WRONG
    outcome, _, error = judge(box("z:2"), turned, TRUE)
    assert outcome is Outcome.RIGHT
    assert error.rotation == pytest.approx(0.0, abs=1e-6)


def start(outcome: Outcome, error: PoseError | None, **seconds: float) -> ColdStart:
    return ColdStart("box", 0, 0, outcome, None, error, seconds)


def test_shares_add_up_and_the_tolerance_is_counted_apart():
    summary = summarize_cold_starts(
        [
            start(Outcome.RIGHT, PoseError(0.001, 0.01), icp=1.0),
            start(Outcome.RIGHT, PoseError(0.006, 0.01), icp=3.0, ransac=2.0),
            start(Outcome.WRONG, PoseError(0.1, 1.0), icp=2.0),
            start(Outcome.ABSENT, None),
        ]
    )
    assert (summary.attempts, summary.right, summary.absent, summary.wrong) == (4, 0.5, 0.25, 0.25)
    assert summary.within == 0.25
    assert summary.seconds == {"icp": 2.0, "ransac": 2.0, "total": 1.5}


def test_cold_starts_whose_true_pose_nobody_tells_are_in_no_share():
    unknown = start(Outcome.UNKNOWN, None, icp=1.0)
    summary = summarize_cold_starts([unknown, start(Outcome.RIGHT, PoseError(0.001, 0.01))])
    assert (summary.attempts, summary.right, summary.wrong, summary.within) == (2, 1.0, 0.0, 1.0)
    alone = summarize_cold_starts([unknown])
    assert alone.attempts == 1 and np.isnan([alone.right, alone.absent, alone.wrong, alone.within]).all()


def test_no_cold_starts_have_no_shares():
    summary = summarize_cold_starts([])
    assert summary.attempts == 0 and math.isnan(summary.right) and math.isnan(summary.seconds["total"])
