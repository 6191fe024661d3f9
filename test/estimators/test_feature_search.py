"""Poses from descriptors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.config import RansacConfig
from pose_nodes.estimators.feature_search import FeatureSearch
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud

CONFIG = RansacConfig(iterations=20_000, keep=3)


@pytest.fixture(scope="module")
def search(bunny_model) -> FeatureSearch:
    return FeatureSearch(bunny_model, CONFIG)


def moved(model, T, which=slice(None, None, 3)) -> PointCloud:
    return PointCloud(se3.transform(T, model.points[which]), se3.rotate(T, model.normals[which]))


def test_the_whole_surface_is_found_by_every_run(bunny_model, search):
    T = se3.from_rotation_vector([0.3, 2.0, -0.5], [0.1, 0.0, 0.7])
    watch = Stopwatch()
    poses = search.propose(moved(bunny_model, T), np.random.default_rng(0), watch)
    assert len(poses) == CONFIG.runs * CONFIG.keep
    for found in poses[:: CONFIG.keep]:
        distance, angle = se3.difference(found, T)
        assert distance < 0.02 * bunny_model.diameter and np.degrees(angle) < 3
    assert list(watch.seconds) == ["features", "matching", "ransac"]


def test_the_reference_can_be_chosen(bunny_model):
    T = se3.from_rotation_vector([0.3, 2.0, -0.5], [0.1, 0.0, 0.7])
    search = FeatureSearch(bunny_model, CONFIG, "open3d")
    poses = search.propose(moved(bunny_model, T), np.random.default_rng(0), Stopwatch())
    assert len(poses) == CONFIG.runs
    for found in poses:
        distance, angle = se3.difference(found, T)
        assert distance < 0.05 * bunny_model.diameter and np.degrees(angle) < 6


def test_points_that_match_nothing_give_no_pose(bunny_model, search):
    cloud = PointCloud(np.array([[0.0, 0.0, 0.5], [0.3, 0.0, 0.5]]), np.tile([0.0, 0.0, -1.0], (2, 1)))
    assert search.propose(cloud, np.random.default_rng(0), Stopwatch()) == []


def test_without_runs_nothing_is_described(bunny_model):
    search = FeatureSearch(bunny_model, replace(CONFIG, runs=0))
    watch = Stopwatch()
    assert search.propose(moved(bunny_model, np.eye(4)), np.random.default_rng(0), watch) == []
    assert watch.seconds == {}
