"""Fused descriptors: both parts count, and each as much as it should."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.features.choice import Fpfh
from pose_nodes.features.describer import ByShape
from pose_nodes.features.fused import Fused, joined
from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.features.token_grid import unit
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry.pointcloud import PointCloud

CONFIG = VisualConfig(patches=4, views=8, pixels=56, components=8)


def vectors(count, dimension, seed):
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0])
def test_the_cosine_of_two_is_the_weighted_mean_of_the_parts(weight):
    visual, shape = unit(vectors(6, 4, 0)), vectors(6, 9, 1)
    found = joined(visual, shape, weight)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    parts = weight**2 * visual @ visual.T + unit(shape) @ unit(shape).T
    np.testing.assert_allclose(found @ found.T, parts / (1.0 + weight**2), atol=1e-6)


@pytest.fixture(scope="module")
def fused(tiny_dinov2):
    return Fused(Fpfh(0.3), PatchEncoder.load(tiny_dinov2, threads=1), CONFIG)


def test_an_object_is_described_by_image_and_shape(fused, painted_box):
    known = fused.onboard(painted_box)
    shape = ByShape(Fpfh(0.3)).onboard(painted_box).features
    assert known.features.shape == (len(painted_box.points), 8 + 33)
    np.testing.assert_allclose(known.features[:, 8:], unit(shape) / np.sqrt(2.0), atol=1e-6)


def test_the_same_object_is_described_by_the_same_bits(fused, painted_box):
    np.testing.assert_array_equal(fused.onboard(painted_box).features, fused.onboard(painted_box).features)


def test_points_without_an_image_are_refused(fused, painted_box):
    cloud = PointCloud(painted_box.points, painted_box.normals)
    with pytest.raises(InvalidInputError, match="there is no image of these points"):
        fused.onboard(painted_box).describe(cloud, None)


def test_only_what_has_colours_can_be_compared_with_an_image(fused, painted_box, die):
    assert fused.appearance(painted_box) is not None
    assert fused.appearance(die) is None
    assert ByShape(Fpfh(0.3)).appearance(painted_box) is None
