"""Matches are the nearest descriptors, by exhaustive search."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from pose_nodes.registration.matching import match

sets = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 33), st.integers(0, 2**32 - 1))


def random_sets(sizes: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    n, m, dimension, seed = sizes
    rng = np.random.default_rng(seed)
    return tuple(rng.uniform(0, 100, (count, dimension)).astype(np.float32) for count in (n, m))


@given(sets)
def test_each_source_gets_the_target_that_brute_force_finds(sizes):
    source, target = random_sets(sizes)
    distances = cdist(source, target)
    nearest = match(source, target).nearest
    np.testing.assert_array_equal(nearest[:, 0], np.arange(len(source)))
    # Of descriptors that are equally near, either will do.
    np.testing.assert_allclose(distances[nearest[:, 0], nearest[:, 1]], distances.min(axis=1), rtol=1e-3)


@given(sets)
def test_mutual_matches_are_those_nearest_matches_that_hold_both_ways(sizes):
    source, target = random_sets(sizes)
    matches, back = match(source, target), match(target, source)
    both_ways = set(map(tuple, matches.nearest)) & {(s, t) for t, s in back.nearest}
    assert set(map(tuple, matches.mutual)) == both_ways
    assert 1 <= len(matches.mutual) <= min(len(source), len(target))


def test_equal_sets_match_one_to_one_in_whatever_order():
    rng = np.random.default_rng(0)
    source = rng.uniform(0, 100, (200, 33)).astype(np.float32)
    order = rng.permutation(200)
    matches = match(source, source[order])
    np.testing.assert_array_equal(order[matches.nearest[:, 1]], np.arange(200))
    np.testing.assert_array_equal(matches.mutual, matches.nearest)
    assert matches.nearest.dtype == matches.mutual.dtype == np.int64


@given(sets)
def test_reverse_matches_are_the_nearest_ones_of_the_targets(sizes):
    source, target = random_sets(sizes)
    matches, distances = match(source, target), cdist(source, target)
    np.testing.assert_array_equal(matches.reverse[:, 1], np.arange(len(target)))
    found = distances[matches.reverse[:, 0], matches.reverse[:, 1]]
    np.testing.assert_allclose(found, distances.min(axis=0), rtol=1e-3)


def test_matches_of_either_direction_are_all_of_both():
    source, target = random_sets((30, 20, 5, 0))
    matches = match(source, target)
    np.testing.assert_array_equal(matches.either[:30], matches.nearest)
    np.testing.assert_array_equal(matches.either[30:], matches.reverse)


def test_more_descriptors_than_are_compared_at_a_time_are_matched_alike():
    source, target = random_sets((4500, 50, 5, 1))
    nearest = match(source, target).nearest
    np.testing.assert_array_equal(nearest[4100:, 1], match(source[4100:], target).nearest[:, 1])


def test_agreement_is_the_cosine_of_each_match_and_never_negative():
    rng = np.random.default_rng(0)
    source, target = (rng.normal(size=(count, 4)).astype(np.float32) for count in (30, 20))
    target[3] = 0.0
    found = match(source, target, with_agreement=True)
    pairs, cosines = found.either, 1.0 - cdist(source, np.where(target == 0.0, 1e-20, target), "cosine")
    expected = cosines[pairs[:, 0], pairs[:, 1]].clip(0.0)
    expected[(target[pairs[:, 1]] == 0.0).all(axis=1)] = 0.0
    np.testing.assert_allclose(found.agreement, expected, atol=1e-6)
    assert match(source, target).agreement is None


def hub_and_pairs(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of unit vectors that differ by noise, and one target that is nearer to most sources."""
    rng = np.random.default_rng(0)
    source = rng.normal(size=(count, 16)) + 1.5
    target = source + 1.5 * rng.normal(size=source.shape)
    target[7] = source.mean(axis=0)
    return tuple(
        (part / np.linalg.norm(part, axis=1, keepdims=True)).astype(np.float32) for part in (source, target)
    )


def test_a_hub_attracts_less_where_distances_are_scaled():
    plain, scaled = (match(*hub_and_pairs(), scaled=scaled) for scaled in (False, True))
    attracted = [np.count_nonzero(found.nearest[:, 1] == 7) for found in (plain, scaled)]
    assert attracted[0] > 40 and attracted[1] < 12
    right = [np.count_nonzero(found.mutual[:, 0] == found.mutual[:, 1]) for found in (plain, scaled)]
    assert right[1] > 1.3 * right[0]


@given(sets)
def test_scaled_matches_are_those_of_least_distance_less_that_to_neighbours(sizes):
    source, target = random_sets(sizes)
    squares = cdist(source, target).astype(np.float64) ** 2
    crowded = [_mean_of_nearest(squares.T), _mean_of_nearest(squares)]
    found = match(source, target, scaled=True)
    for pairs, cost, axis in (
        (found.nearest, squares - 0.5 * crowded[0], 1),
        (found.reverse, squares - 0.5 * crowded[1][:, None], 0),
    ):
        chosen = cost[pairs[:, 0], pairs[:, 1]]
        np.testing.assert_allclose(chosen, cost.min(axis=axis), rtol=1e-3, atol=1e-3 * squares.max())


def _mean_of_nearest(squares: np.ndarray) -> np.ndarray:
    """Over twelve groups of all others, interleaved; the last that fill none are left out evenly."""
    groups = min(12, squares.shape[1])
    count = squares.shape[1] // groups * groups
    chosen = squares[:, np.linspace(0, squares.shape[1] - 1, count).astype(int)]
    return chosen.reshape(len(squares), -1, groups).min(axis=1).mean(axis=1)


def test_scaled_matches_of_equal_sets_are_one_to_one():
    rng = np.random.default_rng(0)
    source = rng.uniform(0, 100, (200, 33)).astype(np.float32)
    matches = match(source, source, scaled=True)
    np.testing.assert_array_equal(matches.mutual, np.stack([np.arange(200)] * 2, axis=1))


def test_no_descriptors_have_no_matches():
    nothing, some = np.zeros((0, 4), np.float32), np.ones((3, 4), np.float32)
    for scaled in (False, True):
        assert len(match(nothing, some[:0], scaled=scaled).either) == 0
