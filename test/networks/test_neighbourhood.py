"""Neighbourhoods: pair features that no rotation changes, and tables that do not mix clouds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from scipy.spatial.transform import Rotation

from pose_nodes.networks.nearest import nearest
from pose_nodes.networks.neighbourhood import neighbourhood, pair_features

SEEDS = st.integers(0, 1000)


def random_pairs(seed, count=20):
    rng = np.random.default_rng(seed)
    apart, own, theirs = torch.from_numpy(rng.normal(size=(3, count, 3)))
    return apart, *(torch.nn.functional.normalize(normals, dim=1) for normals in (own, theirs))


@given(SEEDS)
def test_a_rotation_changes_no_pair_feature(seed):
    pairs = random_pairs(seed)
    R = torch.from_numpy(Rotation.random(random_state=seed).as_matrix())
    turned = pair_features(*(vectors @ R.T for vectors in pairs), 3.0)
    torch.testing.assert_close(turned, pair_features(*pairs, 3.0))


@given(SEEDS)
def test_a_mirror_changes_the_sign_of_the_triple_product_alone(seed):
    pairs = random_pairs(seed)
    mirror = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    signs = torch.tensor([1.0, 1, 1, 1, -1, 1, 1], dtype=torch.float64)
    mirrored = pair_features(*(vectors * mirror for vectors in pairs), 3.0)
    torch.testing.assert_close(mirrored, pair_features(*pairs, 3.0) * signs)


def test_features_of_a_corner_are_as_written_down():
    x, y, z = torch.eye(3)
    features = pair_features(2.0 * x[None], z[None], y[None], 4.0)
    assert features.tolist() == [[0.5, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0]]
    features = pair_features(2.0 * x[None], x[None], -x[None], 1.0)
    assert features.tolist() == [[1.0, 1.0, -1.0, -1.0, 0.0, 1.0, -1.0]]


def test_a_point_with_itself_is_zeros_and_a_one():
    x = torch.eye(3)[:1]
    assert pair_features(0.0 * x, x, x, 1.0).tolist() == [[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]]


def test_neighbours_are_the_nearest_of_the_own_cloud_the_point_itself_first():
    centres = torch.tensor([[0.0, 0, 0], [1, 0, 0], [3, 0, 0], [0, 0, 0], [1, 0, 0]])
    found = nearest(centres, [3, 2], centres, [3, 2], 3)
    around = neighbourhood(centres, torch.eye(3)[[2] * 5], *found, radius=2.5)
    assert around.neighbours.tolist() == [[0, 1, 2], [1, 0, 2], [2, 1, 0], [3, 4, 3], [4, 3, 4]]
    assert ((around.weights > 0).sum(dim=1) == torch.tensor([2, 3, 2, 2, 2])).all()
    torch.testing.assert_close(around.weights.sum(dim=1), torch.ones(5))
