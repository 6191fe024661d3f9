"""Poses that the shape does not tell apart: by depth where it is nearly so, by colours where it is wholly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig, LookAlikeConfig, RansacConfig
from pose_nodes.estimators.instance import Describers, InstanceEstimator, config_for
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.estimators.look_alikes import LookAlikes
from pose_nodes.features.choice import Fpfh
from pose_nodes.features.describer import ByShape
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.rendering.color import ColorRenderer

CAMERA = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
TURNS = [[0.5, 0.7, 0.2], [2.5, -0.4, 1.0], [-0.8, 2.0, -0.6], [0.3, -2.2, 2.0]]


@pytest.fixture(scope="module")
def fused_config(tiny_dinov2):
    visual = VisualConfig(
        geometric="fpfh", weights=str(tiny_dinov2), patches=8, views=30, pixels=112, components=16
    )
    return InstanceConfig(features="fused", visual=visual, ransac=RansacConfig(runs=1, iterations=20_000))


@pytest.fixture(scope="module")
def fused_estimator(painted_box, fused_config):
    pytest.importorskip("torch")
    return InstanceEstimator(painted_box, fused_config, np.random.default_rng(0))


def photographed(model, T_camera_object, light=1.0):
    """A photograph of an object before a wall, with noise of depth and colour."""
    rng = np.random.default_rng(0)
    image, depth = ColorRenderer(model.mesh).render(T_camera_object, CAMERA)
    mask = np.isfinite(depth)
    color = np.where(mask[..., None], light * image, 120.0) + rng.normal(0.0, 6.0, image.shape)
    depth = np.where(mask, depth, 1.2) + rng.normal(0.0, 0.001, depth.shape)
    frame = Frame(0, "camera", CAMERA, depth.astype(np.float32), color.clip(0, 255).astype(np.uint8))
    return Observation(frame, Segment(mask, model.name))


@pytest.mark.parametrize("turn", TURNS)
def test_of_the_24_poses_of_a_painted_cube_the_right_one_is_chosen(painted_box, fused_estimator, turn):
    T = se3.from_rotation_vector(turn, [0.02, -0.01, 0.45])
    best = fused_estimator.initialise(photographed(painted_box, T, light=0.8))[0]
    distance, angle = se3.difference(best.T_camera_object, T)
    assert best.verified, best.reason
    assert distance < 0.005 and np.degrees(angle) < 5.0
    assert "appearance" in best.seconds and "features" in best.seconds


def test_where_depth_alone_decides_any_of_the_24_may_come(painted_box, fused_config):
    config = replace(fused_config, features="fpfh", ransac=RansacConfig(runs=0))
    estimator = InstanceEstimator(painted_box, config, np.random.default_rng(0))
    wrong = 0
    for turn in TURNS:
        T = se3.from_rotation_vector(turn, [0.02, -0.01, 0.45])
        best = estimator.initialise(photographed(painted_box, T))[0]
        wrong += np.degrees(se3.difference(best.T_camera_object, T)[1]) > 45.0
        assert best.verified and "appearance" not in best.seconds
    assert wrong > 0


def test_an_image_without_colour_gives_no_pose_but_a_sentence(painted_box, fused_estimator):
    observation = photographed(painted_box, se3.from_rotation_vector(TURNS[0], [0.0, 0.0, 0.45]))
    with pytest.raises(InvalidInputError, match="no colour image"):
        fused_estimator.initialise(replace(observation, frame=replace(observation.frame, color=None)))


@pytest.fixture(scope="module")
def slab():
    """A box that is nearly the same when it is turned by a quarter."""
    box = trimesh.creation.box([0.1, 0.092, 0.03])
    mesh = TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32))
    return build_model("slab", mesh, "box")


def test_depth_decides_between_turns_that_are_nearly_alike(slab):
    config = InstanceConfig(look_alikes=LookAlikeConfig("shape", rotations=300, chamfer=0.03))
    known = KnownObject.prepare(slab, config)
    found = LookAlikes.prepare(known, config, ByShape(Fpfh(0.3)))
    quarters = [motion for motion in found.near if abs(motion[0, 0]) < 0.1 and abs(motion[2, 2]) > 0.99]
    assert len(quarters) == 4 and not found.by_image
    T = se3.from_rotation_vector([0.4, 0.3, 0.2], [0.0, 0.0, 0.5])
    turned = found.turned(T @ quarters[0])
    assert min(se3.difference(slab.symmetry.nearest(one, T), T)[1] for one in turned) < np.radians(3.0)
    best = InstanceEstimator(slab, config, np.random.default_rng(0)).initialise(photographed(slab, T))[0]
    assert np.degrees(se3.difference(slab.symmetry.nearest(best.T_camera_object, T), T)[1]) < 5.0


def test_nothing_is_sought_where_it_is_not_asked_for(slab):
    config = InstanceConfig()
    found = LookAlikes.prepare(KnownObject.prepare(slab, config), config, ByShape(Fpfh(0.3)))
    assert len(found.near) == 0 and not found.by_image and found.turned(np.eye(4)) == []


def test_the_image_cannot_decide_without_visual_features(slab):
    config = InstanceConfig(features="dgedi", look_alikes=LookAlikeConfig("image"))
    with pytest.raises(InvalidConfigError, match="image, which needs the features fused, not dgedi"):
        LookAlikes.prepare(KnownObject.prepare(slab, config), config, ByShape(Fpfh(0.3)))


def test_an_object_may_have_features_of_its_own(slab, painted_box, fused_config):
    config = replace(fused_config, features="dgedi", weights="mine.safetensors")
    assert config_for(slab, config) == config
    assert config_for(replace(slab, features="fpfh"), config).weights == ""
    fused = config_for(replace(slab, features="fused"), replace(config, visual=VisualConfig()))
    assert (fused.features, fused.weights) == ("fused", "mine.safetensors")  # the same network for the shape


def test_objects_of_the_same_features_share_what_describes_them(slab, painted_box):
    describers = Describers(InstanceConfig(features="fpfh"))
    own = replace(painted_box, features="fpfh")
    assert describers.of(slab) is describers.of(own)


def test_missing_weights_are_told(painted_box):
    pytest.importorskip("torch")
    with pytest.raises(InvalidConfigError, match="no weights of DINOv2 come with this package"):
        InstanceEstimator(replace(painted_box, features="fused"), InstanceConfig(), np.random.default_rng(0))
