"""Poses of pairs of clouds from matched descriptors."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.registration.matching import match
from training.clouds.held_out import Piece
from training.evaluation.registering import (
    EITHER,
    FEATURES,
    MATCHES,
    MUTUAL,
    NEAREST,
    OPEN3D,
    SCALED,
    SUPPORT,
    Effort,
    is_found,
    registered,
)

COUNT = 1500


@pytest.fixture(scope="module")
def piece(bunny_model) -> Piece:
    """The target has the query twice: where it truly is, and elsewhere, turned over."""
    T_true = se3.from_rotation_vector(np.array([0.4, -0.2, 0.9]), np.array([0.1, 0.0, 0.7]))
    T_wrong = se3.from_rotation_vector(np.array([0.0, np.pi, 0.0]), np.array([-0.3, 0.0, 0.7]))
    points, normals = bunny_model.points[:COUNT], bunny_model.normals[:COUNT]
    twice = PointCloud(
        np.concatenate([se3.transform(T, points) for T in (T_true, T_wrong)]),
        np.concatenate([se3.rotate(T, normals) for T in (T_true, T_wrong)]),
    )
    query = PointCloud(points, normals)
    return Piece(query, twice, T_true, np.eye(4), bunny_model.symmetry, bunny_model.diameter, 0)


def described(rng: np.random.Generator, count: int) -> np.ndarray:
    vectors = rng.normal(size=(count, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def descriptors() -> tuple[np.ndarray, np.ndarray]:
    """Of the query and the target: where it truly is, each is somewhat like that of the query's point; at
    the other place three of five are exactly it, and the others are like nothing.
    """
    rng = np.random.default_rng(0)
    query, true, wrong = described(rng, COUNT), described(rng, COUNT), described(rng, COUNT)
    exact = np.arange(COUNT) % 5 < 3
    wrong[exact] = query[exact]
    return query, np.concatenate([(query + true) / np.sqrt(2.0), wrong])


def test_by_support_a_pose_is_the_one_that_most_matches_agree_on(piece, descriptors):
    effort = Effort(matches=MUTUAL, ranking=SUPPORT)
    pose = registered(piece, *descriptors, effort, np.random.default_rng(0))
    assert pose is not None and not is_found(piece, pose)


def test_by_features_it_is_the_one_at_which_descriptors_agree_best(piece, descriptors):
    effort = Effort(matches=MUTUAL, ranking=FEATURES)
    assert is_found(piece, registered(piece, *descriptors, effort, np.random.default_rng(0)))


def test_the_textbook_pipeline_finds_the_pose_of_distinct_descriptors(piece):
    query = described(np.random.default_rng(0), COUNT)
    target = np.concatenate([query, described(np.random.default_rng(1), COUNT)])
    effort = Effort(matches=NEAREST, search=OPEN3D)
    assert is_found(piece, registered(piece, query, target, effort, np.random.default_rng(0)))


def test_without_three_matches_there_is_no_pose(piece):
    alike = np.ones((COUNT, 8), np.float32)
    target = np.ones((2 * COUNT, 8), np.float32)
    pose = registered(piece, alike, target, Effort(matches=MUTUAL), np.random.default_rng(0))
    assert pose is None and not is_found(piece, pose)


def test_matches_are_those_that_are_asked_for():
    rng = np.random.default_rng(0)
    query, target = (rng.normal(size=(count, 8)).astype(np.float32) + 1.0 for count in (60, 50))
    plain, scaled = match(query, target), match(query, target, scaled=True)
    asked = {EITHER: plain.either, MUTUAL: plain.mutual, SCALED: scaled.mutual, NEAREST: plain.reverse}
    for kind, expected in asked.items():
        np.testing.assert_array_equal(MATCHES[kind](query, target), expected)
    assert set(MATCHES) == set(asked)
    assert len(scaled.mutual) > len(plain.mutual)
