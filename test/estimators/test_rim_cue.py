"""The rim holds the turn about the line of sight, where depth leaves it open, and no more than it knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.estimators.rim_cue import RimCue, RimCueConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.rendering.depth import DepthRenderer

CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
TRUTH = se3.from_rotation_vector([0.3, -0.2, 0.4], [0.02, -0.01, 0.5])
STILL = np.zeros(6)
BY_CAMERA = np.diag([0.0005**2] * 3 + [0.004**2] * 3)
OPEN = np.diag([0.001**2] * 3 + [0.01**2, 0.01**2, 0.04**2])
"""Depth that hardly knows how the object is turned about the line of sight."""
OFF = np.array([0.0005, -0.0005, 0.0, 0.0, 0.0, np.radians(3.0)])


@pytest.fixture(scope="module")
def box() -> ObjectModel:
    mesh = o3d.geometry.TriangleMesh.create_box(0.1, 0.06, 0.04)
    mesh.translate([-0.05, -0.03, -0.02])
    arrays = TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.triangles).astype(np.int32))
    return build_model("box", arrays, SymmetryGroup.none(), np.random.default_rng(0))


@pytest.fixture(scope="module")
def frame(box) -> Frame:
    """A yellow box before a mottled grey wall."""
    depth = DepthRenderer(box.mesh).render(TRUTH, CAMERA)
    rng = np.random.default_rng(1)
    color = rng.integers(60, 140, (*CAMERA.shape, 1)).repeat(3, axis=2)
    hit = np.isfinite(depth)
    color[hit] = np.array([200, 170, 30]) + rng.integers(-20, 20, (hit.sum(), 3))
    depth = np.where(hit, depth, 0.8).astype(np.float32)
    return Frame(0, "camera", CAMERA, depth, color.astype(np.uint8))


@pytest.fixture(scope="module")
def cue_of(box):
    config = InstanceConfig()

    def make(lag: float = 0.5, **options) -> RimCue:
        posed = PosedObject(box, config.tolerance)
        return RimCue(posed, config.tolerance, lag, RimCueConfig(**options))

    return make


def estimate(box: ObjectModel, T: se3.Matrix, covariance: np.ndarray = OPEN) -> PoseEstimate:
    evidence = Evidence(1.0, 0.0, 0.9)
    return PoseEstimate("box", T, box.size, 0.9, covariance, evidence, True, "", bias=0.5 * covariance)


def turn_left(found: PoseEstimate) -> float:
    """Degrees about the line of sight that are left of the error."""
    return float(np.degrees(abs(se3.tangent(TRUTH, found.T_camera_object)[5])))


def test_a_turn_that_depth_leaves_open_is_found_by_the_rim(box, frame, cue_of):
    before = estimate(box, se3.perturb(TRUTH, OFF))
    found = cue_of().held(before, frame, STILL, BY_CAMERA)
    assert turn_left(found) < 0.6 < 2.9 < turn_left(before)
    assert found.covariance[5, 5] < 0.1 * before.covariance[5, 5]


def test_the_covariance_stays_one_and_never_grows(box, frame, cue_of):
    before = estimate(box, se3.perturb(TRUTH, OFF))
    found = cue_of().held(before, frame, STILL, BY_CAMERA)
    assert np.linalg.eigvalsh(before.covariance - found.covariance).min() > -1e-9
    assert np.linalg.eigvalsh(found.bias).min() > -1e-12
    assert np.linalg.eigvalsh(found.covariance - found.bias).min() > -1e-12


def test_what_depth_knows_well_is_left_to_it(box, frame, cue_of):
    before = estimate(box, se3.perturb(TRUTH, OFF), np.diag([0.001**2] * 3 + [0.01**2] * 3))
    assert cue_of().held(before, frame, STILL, BY_CAMERA) is before


@pytest.mark.parametrize("without", ["colour", "lines"])
def test_without_colour_or_lines_nothing_changes(box, frame, cue_of, without):
    before = estimate(box, se3.perturb(TRUTH, OFF))
    given = replace(frame, color=None) if without == "colour" else frame
    cue = cue_of(lines=0) if without == "lines" else cue_of()
    assert cue.held(before, given, STILL, BY_CAMERA) is before


def test_a_box_of_the_colour_of_the_wall_is_left_to_depth(box, frame, cue_of):
    before = estimate(box, se3.perturb(TRUTH, OFF))
    plain = replace(frame, color=np.full((*CAMERA.shape, 3), 120, np.uint8))
    assert cue_of().held(before, plain, STILL, BY_CAMERA) is before


def test_an_object_out_of_the_image_is_left_to_depth(box, frame, cue_of):
    before = estimate(box, se3.from_rotation_vector([0.0] * 3, [2.0, 0.0, 0.5]))
    assert cue_of().held(before, frame, STILL, BY_CAMERA) is before


def test_colour_that_is_moved_against_depth_moves_the_pose_little(box, frame, cue_of):
    """As where the camera moved between the two images."""
    before = estimate(box, TRUTH)
    late = replace(frame, color=np.roll(frame.color, 4, axis=1))
    found = cue_of().held(before, late, STILL, BY_CAMERA)
    assert np.linalg.norm(se3.tangent(TRUTH, found.T_camera_object)[:3]) < 0.0006
    assert turn_left(found) < 0.6


def test_what_the_object_may_have_turned_between_the_images_is_not_told_by_the_rim(box, frame, cue_of):
    """It turns by six degrees a frame: of the three that are off, half of them may be of the time between."""
    fast = np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.radians(12.0)])
    before = estimate(box, se3.perturb(TRUTH, OFF))
    still = cue_of().held(before, frame, STILL, BY_CAMERA)
    moving = cue_of().held(before, frame, fast, BY_CAMERA)
    assert turn_left(moving) > turn_left(still) + 1.0
    assert moving.covariance[5, 5] > 5.0 * still.covariance[5, 5]


def test_a_hand_before_the_rim_does_not_turn_the_object(box, frame, cue_of):
    depth, color = frame.depth.copy(), frame.color.copy()
    depth[:, 340:] = 0.35
    color[:, 340:] = [200, 170, 30]
    before = estimate(box, TRUTH)
    found = cue_of().held(before, replace(frame, depth=depth, color=color), STILL, BY_CAMERA)
    assert turn_left(found) < 0.8
