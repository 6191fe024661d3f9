"""Errors of a cube in an image, and the recalls that they make."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.bop.errors import STEPS, ErrorMeter, PoseErrors
from pose_nodes.metrics.bop.recall import Found, LocalisationScore

DIAMETER = 0.1 * np.sqrt(3)


def at(x: float, z: float = 1.0) -> np.ndarray:
    return se3.from_rotation_vector((0.0, 0.0, 0.0), (x, 0.0, z))


@pytest.fixture(scope="module")
def meter(cube) -> ErrorMeter:
    return ErrorMeter(cube, SymmetryGroup.none(), DIAMETER)


@pytest.fixture(scope="module")
def nothing_measured(camera) -> np.ndarray:
    return np.full(camera.shape, np.nan, np.float32)


def score(errors: PoseErrors) -> LocalisationScore:
    return LocalisationScore.of(Found.of(errors))


def test_the_true_pose_has_no_error_and_a_full_score(meter, camera, nothing_measured):
    errors = meter.measure([at(0.0)], [at(0.0)], camera, nothing_measured)
    assert errors.vsd.shape == (10, 1, 1) and not errors.vsd.any()
    assert (errors.mssd.item(), errors.mspd.item(), errors.add.item()) == (0.0, 0.0, 0.0)
    assert score(errors) == LocalisationScore(1, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_a_pose_far_away_has_a_discrepancy_of_one_and_finds_nothing(meter, camera, nothing_measured):
    errors = meter.measure([at(0.4)], [at(-0.4)], camera, nothing_measured)
    assert (errors.vsd == 1.0).all() and errors.mssd.item() == np.inf
    assert score(errors) == LocalisationScore(1, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_cube_moved_away_by_a_fifth_of_its_diameter(meter, camera, nothing_measured):
    errors = meter.measure([at(0.0, 1.0 + 0.201 * DIAMETER)], [at(0.0)], camera, nothing_measured)
    # Of each, the front face alone is seen: they agree where they overlap, for misalignments above the shift.
    common = (0.95 / (0.95 + 0.201 * DIAMETER)) ** 2
    assert errors.mssd.item() == errors.add.item() == pytest.approx(0.201)
    assert (errors.vsd[:4] == 1.0).all()
    assert errors.vsd[4:, 0, 0] == pytest.approx(np.full(6, 1 - common), abs=0.02)  # a pixel more or less
    found = score(errors)
    assert (found.ar_mssd, found.add) == (0.6, 0.0)  # thresholds 0.25 to 0.5
    assert found.ar_vsd == pytest.approx(np.mean(errors.vsd < STEPS))
    assert found.ar == pytest.approx((found.ar_vsd + found.ar_mssd + found.ar_mspd) / 3)


def test_a_half_covered_face_is_judged_by_what_is_seen(meter, camera):
    depth = np.full(camera.shape, 2.0, np.float32)
    depth[:, :160] = 0.5  # something before the left half of the image
    errors = meter.measure([at(0.025)], [at(0.0)], camera, depth)
    # Half of the true face is seen, and of the moved one half as much again: a third of that is not common.
    assert errors.vsd[:, 0, 0] == pytest.approx(np.full(10, 1 / 3), abs=0.01)


def test_a_symmetric_cube_turned_upon_another_face_is_right(cube, camera, nothing_measured):
    symmetric = ErrorMeter(cube, SymmetryGroup.parse("cube"), DIAMETER)
    turned = at(0.0) @ se3.from_rotation_vector((np.pi / 2, 0.0, 0.0))
    errors = symmetric.measure([turned], [at(0.0)], camera, nothing_measured)
    assert (errors.mssd.item(), errors.mspd.item(), errors.add.item()) == pytest.approx((0, 0, 0), abs=1e-9)
    assert score(errors).ar == 1.0


def test_the_errors_of_all_estimates_against_all_poses_stand_in_a_table(meter, camera, nothing_measured):
    errors = meter.measure([at(0.0), at(0.1)], [at(0.1), at(0.0), at(0.05)], camera, nothing_measured)
    assert errors.mssd * DIAMETER == pytest.approx(np.array([[0.1, 0.0, 0.05], [0.0, 0.1, 0.05]]))
    assert errors.vsd.shape == (10, 2, 3)
    assert Found.of(errors).targets == 3
    assert score(errors).add == pytest.approx(2 / 3)


def test_images_without_an_estimate_count_as_missed(meter, camera, nothing_measured):
    found = Found.of(meter.measure([at(0.0)], [at(0.0)], camera, nothing_measured))
    assert LocalisationScore.of(Found.total([found, Found.none(3)])).ar == 0.25
    nothing = meter.measure([], [at(0.0)], camera, nothing_measured)
    assert score(nothing) == LocalisationScore(1, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_without_a_target_there_is_no_score():
    found = LocalisationScore.of(Found.total([]))
    assert found.targets == 0 and np.isnan(found.ar)
