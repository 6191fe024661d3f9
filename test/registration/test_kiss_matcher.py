"""KISS-Matcher as a library of choice; it need not be installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError, RegistrationError
from pose_nodes.registration.kiss_matcher import kiss_matcher

DISTANCE = 0.005


def test_it_finds_the_motion_of_one_right_match_in_five(correspondences):
    pytest.importorskip("kiss_matcher")
    problem = correspondences(0.2)
    T_target_source = kiss_matcher(problem.source, problem.target, problem.pairs, DISTANCE)
    assert problem.error(T_target_source) < 0.002


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_matches_are_a_sentence(correspondences, count):
    pytest.importorskip("kiss_matcher")
    problem = correspondences(1.0)
    with pytest.raises(
        RegistrationError, match=rf"{count} correspondences are too few; it needs at least three"
    ):
        kiss_matcher(problem.source, problem.target, problem.pairs[:count], DISTANCE)


def test_points_that_are_not_finite_are_a_sentence(correspondences):
    pytest.importorskip("kiss_matcher")
    problem = correspondences(1.0)
    source = np.where(problem.source == problem.source[7], np.nan, problem.source)
    with pytest.raises(InvalidInputError, match="a corresponding point is not finite"):
        kiss_matcher(source, problem.target, problem.pairs, DISTANCE)


def test_without_its_package_there_is_a_sentence_that_says_what_to_do(correspondences, monkeypatch):
    monkeypatch.setitem(sys.modules, "kiss_matcher", None)  # as if it were not installed
    problem = correspondences(1.0)
    with pytest.raises(
        InvalidConfigError, match=r"not installed: `pip install kiss-matcher`, or choose 'native'"
    ):
        kiss_matcher(problem.source, problem.target, problem.pairs, DISTANCE)
