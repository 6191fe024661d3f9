"""The matches that RANSACs are compared on."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.commands.bench_ransac import ProblemMaker, RansacFigures, Trial, ransac_table
from pose_nodes.demo_data import BUNNY_OBJECTS
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel


@pytest.fixture(scope="module")
def bunny() -> ObjectModel:
    return ObjectLibrary.from_file(BUNNY_OBJECTS)["bunny"]


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_as_many_matches_are_right_as_is_asked_for(bunny, share):
    problem = ProblemMaker(bunny).make(share, np.random.default_rng(0))
    scene, ends = problem.scene[problem.pairs[:, 0]], bunny.points[problem.pairs[:, 1]]
    errors = np.linalg.norm(scene - se3.transform(problem.T_camera_object, ends), axis=1)
    assert len(problem.pairs) == 4000
    assert (errors < 0.03 * bunny.diameter).mean() == pytest.approx(share, abs=0.02)


def test_only_what_the_camera_sees_is_matched(bunny):
    problem = ProblemMaker(bunny).make(1.0, np.random.default_rng(0))
    seen = se3.rotate(problem.T_camera_object, bunny.normals[problem.pairs[:, 1]])
    toward = -se3.transform(problem.T_camera_object, bunny.points[problem.pairs[:, 1]])
    assert ((seen * toward).sum(axis=1) > 0).mean() > 0.95


def test_the_table_tells_medians_and_shares_of_right_poses():
    trials = {
        "open3d, all triplets": [Trial(1.0, 0.01), Trial(3.0, 0.5)],
        "native": [Trial(0.01, 0.05), Trial(0.03, float("inf"))],
    }
    figures = RansacFigures(0.1, trials)
    assert figures.plain()["native"] == {
        "trials": 2, "seconds": pytest.approx(0.02), "right": 0.5, "precise": 0.0,
    }  # fmt: skip
    first, second = ransac_table([figures]).rows
    assert first == ("10.0 %", "open3d, all triplets", "2", "2000.0", "100", "50.0 %", "50.0 %")
    assert second[3:] == ("20.0", "", "50.0 %", "0.0 %")
