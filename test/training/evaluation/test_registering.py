"""Poses of pairs of clouds from matched descriptors."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.registration.matching import match
from training.clouds.held_out import Piece
from training.evaluation.registering import EITHER, MATCHES, MUTUAL, SCALED, Effort, is_found, registered

COUNT = 1500
RIGHT, WRONG = np.arange(0, 200, 4), np.arange(1, 800, 2)


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


def pairs(*ways: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [np.stack([way, way + shift], axis=1) for way, shift in zip(ways, (0, COUNT), strict=False)]
    )


def test_a_pose_is_the_one_that_most_pairs_agree_on(piece):
    poses = [
        registered(piece, of, Effort(), np.random.default_rng(0))
        for of in (pairs(RIGHT), pairs(RIGHT, WRONG))
    ]
    assert is_found(piece, poses[0])
    assert poses[1] is not None and not is_found(piece, poses[1])


def test_without_three_matches_there_is_no_pose(piece):
    pose = registered(piece, pairs(RIGHT[:2]), Effort(), np.random.default_rng(0))
    assert pose is None and not is_found(piece, pose)


def test_matches_are_those_that_are_asked_for():
    rng = np.random.default_rng(0)
    query, target = (rng.normal(size=(count, 8)).astype(np.float32) + 1.0 for count in (60, 50))
    plain, scaled = match(query, target), match(query, target, scaled=True)
    for kind, expected in ((EITHER, plain.either), (MUTUAL, plain.mutual), (SCALED, scaled.mutual)):
        np.testing.assert_array_equal(MATCHES[kind](query, target), expected)
    assert set(MATCHES) == {EITHER, MUTUAL, SCALED}
    assert len(scaled.mutual) > len(plain.mutual)
