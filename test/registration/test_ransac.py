"""RANSAC finds the motion that a few right correspondences agree on."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.registration.ransac import RansacResult, ransac

ITERATIONS = 100_000
DISTANCE = 0.006


def problem(inliers: float, seed: int = 0, count: int = 500) -> tuple[np.ndarray, np.ndarray, se3.Matrix]:
    """Source points, their target points, of which a share is right to a millimetre, and the motion."""
    rng = np.random.default_rng(seed)
    T_target_source = se3.from_rotation_vector(rng.uniform(-1.5, 1.5, 3), rng.uniform(-0.5, 0.5, 3))
    source = rng.uniform(-0.1, 0.1, (count, 3))
    target = se3.transform(T_target_source, source + rng.normal(0, 0.001 / np.sqrt(3), (count, 3)))
    wrong = np.arange(count) >= inliers * count
    target[wrong] = se3.transform(T_target_source, rng.uniform(-0.1, 0.1, (int(wrong.sum()), 3)))
    return source, target, T_target_source


def solve(
    source: np.ndarray, target: np.ndarray, seed: int = 0, iterations: int = ITERATIONS
) -> RansacResult:
    pairs = np.stack([np.arange(len(source))] * 2, axis=1)
    return ransac(source, target, pairs, DISTANCE, iterations, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(5))
def test_one_right_correspondence_in_five_is_enough(seed):
    source, target, truth = problem(0.2, seed)
    result = solve(source, target, seed)
    distance, angle = se3.difference(result.T_target_source, truth)
    assert se3.is_rigid(result.T_target_source)
    assert distance < 0.004 and np.degrees(angle) < 2.5
    assert result.inlier_fraction == pytest.approx(0.2, abs=0.03)


def test_pairs_need_not_be_in_order():
    source, target, truth = problem(0.5)
    order = np.random.default_rng(1).permutation(len(source))
    pairs = np.stack([order, np.arange(len(source))], axis=1)
    result = ransac(source, target[order], pairs, DISTANCE, ITERATIONS, np.random.default_rng(0))
    assert se3.difference(result.T_target_source, truth)[0] < 0.004


def test_the_same_seed_gives_the_same_pose_to_the_last_bit():
    source, target, _ = problem(0.2)
    first, again = solve(source, target, 7), solve(source, target, 7)
    np.testing.assert_array_equal(first.T_target_source, again.T_target_source)
    assert first.inlier_fraction == again.inlier_fraction


def test_another_seed_tries_other_triplets():
    source, target, _ = problem(0.2)
    poses = [solve(source, target, seed, iterations=1000).T_target_source for seed in range(3)]
    assert not (np.array_equal(poses[0], poses[1]) and np.array_equal(poses[0], poses[2]))


@pytest.mark.parametrize("count", [0, 2])
def test_fewer_than_three_correspondences_are_refused(count):
    source, target, _ = problem(1.0)
    pairs = np.stack([np.arange(count)] * 2, axis=1)
    with pytest.raises(
        RegistrationError, match=rf"RANSAC: {count} correspondences are too few; it needs at least"
    ):
        ransac(source, target, pairs, DISTANCE, 100, np.random.default_rng(0))


def test_correspondences_that_agree_on_nothing_are_told_so():
    rng = np.random.default_rng(0)
    source = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]])
    pairs = np.stack([np.arange(4)] * 2, axis=1)
    with pytest.raises(RegistrationError, match=r"RANSAC: no three of 4 correspondences agree on a pose"):
        ransac(source, source * np.array([[1.0], [5.0], [9.0], [14.0]]), pairs, 0.001, 1000, rng)
