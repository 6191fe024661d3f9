"""GeDi's extractor: a descriptor for every point and radius, the same each time and for turned clouds."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.features import learned
from pose_nodes.features.gedi import Gedi
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.weight_files import InvalidWeightsError, save_network


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def cloud(bunny_model) -> PointCloud:
    return PointCloud(bunny_model.points[::16], bunny_model.normals[::16])


def network(radius: float) -> GediNetwork:
    torch.manual_seed(0)
    return GediNetwork(GediConfig(size="tiny", dimension=8, radius=radius))


def test_every_point_has_a_unit_descriptor_of_each_radius(cloud, bunny_model):
    features = Gedi([network(0.3), network(0.4)])
    described = features.describe(cloud, bunny_model.diameter)
    assert described.shape == (len(cloud), 16) and described.dtype == np.float32 and features.dimension == 16
    for part in np.split(described, 2, axis=1):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1.0, atol=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(cloud, bunny_model):
    once, again, other = (
        Gedi([network(0.3)], seed=seed).describe(cloud, bunny_model.diameter) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


def test_a_motion_leaves_the_descriptors_as_they_are(cloud, bunny_model):
    T = se3.from_rotation_vector(np.array([0.4, -1.2, 0.7]), np.array([0.3, -0.1, 0.8]))
    moved = PointCloud(se3.transform(T, cloud.points), se3.rotate(T, cloud.normals))
    features = Gedi([network(0.3)])
    still, turned = (features.describe(each, bunny_model.diameter) for each in (cloud, moved))
    # A frame whose sign is a matter of rounding may turn over.
    assert np.percentile(np.abs(still - turned).max(axis=1), 95) < 1e-3


def test_keypoints_with_nothing_around_them_have_no_descriptor(cloud, bunny_model):
    keypoints = np.stack([cloud.points[0], cloud.points[0] + 9.0])
    near, far = Gedi([network(0.3)]).describe(cloud, bunny_model.diameter, keypoints)
    assert np.linalg.norm(near) == pytest.approx(1.0, abs=1e-5) and not far.any()


def test_no_keypoints_have_no_descriptors(cloud, bunny_model):
    assert Gedi([network(0.3)]).describe(cloud, bunny_model.diameter, np.zeros((0, 3))).shape == (0, 8)


def test_own_weights_load_with_their_radius(tmp_path, cloud, bunny_model):
    path = tmp_path / "teacher.safetensors"
    save_network(path, network(0.35), {})
    loaded = Gedi.load(path).describe(cloud, bunny_model.diameter)
    np.testing.assert_array_equal(loaded, Gedi([network(0.35)]).describe(cloud, bunny_model.diameter))


def test_the_teacher_of_the_package_tells_places_of_a_turned_bunny_apart(bunny_model):
    order = np.random.default_rng(0).permutation(len(bunny_model.points))
    T = se3.from_rotation_vector(np.array([0.4, -1.2, 0.7]))
    points, normals = bunny_model.points[order], bunny_model.normals[order]
    half = len(order) // 2
    still = PointCloud(points[:half], normals[:half])
    turned = PointCloud(se3.transform(T, points[half:]), se3.rotate(T, normals[half:]))
    teacher = Gedi.load(threads=1)
    ours = teacher.describe(still, bunny_model.diameter, still.points[:100])
    theirs = teacher.describe(turned, bunny_model.diameter, turned.points[:400])
    nearest = (ours @ theirs.T).argmax(axis=1)
    apart = np.linalg.norm(points[:100] - points[half:][nearest], axis=1)
    # By chance it were three in a hundred.
    assert np.mean(apart < 0.1 * bunny_model.diameter) > 0.25


def test_weights_of_the_student_are_refused(tmp_path):
    path = tmp_path / "student.safetensors"
    save_network(path, DescriptorNetwork(DescriptorConfig(backbone="tiny")), {})
    with pytest.raises(InvalidWeightsError, match="of dGeDi, not of GeDi"):
        Gedi.load(path)


def test_missing_weights_of_the_package_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(learned, "WEIGHTS", tmp_path)
    with pytest.raises(InvalidConfigError, match="features 'gedi': no weights come with"):
        Gedi.load()


def test_an_empty_cloud_is_refused():
    with pytest.raises(InvalidInputError, match="0 points"):
        Gedi([network(0.3)]).describe(PointCloud(np.zeros((0, 3)), np.zeros((0, 3))), 0.1)
