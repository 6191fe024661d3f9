"""Descriptor networks: published sizes, and what must not change a descriptor does not."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from scipy.spatial.transform import Rotation

from pose_nodes.core.config import from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.networks.descriptor import PRESETS, DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.handedness import Handedness

KINDS = [
    ("tiny", "coordinates"),
    ("tiny", "normals"),
    ("tiny", "pairs"),
    ("small", "pairs"),
    ("small", "pairs", "alike"),
    ("small", "normals"),
]


def network_of(backbone, inputs="auto", mirrored="auto", dimension=32, **options):
    torch.manual_seed(0)
    config = DescriptorConfig(
        backbone=backbone, inputs=inputs, mirrored=mirrored, dimension=dimension, **options
    )
    return DescriptorNetwork(config).eval()


@pytest.fixture(params=KINDS, ids="-".join)
def network(request):
    return network_of(*request.param)


@torch.no_grad()
def describe(network, *clouds):
    points, normals = (torch.cat([cloud[part] for cloud in clouds]) for part in (0, 1))
    ends = torch.tensor([len(cloud[0]) for cloud in clouds]).cumsum(0)
    return network(points, normals, ends)


@pytest.mark.parametrize(("dimension", "parameters"), [(32, 45_904_160), (64, 46_154_272)])
def test_the_base_network_is_as_large_as_the_published_one(dimension, parameters):
    with torch.device("meta"):
        network = DescriptorNetwork(DescriptorConfig(backbone="base", dimension=dimension))
    assert sum(value.numel() for value in network.parameters()) == parameters


def test_the_small_network_is_small_enough_to_be_shipped():
    assert 4 * sum(value.numel() for value in network_of("small").parameters()) < 25e6


def test_every_point_has_a_unit_descriptor(network, egg):
    descriptors = describe(network, egg(300, 0))
    assert descriptors.shape == (300, 32) and descriptors.dtype == torch.float32
    torch.testing.assert_close(descriptors.norm(dim=1), torch.ones(300))


def test_the_same_input_gives_the_same_bits(network, egg):
    assert torch.equal(describe(network, egg(300, 0)), describe(network, egg(300, 0)))


def test_the_order_of_points_does_not_matter(network, egg):
    points, normals = egg(300, 0)
    order = torch.randperm(300)
    shuffled = describe(network, (points[order], normals[order]))
    torch.testing.assert_close(shuffled, describe(network, (points, normals))[order], atol=2e-5, rtol=0)


def test_clouds_of_a_batch_do_not_see_each_other(network, egg):
    clouds = [egg(200, 0), egg(1, 1), egg(350, 2)]
    alone = torch.cat([describe(network, cloud) for cloud in clouds])
    torch.testing.assert_close(describe(network, *clouds), alone, atol=2e-5, rtol=0)


def test_a_point_that_comes_twice_has_the_same_descriptor_twice(network, egg):
    points, normals = egg(200, 0)
    twice = describe(network, (points.repeat(2, 1), normals.repeat(2, 1)))
    torch.testing.assert_close(twice[:200], twice[200:])
    torch.testing.assert_close(twice[:200], describe(network, (points, normals)), atol=2e-5, rtol=0)


def test_points_of_one_voxel_share_a_descriptor_of_the_published_network_alone(egg):
    points, normals = egg(3000, 0)
    kinds = [
        len(describe(network_of("tiny", upsampling=upsampling), (points, normals)).unique(dim=0))
        for upsampling in ("nearest", "interpolated")
    ]
    assert kinds[0] < 1500 and kinds[1] > 2900
    assert PRESETS["base"].upsampling == "nearest"


def test_where_a_cloud_lies_does_not_matter_to_pairs(egg):
    points, normals = egg(300, 0)
    network = network_of("tiny", "pairs")
    moved = describe(network, (points + torch.tensor([0.5, -0.25, 2.0]), normals))
    # A coordinate on the border of a voxel may fall to the other side of it.
    alike = (moved * describe(network, (points, normals))).sum(dim=1)
    assert alike.median() > 0.999


def test_a_rotation_changes_descriptors_of_pairs_little_and_those_of_coordinates_much(egg):
    points, normals = egg(3000, 0)
    R = torch.from_numpy(Rotation.from_rotvec([0.7, -1.1, 0.4]).as_matrix().astype(np.float32)).T

    def changes(network):
        """How unlike a point is to itself, turned; in parts of how unlike points are to each other."""
        still, turned = (describe(network, (points @ M, normals @ M)) for M in (torch.eye(3), R))
        to_itself = 1 - (still * turned).sum(dim=1)
        to_others = 1 - (still * turned.roll(1, 0)).sum(dim=1)
        return (to_itself.mean() / to_others.mean()).item()

    assert changes(network_of("tiny", "pairs")) < 0.3
    assert changes(network_of("tiny", "coordinates")) > 0.7


def test_gradients_are_finite_and_reach_every_weight(network, egg):
    points, normals = egg(400, 0)
    for layer in network.modules():  # what has no effect at first lets nothing through
        if isinstance(layer, Handedness):
            torch.nn.init.normal_(layer.second.weight)
    network.train()
    descriptors = network(points, normals, torch.tensor([250, 400]))
    (descriptors * torch.randn_like(descriptors)).sum().backward()
    for name, value in network.named_parameters():
        assert value.grad is not None and torch.isfinite(value.grad).all(), name
    reached = [value.grad.abs().sum() > 0 for value in network.parameters()]
    assert np.mean(reached) > 0.9


def test_mixed_precision_trains_and_gives_nearly_the_same(network, egg):
    points, normals = egg(400, 0)
    ends = torch.tensor([250, 400])
    exact = network(points, normals, ends)
    with torch.autocast("cpu", torch.bfloat16):
        rough = network(points, normals, ends)
        network.train()(points, normals, ends)[:, 0].sum().backward()
    assert rough.dtype == torch.float32
    assert (exact * rough).sum(dim=1).median() > 0.99
    assert all(torch.isfinite(value.grad).all() for value in network.parameters())


def test_a_few_steps_teach_it_to_tell_points_apart(egg):
    network = network_of("tiny", "normals").train()
    points, normals = egg(150, 0)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    losses = []
    for _ in range(25):
        noisy = torch.cat([points, points + 0.002 * torch.randn_like(points)])
        first, second = network(noisy, normals.repeat(2, 1), torch.tensor([150, 300])).split(150)
        loss = torch.nn.functional.cross_entropy(first @ second.T / 0.1, torch.arange(150))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.5


def test_options_come_from_a_mapping():
    config = from_mapping(DescriptorConfig, {"backbone": "tiny", "dimension": 16, "grid": 0.05})
    assert from_mapping(DescriptorConfig, to_mapping(config)) == config
    assert DescriptorNetwork(config).grid == 0.05


def test_a_dimension_that_heads_cannot_share_is_refused():
    with pytest.raises(InvalidConfigError, match="multiple of 4"):
        DescriptorNetwork(DescriptorConfig(backbone="base", dimension=30))


@pytest.mark.parametrize(
    ("points", "normals", "offsets", "expected"),
    [
        (torch.zeros(4, 3), None, [4], "normals: this network was trained with them"),
        (torch.zeros(4, 3), torch.zeros(3, 3), [4], r"normals: shape \(3, 3\)"),
        (torch.zeros(4, 2), torch.zeros(4, 2), [4], r"points: shape \(4, 2\)"),
        (torch.zeros(4, 3), torch.zeros(4, 3), [3], "do not cut 4 points"),
        (torch.zeros(4, 3), torch.zeros(4, 3), [2, 2, 4], "do not cut 4 points"),
        (torch.zeros(0, 3), torch.zeros(0, 3), [], "do not cut 0 points"),
        (torch.full((4, 3), torch.nan), torch.zeros(4, 3), [4], "points: a coordinate is not finite"),
        (torch.zeros(4, 3), torch.full((4, 3), torch.inf), [4], "normals: a component is not finite"),
        (torch.tensor([[0.0, 0, 0], [1e6, 0, 0]]), torch.zeros(2, 3), [2], "divide the points by"),
    ],
)  # fmt: skip
def test_bad_clouds_are_refused(points, normals, offsets, expected):
    with pytest.raises(InvalidInputError, match=expected):
        network_of("tiny", "pairs")(points, normals, torch.tensor(offsets, dtype=torch.long))
