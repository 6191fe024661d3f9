"""GeDi: published sizes; patches that turn with the surface; the same seed, the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

torch = pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.local_frame import local_frames
from pose_nodes.networks.patches import PatchSampler
from pose_nodes.networks.quaternion_net import rotations


def bowls(seed, count=4, points=200, radius=0.5):
    """Random lopsided patches that open upwards, within the radius of their middle."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-0.3, 0.3, (count, points, 2))
    bend = rng.uniform(0.5, 1.5, (count, 1, 2))
    z = (bend * xy**2).sum(axis=2) + rng.uniform(0.1, 0.3, (count, 1)) * np.maximum(xy[..., 0], 0)
    return np.concatenate([xy, z[..., None]], axis=2), radius


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_frames_turn_with_their_patches(seed):
    apart, radius = bowls(seed)
    R = Rotation.random(random_state=seed).as_matrix()
    turned = local_frames(apart @ R.T, radius)
    np.testing.assert_allclose(turned, R @ local_frames(apart, radius), atol=1e-6)


def test_frames_are_left_handed_and_z_points_away_from_the_points():
    apart, radius = bowls(0)
    frames = local_frames(apart, radius)
    np.testing.assert_allclose(np.linalg.det(frames), -1.0)
    np.testing.assert_allclose(frames.transpose(0, 2, 1) @ frames, np.tile(np.eye(3), (4, 1, 1)), atol=1e-12)
    assert (np.einsum("mni,mi->m", apart, frames[:, :, 2]) < 0).all()


def test_the_x_axis_points_to_where_the_surface_leaves_the_plane():
    apart, radius = bowls(0)
    flat_but_a_bump = apart[:1] * [1.0, 1.0, 0.0]
    flat_but_a_bump[0, np.linalg.norm(apart[0, :, :2] - [0.2, 0.0], axis=1) < 0.08, 2] = 0.05
    assert local_frames(flat_but_a_bump, radius)[0][0, 0] > 0.95


def test_a_flat_patch_has_a_frame_too():
    flat = np.zeros((1, 50, 3))
    flat[0, :, :2] = np.random.default_rng(0).uniform(-0.3, 0.3, (50, 2))
    frame = local_frames(flat, 0.5)[0]
    np.testing.assert_allclose(frame.T @ frame, np.eye(3), atol=1e-9)
    assert abs(frame[2, 2]) == pytest.approx(1.0)


@pytest.fixture(scope="module")
def cloud(bunny_model):
    points = bunny_model.points[::4] / bunny_model.diameter
    return points - points.mean(axis=0)


def test_patches_of_a_turned_cloud_are_the_same(cloud):
    sampler = PatchSampler(0.3, 300, 64)
    R = Rotation.from_rotvec([0.4, 1.0, -0.3]).as_matrix()
    still, turned = (sampler(c[:40], c, np.random.default_rng(3))[0] for c in (cloud, cloud @ R.T))
    assert still.shape == (40, 3, 64) and still.dtype == np.float32
    np.testing.assert_allclose(still, turned, atol=1e-4)
    assert np.linalg.norm(still, axis=1).max() <= 1.0 + 1e-6


@pytest.fixture(scope="module")
def normals(bunny_model):
    return bunny_model.normals[::4]


def test_patches_by_normals_turn_with_the_cloud_and_stand_upright(cloud, normals):
    sampler = PatchSampler(0.3, 300, 300, normals_within=0.06)
    R = Rotation.from_rotvec([0.4, 1.0, -0.3]).as_matrix()
    still, turned = (
        sampler(c[:40], c, np.random.default_rng(3), n)[0]
        for c, n in ((cloud, normals), (cloud @ R.T, normals @ R.T))
    )
    np.testing.assert_allclose(still, turned, atol=1e-4)
    for number in range(40):
        near = np.linalg.norm(cloud - cloud[number], axis=1) < 0.06
        up = normals[near].mean(axis=0)
        heights = (cloud - cloud[number]) @ up / np.linalg.norm(up) / 0.3
        assert (np.abs(heights[:, None] - still[number, 2]).min(axis=0) < 1e-5).all()


def test_normals_that_cancel_out_leave_that_of_the_nearest_point():
    points = np.array([[0.0, 0, 0], [0.01, 0, 0], [0.1, 0.1, 0.2]])
    normals = np.array([[0.0, 0, 1], [0.0, 0, -1], [1.0, 0, 0]])
    sampler = PatchSampler(0.3, 40, 40, normals_within=0.05)
    patches, _ = sampler(points[:1], points, np.random.default_rng(0), normals)
    assert np.isfinite(patches).all() and patches[0, 2].max() == pytest.approx(0.2 / 0.3, abs=1e-6)


def test_where_normals_say_nothing_the_points_make_the_frame(cloud):
    sampler = PatchSampler(0.4, 200, 20, normals_within=0.1)
    patches, _ = sampler(cloud[:5], cloud, np.random.default_rng(0), np.zeros_like(cloud))
    by_points = PatchSampler(0.4, 200, 20)(cloud[:5], cloud, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(patches, by_points)


def test_normals_that_are_not_finite_are_refused(cloud):
    normals = np.zeros_like(cloud)
    normals[3, 1] = np.nan
    with pytest.raises(InvalidInputError, match="normals: a component is not finite"):
        PatchSampler(0.4, 200, 20, normals_within=0.1)(cloud[:5], cloud, np.random.default_rng(0), normals)


def test_frames_of_normals_cannot_do_without_them(cloud):
    with pytest.raises(InvalidInputError, match="normals: the frames of these patches are made of them"):
        PatchSampler(0.3, 10, 5, normals_within=0.06)(cloud[:3], cloud, np.random.default_rng(0))


def test_a_network_of_upright_patches_is_told_what_a_turn_about_the_axis_leaves_as_it_is(cloud, normals):
    torch.manual_seed(0)
    network = GediNetwork(GediConfig(size="tiny", frame="normals")).eval()
    sampler = PatchSampler.of(network.config)
    patches = torch.from_numpy(sampler(cloud[:6], cloud, np.random.default_rng(5), normals)[0])
    about_z, about_x = (
        torch.from_numpy(Rotation.from_rotvec(axis).as_matrix().astype(np.float32))
        for axis in ([0, 0, 1.0], [1.0, 0, 0])
    )
    with torch.no_grad():
        for abstraction in network.abstractions:  # coordinates count no more
            abstraction.layers[0].weight[:, :3] = 0.0
        network.quaternion_net.last.weight.zero_()
        still, spun, tilted = (network(turn @ patches)[0] for turn in (torch.eye(3), about_z, about_x))
    assert (still - tilted).abs().max() > 50 * (still - spun).abs().max()


def test_a_patch_of_few_points_repeats_them_and_one_of_none_says_so():
    points = np.array([[0.0, 0, 0], [0.1, 0, 0], [0, 0.1, 0.05], [5.0, 5, 5]])
    sampler = PatchSampler(0.3, 40, 40)
    patches, valid = sampler(np.array([[0.0, 0, 0], [9.0, 9, 9]]), points, np.random.default_rng(0))
    assert valid.tolist() == [True, False]
    distances = np.unique(np.linalg.norm(patches[0], axis=0).round(4))
    np.testing.assert_allclose(distances, [0.0, 0.3333, 0.3727], atol=1e-4)
    assert not patches[1].any()


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.full((3, 3), np.nan)])
def test_clouds_without_points_are_refused(points):
    with pytest.raises(InvalidInputError, match="no points, or coordinates that are not finite"):
        PatchSampler(0.3, 10, 5)(np.zeros((1, 3)), points, np.random.default_rng(0))


def test_the_network_is_as_large_as_the_published_one():
    network = GediNetwork()
    count = {name: sum(p.numel() for p in part.parameters()) for name, part in network.named_children()}
    assert count == {"quaternion_net": 1_317_636, "abstractions": 1_123_200, "head": 665_120}


def test_descriptors_are_unit_vectors_and_the_same_for_the_same_seed(cloud):
    torch.manual_seed(0)
    network = GediNetwork(GediConfig(size="tiny")).eval()
    sampler = PatchSampler.of(network.config)
    once, again = (
        torch.from_numpy(sampler(cloud[:30], cloud, np.random.default_rng(5))[0]) for _ in range(2)
    )
    with torch.no_grad():
        descriptors, aligned = network(once)
        assert torch.equal(descriptors, network(again)[0])
    torch.testing.assert_close(descriptors.norm(dim=1), torch.ones(30))
    torch.testing.assert_close(aligned.norm(dim=1), once.norm(dim=1))


def test_no_keypoints_have_no_patches(cloud):
    patches, valid = PatchSampler(0.3, 40, 20)(np.zeros((0, 3)), cloud, np.random.default_rng(0))
    assert patches.shape == (0, 3, 20) and valid.shape == (0,)


def test_a_patch_has_the_same_descriptor_in_any_batch(cloud):
    torch.manual_seed(0)
    network = GediNetwork(GediConfig(size="tiny")).eval()
    patches = torch.from_numpy(PatchSampler.of(network.config)(cloud[:6], cloud, np.random.default_rng(5))[0])
    with torch.no_grad():
        alone = torch.cat([network(patch[None])[0] for patch in patches])
        torch.testing.assert_close(network(patches)[0], alone)


def test_gradients_are_finite_and_reach_every_weight(cloud):
    network = GediNetwork(GediConfig(size="tiny")).train()
    patches = torch.from_numpy(
        PatchSampler.of(network.config)(cloud[:12], cloud, np.random.default_rng(5))[0]
    )
    descriptors, aligned = network(patches)
    (descriptors * torch.randn_like(descriptors)).sum().add(aligned[:, 0].sum()).backward()
    for name, value in network.named_parameters():
        assert value.grad is not None and torch.isfinite(value.grad).all(), name


def test_quaternions_turn_as_scipy_says():
    quaternions = torch.nn.functional.normalize(torch.randn(5, 4, dtype=torch.float64), dim=1)
    expected = Rotation.from_quat(quaternions[:, [1, 2, 3, 0]].numpy()).as_matrix()
    np.testing.assert_allclose(rotations(quaternions).numpy(), expected, atol=1e-12)
