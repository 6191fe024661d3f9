"""Pairs of estimates and true poses."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.metrics.bop.matching import best_scored, count_found, most_visible


def test_the_most_visible_instances_are_asked_for_and_unknown_visibility_is_full():
    assert most_visible([0.2, 0.9, 0.5], 2) == [1, 2]
    assert most_visible([0.5, 0.5, 0.5], 2) == [0, 1]
    assert most_visible([0.9, float("nan")], 1) == [1]
    assert most_visible([], 2) == []


def test_the_best_scores_count_and_of_equal_ones_the_first():
    assert best_scored([0.1, 0.7, 0.7, 0.9], 3) == [3, 1, 2]


def test_two_instances_are_found_by_two_estimates():
    assert count_found(np.array([[0.1, 0.9], [0.9, 0.2]]), 0.3) == 2


def test_the_better_scored_estimate_takes_the_nearest_pose_though_another_would_need_it():
    errors = np.array([[0.10, 0.15], [0.12, 0.90]])
    assert count_found(errors, 0.3) == 1


def test_two_estimates_of_one_pose_find_it_once():
    assert count_found(np.array([[0.1, 0.9], [0.1, 0.9]]), 0.3) == 1


def test_an_estimate_above_the_threshold_leaves_the_pose_to_the_next():
    assert count_found(np.array([[0.4], [0.1]]), 0.3) == 1


@pytest.mark.parametrize(("error", "found"), [(0.3, 0), (0.299, 1)])
def test_an_error_must_be_below_the_threshold(error, found):
    assert count_found(np.array([[error]]), 0.3) == found


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0)])
def test_without_estimates_or_poses_nothing_is_found(shape):
    assert count_found(np.zeros(shape), 0.3) == 0
