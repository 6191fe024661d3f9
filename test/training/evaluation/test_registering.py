"""Poses of pairs of clouds from matched descriptors."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.registration.matching import Matches
from training.clouds.held_out import Piece
from training.evaluation.registering import EITHER, MUTUAL, Effort, is_found, registered

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


@pytest.fixture(scope="module")
def matches() -> Matches:
    """Fifty mutual matches that are right, beside four hundred that agree on the wrong place."""
    right = np.stack([RIGHT, RIGHT], axis=1)
    wrong = np.stack([WRONG, COUNT + WRONG], axis=1)
    return Matches(np.concatenate([right, wrong]), np.zeros((0, 2), np.int64), right)


def test_a_pose_is_made_of_the_matches_that_are_asked_for(piece, matches):
    poses = {
        kind: registered(piece, matches, Effort(matches=kind), np.random.default_rng(0))
        for kind in (EITHER, MUTUAL)
    }
    assert is_found(piece, poses[MUTUAL])
    assert poses[EITHER] is not None and not is_found(piece, poses[EITHER])


def test_without_three_matches_there_is_no_pose(piece, matches):
    few = Matches(matches.nearest, matches.reverse, matches.mutual[:2])
    pose = registered(piece, few, Effort(matches=MUTUAL), np.random.default_rng(0))
    assert pose is None and not is_found(piece, pose)
