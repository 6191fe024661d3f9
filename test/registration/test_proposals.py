"""Poses that matches propose, by each library."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.registration.matching import Matches
from pose_nodes.registration.proposals import LIBRARIES, SearchEffort, proposer

EFFORT = SearchEffort(distance=0.005, runs=2, triplets=20_000, keep=3)


def matches_of(pairs: np.ndarray) -> Matches:
    return Matches(nearest=pairs, reverse=pairs[:0], mutual=pairs)


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_library_proposes_the_true_pose(correspondences, library):
    if library == "kiss_matcher":
        pytest.importorskip("kiss_matcher")
    problem = correspondences(0.3)
    rng = np.random.default_rng(0)
    poses = proposer(library)(problem.source, problem.target, matches_of(problem.pairs), EFFORT, rng)
    assert min(problem.error(pose) for pose in poses) < 0.003


def test_open3d_proposes_one_pose_a_run_and_native_as_many_as_it_may_keep(correspondences):
    problem = correspondences(0.3, wrong="patches")
    counts = {}
    for library in ("open3d", "native"):
        rng = np.random.default_rng(0)
        poses = proposer(library)(problem.source, problem.target, matches_of(problem.pairs), EFFORT, rng)
        counts[library] = len(poses)
    assert counts["open3d"] == 2 and 2 < counts["native"] <= 6


@pytest.mark.parametrize("library", ["native", "open3d"])
def test_where_nothing_agrees_nothing_is_proposed(correspondences, library):
    problem = correspondences(0.3)
    rng = np.random.default_rng(0)
    matches = matches_of(problem.pairs[:2])
    assert proposer(library)(problem.source, problem.target, matches, EFFORT, rng) == []


@pytest.mark.parametrize("library", ["native", "open3d"])
def test_without_runs_nothing_is_proposed(correspondences, library):
    problem = correspondences(0.3)
    effort, rng = replace(EFFORT, runs=0), np.random.default_rng(0)
    assert proposer(library)(problem.source, problem.target, matches_of(problem.pairs), effort, rng) == []


def test_a_library_is_ready_when_it_is_given(correspondences):
    problem, propose = correspondences(0.3), proposer("native")
    matches = matches_of(problem.pairs)
    start = time.perf_counter()
    propose(problem.source, problem.target, matches, EFFORT, np.random.default_rng(0))
    assert time.perf_counter() - start < 2.0  # making the machine code takes far longer


def test_a_library_that_is_not_installed_is_told_before_it_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiss_matcher", None)
    with pytest.raises(InvalidConfigError, match="pip install kiss-matcher"):
        proposer("kiss_matcher")


def test_of_two_poses_with_as_many_inliers_the_one_whose_descriptors_agree_more_comes_first():
    rng = np.random.default_rng(0)
    source = rng.uniform(-0.05, 0.05, (400, 3))
    shift = np.array([0.3, 0.0, 0.0])
    target = np.concatenate([source[:200], source[200:] + shift])
    pairs = np.stack([np.arange(400)] * 2, axis=1)
    effort = replace(EFFORT, runs=1)
    for first_half_agrees, expected in ((True, 0.0), (False, 0.3)):
        cosines = np.where((np.arange(400) < 200) == first_half_agrees, 0.9, 0.3)
        matches = replace(matches_of(pairs), agreement=cosines)
        best = proposer("native")(source, target, matches, effort, np.random.default_rng(0))[0]
        np.testing.assert_allclose(
            best, np.eye(4) + expected * np.eye(4)[0][:, None] * np.eye(4)[3], atol=1e-3
        )


def test_descriptors_that_do_not_agree_at_all_count_alike(correspondences):
    problem = correspondences(0.3)
    matches = matches_of(problem.pairs)
    nothing = replace(matches, agreement=np.zeros(len(problem.pairs)))
    plain, weighted = (
        proposer("native")(problem.source, problem.target, one, EFFORT, np.random.default_rng(0))
        for one in (matches, nothing)
    )
    np.testing.assert_array_equal(plain, weighted)
