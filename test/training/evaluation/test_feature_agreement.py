"""How well descriptors agree where a pose lays them."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from training.evaluation.feature_agreement import FeatureAgreement

T_WORLD_MODEL = se3.from_rotation_vector(np.array([0.3, -1.0, 0.4]), np.array([0.2, 0.1, 0.9]))
REACH = 0.01


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture
def model(rng) -> tuple[np.ndarray, np.ndarray]:
    """Points far from each other, and descriptors of any length."""
    grid = np.stack(np.meshgrid(*[np.arange(5) * 0.05] * 3), axis=-1).reshape(-1, 3)
    return grid, rng.normal(size=(len(grid), 12)).astype(np.float32)


def test_a_model_agrees_with_itself_at_its_true_pose_whatever_the_length_of_descriptors(model):
    points, descriptors = model
    score = FeatureAgreement(points, descriptors, REACH).score(
        se3.transform(T_WORLD_MODEL, points), 3.0 * descriptors, se3.inverse(T_WORLD_MODEL)
    )
    assert score == pytest.approx(1.0, abs=1e-6)


def test_points_out_of_reach_count_as_none_of_all(model):
    points, descriptors = model
    moved = points + np.where(np.arange(len(points)) % 5 == 0, 2.0 * REACH, 0.5 * REACH)[:, None] * [1, 0, 0]
    score = FeatureAgreement(points, descriptors, REACH).score(moved, descriptors, np.eye(4))
    assert score == pytest.approx(0.8, abs=1e-6)


def test_descriptors_that_contradict_each_other_count_as_none(model):
    points, descriptors = model
    half = np.where(np.arange(len(points))[:, None] < 25, -descriptors, descriptors)
    score = FeatureAgreement(points, descriptors, REACH).score(points, half, np.eye(4))
    assert score == pytest.approx(0.8, abs=1e-6)


def test_descriptors_without_a_length_and_clouds_without_points_score_nothing(model):
    points, descriptors = model
    agreement = FeatureAgreement(points, descriptors, REACH)
    assert agreement.score(points, np.zeros_like(descriptors), np.eye(4)) == 0.0
    assert agreement.score(np.zeros((0, 3)), np.zeros((0, 12), np.float32), np.eye(4)) == 0.0
