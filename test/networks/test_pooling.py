"""Pooling and unpooling against the same written out."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.nn.functional import gelu

from pose_nodes.networks.drop_path import DropPath
from pose_nodes.networks.pooling import Pooling, Unpooling


def test_a_coarse_voxel_has_the_largest_values_of_its_fine_ones():
    torch.manual_seed(0)
    pooling = Pooling(3, 2, torch.nn.Identity())
    features, parents = torch.randn(5, 3), torch.tensor([0, 0, 1, 2, 2])
    rows = pooling.projection(features)
    expected = gelu(torch.stack([rows[:2].amax(0), rows[2], rows[3:].amax(0)]))
    torch.testing.assert_close(pooling(features, parents, 3), expected)


def test_fine_voxels_get_what_their_coarse_one_has_and_what_they_had():
    torch.manual_seed(0)
    unpooling = Unpooling(4, 3, 2, (torch.nn.Identity(), torch.nn.Identity()))
    coarse, fine, parents = torch.randn(2, 4), torch.randn(3, 3), torch.tensor([1, 0, 1])
    own, above = unpooling(coarse, fine, parents)
    torch.testing.assert_close(own, gelu(unpooling.fine(fine)))
    torch.testing.assert_close(above, gelu(unpooling.coarse(coarse))[parents])


def test_branches_are_left_out_point_by_point_in_training_alone():
    torch.manual_seed(0)
    layer, branch = DropPath(0.25), torch.ones(4000, 2)
    dropped = layer(branch)
    assert dropped.unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert (dropped[:, 0] == dropped[:, 1]).all()
    assert (dropped[:, 0] == 0).float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert (layer.eval()(branch) == branch).all()
