"""RON and FMR of matches that are counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.descriptors.matches import (
    TAU_1,
    TAU_2,
    feature_matching_recall,
    match_distances,
    share_within,
)

QUERY = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
TURN = se3.perturb(np.eye(4), np.array([0.3, -0.2, 0.5, 0.4, 0.7, -0.2]))
TARGET = se3.transform(TURN, QUERY)


def pairs(*target_of_each: int) -> np.ndarray:
    return np.stack([np.arange(len(target_of_each)), target_of_each], axis=1)


def test_the_thresholds_are_those_of_the_paper():
    assert (TAU_1, TAU_2) == (0.03, 0.05)


def test_distances_are_those_after_the_true_alignment():
    found = match_distances(QUERY, TARGET, pairs(0, 2, 2, 0), TURN)
    np.testing.assert_allclose(found, [0.0, math.sqrt(2), 0.0, 1.0], atol=1e-12)


def test_ron_is_the_share_of_query_points_whose_match_is_within_tau_1_of_the_diameter():
    # Of four points, three are matched; the target's points are off by 2.9, 3.1 and 0 % of the diameter.
    target = QUERY + np.array([[0.029, 0, 0], [0.031, 0, 0], [0, 0, 0], [0, 0, 0]])
    distances = match_distances(QUERY, target, pairs(0, 1, 2, 0), np.eye(4))
    assert share_within(distances, diameter=1.0) == 0.5
    assert share_within(distances, diameter=2.0) == 0.75
    assert share_within(distances, diameter=1.0, tau=0.02) == 0.25


def test_a_distance_of_exactly_tau_is_not_within():
    assert share_within(np.array([0.25]), 1.0, 0.25) == 0.0


def test_fmr_is_the_share_of_pairs_of_clouds_above_tau_2():
    assert feature_matching_recall([0.0, 0.05, 0.051, 0.9]) == 0.5
    assert feature_matching_recall([0.2, 0.3], tau=0.25) == 0.5


def test_of_nothing_there_is_no_share():
    assert math.isnan(share_within(np.zeros(0), 1.0)) and math.isnan(feature_matching_recall([]))


@pytest.mark.parametrize("T_query_object", [np.eye(4), TURN], ids=["same frame", "turned"])
def test_matches_of_equivalent_points_are_right_where_the_symmetry_is_given(T_query_object):
    half_turn = SymmetryGroup.parse("z:2")
    query = se3.transform(T_query_object, QUERY)
    target = se3.transform(T_query_object, QUERY * [-1.0, -1.0, 1.0])
    strict = match_distances(query, target, pairs(0, 1, 2, 3), np.eye(4))
    np.testing.assert_allclose(strict, [0.0, 2.0, 2.0, 0.0], atol=1e-9)
    lenient = match_distances(query, target, pairs(0, 1, 2, 3), np.eye(4), half_turn, T_query_object)
    np.testing.assert_allclose(lenient, 0.0, atol=1e-9)
