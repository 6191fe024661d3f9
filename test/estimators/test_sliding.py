"""A bar of which only the middle is seen can be anywhere along itself: no pose of it is one to act on."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.rendering.depth import DepthRenderer, Region

CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
BAR = trimesh.creation.box([1.2, 0.06, 0.025])


@pytest.fixture(scope="module")
def bar():
    mesh = TriangleMesh(np.asarray(BAR.vertices), np.asarray(BAR.faces, np.int32))
    return build_model("bar", mesh, "x:2,y:2,z:2")


def seen_at(bar, T: se3.Matrix, rng: np.random.Generator, behind: np.ndarray | None = None) -> Observation:
    """The bar before a wall, parts of it behind something nearer."""
    rendered = DepthRenderer(bar.mesh).render(T, CAMERA, Region.full(CAMERA))
    depth = np.where(np.isfinite(rendered), rendered, T[2, 3] + 0.8)
    mask = np.isfinite(rendered)
    if behind is not None:
        depth, mask = np.where(behind, 0.3, depth), mask & ~behind
    depth = (depth + rng.normal(0.0, 0.0007, depth.shape)).astype(np.float32)
    return Observation(Frame(0, "camera", CAMERA, depth), Segment(mask, "bar"))


def best_of(bar, observation: Observation, seed: int):
    estimator = InstanceEstimator(bar, InstanceConfig(features="fpfh"), np.random.default_rng(seed))
    return estimator.initialise(observation)[0]


@pytest.mark.parametrize("seed", range(4))
def test_a_bar_whose_ends_are_out_of_the_image_is_not_verified(bar, seed):
    rng = np.random.default_rng(seed)
    turned = [rng.uniform(-0.6, 0.6), rng.uniform(-0.2, 0.2), rng.uniform(-0.3, 0.3)]
    T = se3.from_rotation_vector(turned, [rng.uniform(-0.14, 0.14), 0.0, 0.5])
    best = best_of(bar, seen_at(bar, T, rng), seed)
    assert not best.verified


def test_a_bar_whose_ends_are_hidden_is_not_verified(bar):
    rng, sides = np.random.default_rng(0), np.zeros(CAMERA.shape, bool)
    sides[:, :200] = sides[:, 440:] = True
    T = se3.from_rotation_vector([0.3, 0.1, 0.1], [0.1, 0.0, 1.4])
    assert not best_of(bar, seen_at(bar, T, rng, sides), 0).verified


def test_a_bar_that_is_seen_whole_is_found(bar):
    rng = np.random.default_rng(0)
    T = se3.from_rotation_vector([0.3, 0.1, 0.1], [0.02, 0.0, 1.4])
    best = best_of(bar, seen_at(bar, T, rng), 0)
    nearest = bar.symmetry.nearest(best.T_camera_object, T)
    assert best.verified, best.reason
    assert np.linalg.norm(nearest[:3, 3] - T[:3, 3]) < 0.01
