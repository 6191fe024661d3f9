"""FPFH: the same surface has the same descriptors, whatever its pose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.features import fpfh
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud

RADIUS = 0.05


def moved(cloud: PointCloud, T: se3.Matrix) -> PointCloud:
    return PointCloud(se3.transform(T, cloud.points), se3.rotate(T, cloud.normals))


@pytest.fixture(scope="module")
def cloud(bunny_model) -> PointCloud:
    return PointCloud(bunny_model.points[::8], bunny_model.normals[::8])


def test_every_point_has_a_finite_descriptor(cloud):
    features = fpfh.describe(cloud, RADIUS)
    assert features.shape == (len(cloud), fpfh.DIMENSION) and features.dtype == np.float32
    assert np.isfinite(features).all() and (features >= 0).all()
    assert (features.sum(axis=1) > 0).all()


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_a_motion_leaves_the_descriptors_as_they_are(cloud, seed):
    rng = np.random.default_rng(seed)
    T = se3.from_rotation_vector(rng.uniform(-2, 2, 3), rng.uniform(-1, 1, 3))
    still, turned = fpfh.describe(cloud, RADIUS), fpfh.describe(moved(cloud, T), RADIUS)
    # A pair on the edge of a bin may change it by rounding.
    differences = np.linalg.norm(still - turned, axis=1) / np.linalg.norm(still, axis=1)
    assert np.median(differences) < 0.01 and np.percentile(differences, 95) < 0.1


def test_far_from_the_origin_nothing_is_lost(cloud):
    far = PointCloud(cloud.points + 1e5, cloud.normals)
    differences = np.linalg.norm(fpfh.describe(far, RADIUS) - fpfh.describe(cloud, RADIUS), axis=1)
    assert np.median(differences / np.linalg.norm(fpfh.describe(cloud, RADIUS), axis=1)) < 0.01


def test_lengths_matter_only_relative_to_the_radius(cloud):
    larger = PointCloud(cloud.points * 2.0, cloud.normals)
    np.testing.assert_allclose(fpfh.describe(larger, 2 * RADIUS), fpfh.describe(cloud, RADIUS), atol=5.0)


def test_a_flat_place_differs_from_an_edge():
    x, y = (c.ravel() for c in np.meshgrid(np.linspace(-0.1, 0.1, 41), np.linspace(-0.1, 0.1, 41)))
    up, side = np.tile([0.0, 0.0, 1.0], (len(x), 1)), np.tile([1.0, 0.0, 0.0], (len(x), 1))
    flat = np.stack([x, y, np.zeros_like(x)], axis=1)
    wall = np.stack([np.full_like(x, 0.1), y, x - 0.1], axis=1)
    features = fpfh.describe(
        PointCloud(np.concatenate([flat, wall]), np.concatenate([up, side])), radius=0.03
    )
    middle, other_middle = (
        int(np.argmin(np.linalg.norm(flat - at, axis=1))) for at in ([0, 0, 0], [0.02, 0, 0])
    )
    edge = int(np.argmin(np.linalg.norm(flat - [0.095, 0, 0], axis=1)))
    alike = np.linalg.norm(features[middle] - features[other_middle])
    assert np.linalg.norm(features[middle] - features[edge]) > 5 * alike + 10
