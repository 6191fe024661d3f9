"""Our own RANSAC: in machine code, and in batches of NumPy or torch arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError, RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.registration.array_ransac import array_ransac
from pose_nodes.registration.native_ransac import native_ransac
from pose_nodes.registration.rigid_hypothesis import Difference, RigidHypothesis

TRIPLETS = 100_000
DISTANCE = 0.005
RIGHT = 0.002
"""Metres; a fifth of what the points are matched by is allowed for their noise."""


def by_torch(*arguments, **options) -> list[RigidHypothesis]:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # more of them wait for each other where other processes run
    *arrays, distance, triplets, rng = arguments
    if options.get("weights") is not None:
        options["weights"] = torch.as_tensor(options["weights"])
    tensors = [torch.as_tensor(np.asarray(array)) for array in arrays]
    return native_ransac(*tensors, distance, triplets, rng, **options)


SOLVERS: dict[str, Callable[..., list[RigidHypothesis]]] = {
    "machine code": native_ransac,
    "numpy": array_ransac,
    "torch": by_torch,
}


@pytest.fixture(params=list(SOLVERS))
def solver(request) -> Callable[..., list[RigidHypothesis]]:
    return SOLVERS[request.param]


def solve(solver, problem, seed: int = 0, triplets: int = TRIPLETS, **options) -> list[RigidHypothesis]:
    rng = np.random.default_rng(seed)
    return solver(problem.source, problem.target, problem.pairs, DISTANCE, triplets, rng, **options)


@pytest.mark.parametrize("wrong", ["anywhere", "patches", "hubs"])
@pytest.mark.parametrize("inliers", [0.06, 0.2])
def test_a_few_right_correspondences_are_found_among_wrong_ones_of_any_kind(
    solver, correspondences, inliers, wrong
):
    problem = correspondences(inliers, wrong=wrong)
    (best,) = solve(solver, problem)
    assert se3.is_rigid(best.T_target_source)
    assert problem.error(best.T_target_source) < RIGHT
    assert best.inlier_fraction == pytest.approx(inliers, abs=0.02)


@pytest.mark.parametrize("seed", range(10))
def test_three_right_ones_in_a_hundred_are_enough(correspondences, seed):
    problem = correspondences(0.03, seed)
    assert problem.error(solve(native_ransac, problem, seed)[0].T_target_source) < RIGHT


@pytest.mark.parametrize("inliers", [0.1, 0.3])
def test_all_ways_end_in_the_same_pose(solver, correspondences, inliers):
    problem = correspondences(inliers, seed=3)
    best, reference = (solve(each, problem, 3)[0] for each in (solver, array_ransac))
    distance, angle = se3.difference(best.T_target_source, reference.T_target_source)
    assert distance < 2e-4 and angle < 2e-3
    assert best.score == pytest.approx(reference.score, rel=0.02)
    assert best.overlap == pytest.approx(reference.overlap, abs=0.02)


def test_three_exact_correspondences_give_their_pose(solver):
    source = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.07, 0.02]])
    T = se3.from_rotation_vector([2.0, -0.7, 0.4], [0.3, 0.1, 0.8])
    pairs = np.stack([np.arange(3)] * 2, axis=1)
    (best,) = solver(source, se3.transform(T, source), pairs, 0.001, 1000, np.random.default_rng(0))
    np.testing.assert_allclose(best.T_target_source, T, atol=1e-5)
    assert (best.inlier_fraction, best.overlap) == (1.0, 1.0)


def test_an_object_that_looks_alike_from_two_sides_gives_both_poses(solver, correspondences):
    half, T = correspondences(1.0, seed=5, count=1000).source, se3.from_rotation_vector([0.5, 1.0, -0.3])
    turn = se3.from_rotation_vector([0.0, 0.0, np.pi])
    source = np.concatenate([half, se3.transform(turn, half)])
    ends = np.random.default_rng(0).integers(2000, size=2000)
    ends[:300] = np.arange(300)
    ends[300:600] = np.arange(300, 600) + 1000  # the point that looks alike on the other side
    pairs = np.stack([np.arange(2000), ends], axis=1)
    target = se3.transform(T, source)
    found = solver(source, target, pairs, DISTANCE, TRIPLETS, np.random.default_rng(0), keep=2)
    for truth in (T, T @ turn):
        angles = [np.degrees(se3.difference(each.T_target_source, truth)[1]) for each in found]
        assert min(angles) < 1.0


def test_poses_come_by_falling_score_and_differ(solver, correspondences):
    problem = correspondences(0.1, wrong="patches")
    different = Difference(np.deg2rad(30.0), 0.03)
    found = solve(solver, problem, keep=5, different=different)
    scores = [each.score for each in found]
    assert len(found) > 1 and scores == sorted(scores, reverse=True)
    middle = problem.source.mean(axis=0, keepdims=True)
    for i, one in enumerate(found):
        for other in found[:i]:
            angle = se3.difference(one.T_target_source, other.T_target_source)[1]
            ends = [se3.transform(each.T_target_source, middle) for each in (one, other)]
            assert (
                angle > 0.99 * different.angle or np.linalg.norm(ends[0] - ends[1]) > 0.99 * different.shift
            )


def test_where_weights_say_which_matches_are_right_no_more_are_needed(solver, correspondences):
    problem = correspondences(0.004, seed=2, count=3000)
    weights = np.where(np.arange(3000) < 12, 1.0, 0.01)
    (best,) = solve(solver, problem, triplets=20_000, weights=weights)
    assert problem.error(best.T_target_source) < RIGHT


def test_a_wrong_pose_of_more_matches_loses_against_one_that_lays_the_clouds_on_each_other(
    solver, correspondences
):
    problem = correspondences(0.06, seed=4)
    pairs, target = problem.pairs, problem.target.copy()
    near = np.argsort(np.linalg.norm(problem.source - problem.source[0], axis=1))
    patch = near[near >= 120][:200]
    away = se3.from_rotation_vector([1.0, 2.0, 0.0], problem.T_target_source[:3, 3])
    target[pairs[patch, 1]] = se3.transform(away, problem.source[patch])
    rng = np.random.default_rng(0)
    best = solver(problem.source, target, pairs, DISTANCE, TRIPLETS, rng)[0]
    assert problem.error(best.T_target_source) < RIGHT


def test_far_from_the_origin_nothing_is_lost(solver, correspondences):
    problem = correspondences(0.2)
    far = np.array([1000.0, -2000.0, 500.0])
    pairs, rng = problem.pairs, np.random.default_rng(0)
    (best,) = solver(problem.source + far, problem.target - far, pairs, DISTANCE, TRIPLETS, rng)
    moved = se3.transform(best.T_target_source, problem.source + far) + far
    apart = moved - se3.transform(problem.T_target_source, problem.source)
    assert np.linalg.norm(apart, axis=1).mean() < RIGHT


def test_the_same_seed_gives_the_same_poses_to_the_last_bit(solver, correspondences):
    problem = correspondences(0.1)
    first, again = (solve(solver, problem, 7, keep=3) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.T_target_source, other.T_target_source)
        assert one.score == other.score


def test_nothing_that_it_is_given_is_changed(solver, correspondences):
    problem = correspondences(0.5)
    before = [problem.source.copy(), problem.target.copy(), problem.pairs.copy()]
    solve(solver, problem)
    for array, copy in zip((problem.source, problem.target, problem.pairs), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("count", [0, 2])
def test_fewer_than_three_correspondences_are_refused(solver, correspondences, count):
    problem = correspondences(1.0)
    with pytest.raises(RegistrationError, match=rf"RANSAC: {count} correspondences are too few; it needs at"):
        rng = np.random.default_rng(0)
        solver(problem.source, problem.target, problem.pairs[:count], DISTANCE, 100, rng)


@pytest.mark.parametrize("thickness", [0.0, 1e-7])
def test_points_on_a_line_are_refused(solver, thickness):
    rng = np.random.default_rng(0)
    source = np.outer(rng.uniform(size=50), [0.1, 0.2, -0.1]) + thickness * rng.normal(size=(50, 3))
    with pytest.raises(
        RegistrationError, match=r"the corresponding source points lie on a line or in one point"
    ):
        solver(source, source, np.stack([np.arange(50)] * 2, axis=1), DISTANCE, 100, rng)


def test_correspondences_of_one_point_are_refused(solver):
    source, pairs = np.random.default_rng(0).uniform(size=(50, 3)), np.zeros((50, 2), np.int64)
    with pytest.raises(RegistrationError, match=r"lie on a line or in one point"):
        solver(source, source, pairs, DISTANCE, 100, np.random.default_rng(0))


def test_correspondences_that_agree_on_nothing_are_told_so(solver):
    source = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]])
    pairs = np.stack([np.arange(4)] * 2, axis=1)
    with pytest.raises(RegistrationError, match=r"RANSAC: no three of 4 correspondences agree on a pose"):
        target = source * np.array([[1.0], [5.0], [9.0], [14.0]])
        solver(source, target, pairs, 0.001, 1000, np.random.default_rng(0))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("which", ["source", "target"])
def test_points_that_are_not_finite_are_refused(solver, correspondences, which, value):
    problem = correspondences(0.5)
    clouds = {"source": problem.source.copy(), "target": problem.target.copy()}
    clouds[which][5, 1] = value
    with pytest.raises(
        InvalidInputError, match=r"a corresponding point is not finite; leave such points out"
    ):
        solver(clouds["source"], clouds["target"], problem.pairs, DISTANCE, 100, np.random.default_rng(0))


def test_a_target_point_without_a_correspondence_must_be_finite_too(solver, correspondences):
    problem = correspondences(0.5)
    target = np.concatenate([problem.target, [[0.0, np.nan, 0.0]]])
    with pytest.raises(InvalidInputError, match=r"RANSAC: a target point is not finite"):
        solver(problem.source, target, problem.pairs, DISTANCE, 100, np.random.default_rng(0))


@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_weights_that_mean_nothing_are_refused(solver, correspondences, bad):
    weights = np.ones(2000)
    weights[3] = bad
    with pytest.raises(InvalidInputError, match=r"weights must be finite, not negative, and not all zero"):
        solve(solver, correspondences(0.5), weights=weights)


def test_weights_of_another_number_are_refused(solver, correspondences):
    with pytest.raises(InvalidInputError, match=r"2000 correspondences need as many weights, not \(3,\)"):
        solve(solver, correspondences(0.5), weights=np.ones(3))


@pytest.mark.parametrize("distance", [0.0, -1.0, np.nan])
def test_a_distance_that_is_not_positive_is_refused(solver, correspondences, distance):
    problem = correspondences(0.5)
    with pytest.raises(InvalidInputError, match=r"the distance of an inlier is .*; it must be positive"):
        solver(problem.source, problem.target, problem.pairs, distance, 100, np.random.default_rng(0))


@pytest.mark.parametrize("pair", [(-1, 0), (0, -1), (2000, 0), (0, 2000)])
def test_a_pair_of_points_that_do_not_exist_is_refused(solver, correspondences, pair):
    problem = correspondences(0.5)
    pairs = np.concatenate([problem.pairs, [pair]])
    with pytest.raises(InvalidInputError, match=r"a correspondence names a point that does not exist"):
        solver(problem.source, problem.target, pairs, DISTANCE, 100, np.random.default_rng(0))
