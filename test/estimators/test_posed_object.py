"""Where an object appears, and that it fits its own picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.geometry import se3
from pose_nodes.registration.verification import DepthTolerance, View


@pytest.fixture(scope="module")
def posed(die) -> PosedObject:
    return PosedObject(die, DepthTolerance())


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.floats(0.3, 2.0), st.integers(0, 100))
def test_the_region_holds_the_whole_silhouette(posed, die, staged, x, y, z, seed):
    camera = staged()[0].camera
    T = se3.from_rotation_vector(np.random.default_rng(seed).uniform(-2, 2, 3), [x, y, z])
    region = posed.region(T, camera, 0.0, 1000)
    if region is None:
        return
    uv = camera.project(se3.transform(T, die.points))
    assert uv[:, 0].min() >= region.u[0] - region.stride and uv[:, 0].max() <= region.u[-1] + region.stride
    assert uv[:, 1].min() >= region.v[0] - region.stride and uv[:, 1].max() <= region.v[-1] + region.stride
    assert region.rows * region.columns <= 1500


def test_the_region_is_widened_by_a_margin_in_metres(posed, staged):
    camera = staged()[0].camera
    T = se3.from_rotation_translation(np.eye(3), [0, 0, 0.53])  # the near side of the cube is at 0.5 m
    narrow, wide = (posed.region(T, camera, margin, 10**6) for margin in (0.0, 0.02))
    assert narrow.left - wide.left == narrow.top - wide.top == 0.02 * 300 / 0.5


@pytest.mark.parametrize(
    "place",
    [[0, 0, -0.5], [0, 0, 0.05], [0, 0, 0], [2, 0, 1], [-2, 0, 1], [0, 2, 1], [0, -2, 1]],
    ids=["behind", "around the lens", "in the lens", "right", "left", "below", "above"],
)
def test_an_object_behind_the_camera_or_beside_the_image_has_no_region(posed, staged, place):
    T = se3.from_rotation_translation(np.eye(3), place)
    assert posed.region(T, staged()[0].camera, 0.0, 1000) is None


def test_an_object_that_is_cut_off_has_a_region_beyond_the_image(posed, staged):
    region = posed.region(
        se3.from_rotation_translation(np.eye(3), [-0.25, 0, 0.5]), staged()[0].camera, 0.0, 1000
    )
    assert region.left < 0


@given(st.integers(0, 1000))
def test_the_region_around_a_middle_holds_every_orientation(posed, die, staged, seed):
    camera = staged()[0].camera
    centre = np.array([0.05, -0.02, 0.6])
    region = posed.region_around(centre, camera, 1000)
    T = se3.from_rotation_vector(np.random.default_rng(seed).uniform(-3, 3, 3), centre)
    uv = camera.project(se3.transform(T, die.points))
    assert (uv >= [region.u[0], region.v[0]]).all() and (uv <= [region.u[-1], region.v[-1]]).all()


def test_an_object_at_its_pose_is_explained_and_beside_it_contradicted(posed, die, staged):
    T = se3.from_rotation_vector([0.4, 0.5, 0.1], [0.02, 0.01, 0.5])
    frame, (mask,) = staged((die, T))
    right = posed.judge(T, View.of(frame, posed.region(T, frame.camera, 0.0, 2500), mask))
    assert (
        right.evidence.inlier_ratio > 0.97 and right.evidence.mask_coverage > 0.97 and right.agreement > 0.85
    )
    away = T.copy()
    away[0, 3] += 0.03
    wrong = posed.judge(away, View.of(frame, posed.region(away, frame.camera, 0.0, 2500), mask))
    assert wrong.evidence.contradicted_fraction > 0.2 and wrong.agreement < right.agreement


def test_the_tolerance_can_be_another_than_the_sensors(posed, die, staged):
    T = se3.from_rotation_vector([0.4, 0.5, 0.1], [0.02, 0.01, 0.5])
    frame, _ = staged((die, T))
    T[2, 3] += 0.02
    view = View.of(frame, posed.region(T, frame.camera, 0.0, 2500))
    assert posed.judge(T, view).evidence.visible_fraction < 0.2
    assert posed.judge(T, view, DepthTolerance(0.05, 0.0)).evidence.visible_fraction > 0.9
