"""How unsure a pose is where it matters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup

numbers = st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6).map(np.array)


def estimate(T: se3.Matrix, covariance: np.ndarray, symmetry: str = "none") -> PoseEstimate:
    group, evidence = SymmetryGroup.parse(symmetry), Evidence(1.0, 0.0, 1.0)
    return PoseEstimate("box", T, np.ones(3), 1.0, covariance, evidence, True, "", symmetry=group)


@given(numbers, st.integers(0, 1000))
def test_deviations_are_the_largest_in_any_direction(pose, seed):
    deviations = np.array([0.001, 0.004, 0.002, 0.01, 0.02, 0.05])
    turned = np.kron(np.eye(2), np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0])
    T = se3.from_rotation_vector(pose[3:], pose[:3])
    found = estimate(T, turned @ np.diag(deviations**2) @ turned.T).deviations
    np.testing.assert_allclose(found, [0.004, 0.05], rtol=1e-6)


@given(numbers)
def test_a_turn_about_the_axis_of_a_bottle_does_not_matter(pose):
    T = se3.from_rotation_vector(pose[3:], pose[:3])
    R = np.kron(np.eye(2), T[:3, :3])
    covariance = R @ np.diag(np.array([0.001, 0.001, 0.002, 0.01, 0.02, 1.8]) ** 2) @ R.T
    np.testing.assert_allclose(estimate(T, covariance, "z:inf").deviations, [0.002, 0.02], rtol=1e-6)
    assert estimate(T, covariance).deviations[1] == pytest.approx(1.8)


def test_nor_does_the_way_that_an_origin_beside_the_axis_goes_round():
    around = np.array([0.0, 0.05, 0.0, 0.0, 0.0, 1.0])  # the origin lies 5 cm beside the axis of a turn
    covariance = 1e-6 * np.eye(6) + np.outer(around, around)
    assert estimate(np.eye(4), covariance).deviations[0] > 0.049
    assert estimate(np.eye(4), covariance, "z:inf").deviations[0] < 0.0011
