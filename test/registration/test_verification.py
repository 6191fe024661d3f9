"""Evidence on a square plate of 40 x 40 pixels, for which every count is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.verification import DepthTolerance, Judgement, View, judge
from pose_nodes.rendering.depth import Region

CAMERA = PinholeCamera(200.0, 200.0, 49.5, 39.5, 100, 80)
PLATE = (slice(20, 60), slice(30, 70))
PIXELS = 1600
Z = np.float32(0.5)
TOLERANCE = DepthTolerance(0.004, 0.004)
TAU = 0.005
"""Of that tolerance at Z."""


def plate() -> np.ndarray:
    """What the renderer gives for the plate."""
    rendered = np.full(CAMERA.shape, np.nan, np.float32)
    rendered[PLATE] = Z
    return rendered


def room(behind: float = 1.0) -> np.ndarray:
    """Depth of the plate before a wall."""
    return np.where(np.isfinite(plate()), Z, np.float32(behind)).astype(np.float32)


def judged(
    depth: np.ndarray, mask: np.ndarray | None = None, rendered: np.ndarray | None = None
) -> Judgement:
    view = View(CAMERA, Region.full(CAMERA), depth, depth, mask)
    return judge(plate() if rendered is None else rendered, view, TOLERANCE)


def on_plate(rows: int, value: float) -> np.ndarray:
    """The room with other depth on the first rows of the plate; each row has 40 pixels."""
    depth = room()
    depth[20 : 20 + rows, 30:70] = value
    return depth


@given(st.floats(0.1, 5.0))
def test_the_tolerance_grows_with_the_square_of_the_distance(z):
    assert DepthTolerance(0.003, 0.002).at(np.float32(z)) == pytest.approx(0.003 + 0.002 * z * z, rel=1e-5)


def test_a_plate_where_it_should_be_is_explained():
    judgement = judged(room())
    evidence = judgement.evidence
    assert (evidence.inlier_ratio, evidence.visible_fraction, evidence.depth_residual) == (1.0, 1.0, 0.0)
    assert evidence.occluded_fraction == evidence.contradicted_fraction == evidence.missing_fraction == 0.0
    assert judgement.score == judgement.agreement == 1.0
    assert judgement.explained_pixels == PIXELS
    assert np.isnan(evidence.mask_iou) and np.isnan(evidence.mask_coverage)


def test_something_in_front_hides_but_does_not_contradict():
    judgement = judged(on_plate(10, 0.3))
    evidence = judgement.evidence
    assert evidence.occluded_fraction == 0.25 and evidence.visible_fraction == 0.75
    assert evidence.inlier_ratio == 1.0 and judgement.score == 1.0


def test_seeing_through_the_object_contradicts_it():
    judgement = judged(on_plate(10, 1.0))
    evidence = judgement.evidence
    assert evidence.contradicted_fraction == 0.25 and evidence.visible_fraction == 0.75
    assert evidence.inlier_ratio == 0.75 and judgement.score == 0.75


def test_where_nothing_was_measured_nothing_is_said():
    judgement = judged(on_plate(10, np.nan))
    evidence = judgement.evidence
    assert evidence.missing_fraction == 0.25 and evidence.visible_fraction == 0.75
    assert evidence.inlier_ratio == 1.0 and judgement.score == 1.0


@given(st.integers(0, 13), st.integers(0, 13), st.integers(0, 13))
def test_every_pixel_is_of_one_sort(near, far, missing):
    depth = on_plate(near + far + missing, 0.3)
    depth[20 + near : 20 + near + far, 30:70] = 1.0
    depth[20 + near + far : 20 + near + far + missing, 30:70] = np.nan
    evidence = judged(depth).evidence
    sorts = (evidence.occluded_fraction, evidence.contradicted_fraction, evidence.missing_fraction)
    np.testing.assert_allclose(sorts, np.array([near, far, missing]) / 40)
    assert evidence.visible_fraction + sum(sorts) == pytest.approx(1.0)


@pytest.mark.parametrize(("offset", "weight"), [(0.0, 1.0), (0.5, 0.75), (-0.5, 0.75), (0.98, 1 - 0.98**2)])
def test_agreement_weighs_less_the_farther_it_is_off(offset, weight):
    judgement = judged(on_plate(40, Z + offset * TAU))
    assert judgement.evidence.inlier_ratio == 1.0
    assert judgement.evidence.depth_residual == pytest.approx(abs(offset) * TAU, abs=1e-6)
    assert judgement.score == pytest.approx(weight, abs=1e-3)


@pytest.mark.parametrize(("offset", "sort"), [(1.02, "contradicted_fraction"), (-1.02, "occluded_fraction")])
def test_past_the_tolerance_depth_no_longer_agrees(offset, sort):
    evidence = judged(on_plate(40, Z + offset * TAU)).evidence
    assert getattr(evidence, sort) == 1.0 and evidence.visible_fraction == 0.0
    assert np.isnan(evidence.depth_residual)


def test_the_mask_of_the_plate_itself_agrees():
    judgement = judged(room(), np.isfinite(plate()))
    assert judgement.agreement == judgement.evidence.mask_iou == judgement.evidence.mask_coverage == 1.0


def test_a_mask_that_reaches_farther_than_the_object_is_not_covered():
    mask = np.zeros(CAMERA.shape, bool)
    mask[20:60, 30:80] = True  # 2,000 pixels, of which the plate has 1,600
    judgement = judged(room(), mask)
    assert judgement.evidence.mask_iou == judgement.evidence.mask_coverage == judgement.agreement == 0.8
    assert judgement.score == judgement.evidence.inlier_ratio == 1.0  # the score is blind to masks


def test_a_mask_that_is_too_short_costs_overlap_and_not_agreement():
    mask = np.zeros(CAMERA.shape, bool)
    mask[20:60, 30:50] = True
    judgement = judged(room(), mask)
    assert judgement.evidence.mask_iou == 0.5
    assert judgement.evidence.mask_coverage == judgement.agreement == 1.0


def test_something_in_front_beside_the_mask_is_an_occluder_and_within_it_a_disagreement():
    depth = on_plate(10, 0.3)
    visible = np.isfinite(plate()) & (depth == Z)
    beside = judged(depth, visible)
    assert beside.evidence.occluded_fraction == 0.25
    assert beside.evidence.inlier_ratio == beside.evidence.mask_iou == beside.agreement == 1.0
    within = judged(depth, np.isfinite(plate()))
    assert within.evidence.occluded_fraction == 0.0
    assert within.evidence.inlier_ratio == within.evidence.mask_coverage == within.agreement == 0.75


def test_masked_pixels_without_depth_speak_neither_for_nor_against():
    judgement = judged(on_plate(10, np.nan), np.isfinite(plate()))
    assert judgement.agreement == judgement.evidence.mask_coverage == judgement.evidence.mask_iou == 1.0


def test_seeing_through_the_object_beside_the_mask_speaks_against_it():
    depth = on_plate(10, 1.0)
    judgement = judged(depth, np.isfinite(plate()) & (depth == Z))
    assert judgement.agreement == judgement.evidence.inlier_ratio == judgement.evidence.mask_iou == 0.75


def test_an_object_that_is_nowhere_to_be_seen_has_no_evidence():
    nothing = np.full(CAMERA.shape, np.nan, np.float32)
    for mask in (None, np.isfinite(plate())):
        judgement = judged(room(), mask, rendered=nothing)
        assert judgement.score == judgement.agreement == judgement.explained_pixels == 0
        assert judgement.evidence.inlier_ratio == judgement.evidence.visible_fraction == 0.0


def test_without_depth_there_is_no_evidence():
    judgement = judged(np.full(CAMERA.shape, np.nan, np.float32), np.isfinite(plate()))
    assert judgement.score == judgement.agreement == judgement.evidence.inlier_ratio == 0.0
    assert judgement.evidence.missing_fraction == 1.0


def test_a_view_holds_the_pixels_of_its_grid_and_nothing_outside_of_the_image():
    depth = np.arange(8000, dtype=np.float32).reshape(CAMERA.shape)
    mask = depth % 2 == 0
    frame = Frame(0, "camera", CAMERA, depth)
    view = View.of(frame, Region(-4, 70, 60, 10, stride=2), mask)
    inside = np.s_[:5, 2:52]  # rows 70 to 78, columns 0 to 98
    np.testing.assert_array_equal(view.depth[inside], depth[70:80:2, 0:100:2])
    np.testing.assert_array_equal(view.mask[inside], mask[70:80:2, 0:100:2])
    assert np.isfinite(view.depth).sum() == 5 * 50
    outside = np.isnan(view.depth)
    assert outside[5:].all() and outside[:, :2].all() and not view.mask[outside].any()


def test_the_part_outside_of_the_image_is_missing():
    frame = Frame(0, "camera", CAMERA, np.full(CAMERA.shape, Z, np.float32))
    region = Region(-20, 10, 40, 40)
    judgement = judge(np.full((40, 40), Z, np.float32), View.of(frame, region), TOLERANCE)
    assert judgement.evidence.missing_fraction == judgement.evidence.visible_fraction == 0.5
    assert judgement.evidence.inlier_ratio == 1.0


def test_what_a_pose_claims_outside_of_the_image_does_not_speak_against_it():
    frame = Frame(0, "camera", CAMERA, np.full(CAMERA.shape, Z, np.float32))
    mask = np.zeros(CAMERA.shape, bool)
    mask[10:50, :20] = True
    view = View.of(frame, Region(-20, 10, 40, 40), mask)
    judgement = judge(np.full((40, 40), Z, np.float32), view, TOLERANCE)
    assert judgement.agreement == 1.0 and judgement.evidence.visible_fraction == 0.5


def test_on_a_coarse_grid_the_explained_pixels_are_estimated():
    frame = Frame(0, "camera", CAMERA, room())
    region = Region.full(CAMERA, stride=4)
    view = View.of(frame, region)
    rendered = plate()[region.v[:, None], region.u[None]]
    judgement = judge(rendered, view, TOLERANCE)
    assert judgement.explained_pixels == PIXELS == 16 * judgement.explained_samples
