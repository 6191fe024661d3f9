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
