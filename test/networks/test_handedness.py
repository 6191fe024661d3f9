"""Handedness: no rotation changes what voxels are told, and a mirror does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from scipy.spatial.transform import Rotation

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.handedness import DIRECTIONS, INVARIANTS, Handedness, invariants
from pose_nodes.networks.point_batch import PointBatch
from pose_nodes.networks.voxel_level import voxelise

SEEDS = st.integers(0, 1000)
MIRROR = torch.diag(torch.tensor([1.0, -1.0, 1.0]))
TRIPLES = DIRECTIONS * (DIRECTIONS - 1) // 2


def directions_and_normals(seed, count=10):
    rng = np.random.default_rng(seed)
    normals = torch.from_numpy(rng.normal(size=(count, 3))).float()
    directions = torch.from_numpy(rng.normal(size=(count, DIRECTIONS, 3))).float()
    return directions, torch.nn.functional.normalize(normals, dim=1)


def rotation(seed):
    return torch.from_numpy(Rotation.random(random_state=seed).as_matrix()).float()


@given(SEEDS)
def test_a_rotation_changes_no_invariant(seed):
    directions, normals = directions_and_normals(seed)
    R = rotation(seed)
    turned = invariants(directions @ R.T, normals @ R.T)
    assert turned.shape == (len(normals), INVARIANTS)
    torch.testing.assert_close(turned, invariants(directions, normals), atol=2e-5, rtol=1e-4)


@given(SEEDS)
def test_a_mirror_changes_the_sign_of_the_triple_products_alone(seed):
    directions, normals = directions_and_normals(seed)
    signs = torch.cat([torch.ones(INVARIANTS - TRIPLES), -torch.ones(TRIPLES)])
    mirrored = invariants(directions @ MIRROR, normals @ MIRROR)
    torch.testing.assert_close(mirrored, signs * invariants(directions, normals))


def test_invariants_of_directions_that_are_known_are_as_written_down():
    x, y, z = torch.eye(3)
    directions = torch.zeros(1, DIRECTIONS, 3)
    directions[0, 0], directions[0, 1] = 2.0 * x + z, 3.0 * y
    told = invariants(directions, z[None])[0]
    assert told[:2].tolist() == [1.0, 0.0]
    assert told[DIRECTIONS : DIRECTIONS + 2].tolist() == [2.0, 3.0]
    assert told[-TRIPLES].item() == pytest.approx(6.0 / np.sqrt(6.0))


@pytest.fixture(scope="module")
def flat_level():
    """A flat sheet without any symmetry: pairs of its points, whose normals are all the same, are those of
    its mirror image."""
    rng = np.random.default_rng(0)
    places = rng.uniform(size=(400, 2))
    places = places[(places[:, 0] < 0.3) | (places[:, 1] < 0.2 + 0.3 * places[:, 0])]
    points = torch.from_numpy(np.pad(places, ((0, 0), (0, 1)))).float()
    normals = torch.tensor([[0.0, 0.0, 1.0]]).expand(len(points), 3).contiguous()
    level, _ = voxelise(PointBatch(points, normals, torch.tensor([len(points)])), 0.05, ["z"])
    return level


def moved(level, M):
    """The same voxels, turned or mirrored."""
    return replace(level, centres=level.centres @ M.T, normals=level.normals @ M.T, _memory={})


@pytest.fixture(scope="module")
def layer():
    torch.manual_seed(0)
    layer = Handedness(6, neighbours=32, reach=6.0, norm=torch.nn.Identity()).eval()
    torch.nn.init.normal_(layer.second.weight)
    return layer


@torch.no_grad()
def test_a_layer_tells_a_flat_sheet_from_its_mirror_image_and_not_from_itself_turned(flat_level, layer):
    features = torch.ones(len(flat_level), 6)
    told = layer(features, flat_level)
    torch.testing.assert_close(layer(features, moved(flat_level, rotation(1))), told, atol=1e-5, rtol=1e-4)
    mirrored = layer(features, moved(flat_level, MIRROR))
    assert (mirrored - told).norm() > 0.1 * (told - told.mean(dim=0)).norm()


@torch.no_grad()
def test_without_its_triple_products_a_layer_does_not_tell_them_apart(flat_level, layer):
    blind = Handedness(6, neighbours=32, reach=6.0, norm=torch.nn.Identity())
    blind.load_state_dict(layer.state_dict())
    blind.first.weight[:, -TRIPLES:] = 0.0
    features = torch.ones(len(flat_level), 6)
    mirrored = blind(features, moved(flat_level, MIRROR))
    torch.testing.assert_close(mirrored, blind(features, flat_level), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_layers_that_are_not_trained_change_no_descriptor(egg):
    torch.manual_seed(0)
    told = DescriptorNetwork(DescriptorConfig(backbone="tiny", inputs="pairs", mirrored="apart")).eval()
    plain = DescriptorNetwork(DescriptorConfig(backbone="tiny", inputs="pairs", mirrored="alike")).eval()
    missing, unknown = plain.load_state_dict(told.state_dict(), strict=False)
    assert not missing and unknown and all(".handedness." in name for name in unknown)
    points, normals = egg(300, 0)
    ends = torch.tensor([300])
    assert torch.equal(told(points, normals, ends), plain(points, normals, ends))


def test_networks_that_know_directions_need_not_be_told():
    with pytest.raises(InvalidConfigError, match="'mirrored' is 'apart'"):
        DescriptorNetwork(DescriptorConfig(backbone="tiny", inputs="coordinates", mirrored="apart"))
