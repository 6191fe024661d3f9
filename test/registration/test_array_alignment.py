"""Many alignments at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.registration.array_alignment import align_triangles, align_weighted, placed

seeds = st.integers(0, 2**32 - 1)


def motions(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.stack(
        [se3.from_rotation_vector(rng.normal(0, 1.5, 3), rng.uniform(-1, 1, 3)) for _ in range(count)]
    )


@given(seeds)
@settings(max_examples=30)
def test_moved_triangles_give_their_motions(seed):
    rng = np.random.default_rng(seed)
    truth, source = motions(rng, 5), rng.uniform(-0.1, 0.1, (5, 3, 3))
    target = np.stack([se3.transform(T, corners) for T, corners in zip(truth, source, strict=True)])
    poses, which = align_triangles(source, target, 0.01)
    np.testing.assert_allclose(poses, truth[which, :3], atol=1e-9)


@given(seeds)
@settings(max_examples=30)
def test_a_noisy_triangle_gives_the_pose_that_least_squares_gives(seed):
    rng = np.random.default_rng(seed)
    source = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.02, 0.08, 0.0]])
    target = se3.transform(motions(rng, 1)[0], source + rng.normal(0, 0.003, (3, 3)))
    by_triangle, _ = align_triangles(source[None], target[None], 0.01)
    by_svd = align_weighted(source, target, np.ones((1, 3)))
    np.testing.assert_allclose(by_triangle, by_svd, atol=1e-7)


def test_flat_triangles_and_repeated_points_are_left_out():
    flat = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.05, 0.001, 0.0]])
    same = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.05, 0.1, 0.0]])
    good = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.05, 0.1, 0.0]])
    corners = np.stack([flat, good, same])
    poses, which = align_triangles(corners, corners, 0.01)
    np.testing.assert_array_equal(which, [1])
    np.testing.assert_allclose(poses[0], np.eye(4)[:3], atol=1e-12)


def test_weights_choose_the_points_that_count_and_mirrors_are_no_poses():
    rng = np.random.default_rng(0)
    source, (first, second) = rng.normal(size=(40, 3)), motions(rng, 2)
    target = np.concatenate([se3.transform(first, source[:20]), se3.transform(second, source[20:])])
    halves = np.repeat(np.eye(2), 20, axis=1)
    poses = align_weighted(source, target, halves)
    np.testing.assert_allclose(poses, np.stack([first, second])[:, :3], atol=1e-9)
    mirrored = align_weighted(source, source * [1.0, 1.0, -1.0], np.ones((1, 40)))
    assert np.linalg.det(mirrored[0, :, :3]) == pytest.approx(1.0)


def test_points_are_placed_at_all_poses():
    rng = np.random.default_rng(1)
    T, points = motions(rng, 3), rng.normal(size=(7, 3))
    expected = np.stack([se3.transform(each, points) for each in T])
    np.testing.assert_allclose(placed(T[:, :3], points), expected, atol=1e-12)
