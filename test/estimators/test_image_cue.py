"""Texture holds what depth leaves open, and only that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.image_cue import ImageCue, ImageCueConfig
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.tracking.config import StateConfig
from pose_nodes.tracking.motion_filter import MotionConfig, MotionFilter
from pose_nodes.tracking.track_machine import TrackMachine

CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
T_FIRST = se3.from_rotation_vector([np.pi / 2, 0.0, 0.0], [0.02, -0.01, 0.5])
"""The can stands upright before the camera: its axis is the camera's y."""
PERIOD_NS = 33_000_000
STEP = np.radians(2.0)
SURE = np.diag([0.001**2] * 3 + [0.01**2] * 3)


@pytest.fixture(scope="module")
def can() -> ObjectModel:
    """A can that nobody declared symmetric, as its print is not."""
    mesh = o3d.geometry.TriangleMesh.create_cylinder(0.04, 0.12, 80, 8)
    arrays = TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.triangles).astype(np.int32))
    return build_model("can", arrays, SymmetryGroup.none(), np.random.default_rng(0))


@pytest.fixture(scope="module")
def estimator(can) -> InstanceEstimator:
    return InstanceEstimator(can, InstanceConfig(), np.random.default_rng(0))


@pytest.fixture(scope="module")
def look(can):
    """Makes the n-th frame of a can at a pose, printed with blots (contrast 1) or plain (0)."""
    renderer = DepthRenderer(can.mesh)
    rng = np.random.default_rng(1)
    waves, phases = rng.normal(0.0, 250.0, (30, 3)), rng.uniform(0, 2 * np.pi, 30)

    def frame(index: int, T: se3.Matrix, contrast: float = 1.0, noise: float = 0.001) -> Frame:
        depth = renderer.render(T, CAMERA)
        v, u = np.nonzero(np.isfinite(depth))
        points = se3.transform(se3.inverse(T), CAMERA.unproject(depth, v, u))
        print_ = np.cos(points @ waves.T + phases).sum(axis=1) / np.sqrt(30)
        color = np.full((*CAMERA.shape, 3), 90, np.uint8)
        color[v, u] = np.clip(128 + 50 * contrast * print_, 0, 255).astype(np.uint8)[:, None]
        noisy = depth + np.random.default_rng(index).normal(0, noise, depth.shape)
        return Frame(index * PERIOD_NS, "camera", CAMERA, noisy.astype(np.float32), color)

    return frame


def turned(angle: float) -> se3.Matrix:
    """The can, turned about its own axis."""
    return T_FIRST @ se3.from_rotation_vector([0.0, 0.0, angle])


def known(can: ObjectModel, T: se3.Matrix) -> PoseEstimate:
    return PoseEstimate("can", T, can.size, 0.9, SURE, Evidence(1.0, 0.0, 0.9), True, "", bias=0.5 * SURE)


def follow(estimator, can, look, frames: int, **of_frames) -> tuple[PoseEstimate, float]:
    """The last estimate of a can that turns about its axis, and how far it is off about that, degrees."""
    machine = TrackMachine("can_0", "can", 0, StateConfig(), MotionFilter(MotionConfig()))
    machine.start(known(can, T_FIRST), 0)
    for index in range(1, frames):
        machine.follow(look(index, turned(index * STEP), **of_frames), estimator)
    estimate = machine.snapshot().estimate
    off = se3.inverse(turned((frames - 1) * STEP)) @ estimate.T_camera_object
    return estimate, float(np.degrees(se3.tangent(np.eye(4), off)[5]))


def test_a_printed_can_that_turns_is_followed_by_its_print(estimator, can, look):
    estimate, off = follow(estimator, can, look, 25)
    # In the first frame there is no print to compare with yet, and it turned by two degrees.
    assert abs(off) < 3.0 and estimate.anchors is not None


def test_a_plain_can_slides_and_the_pose_is_not_trusted(estimator, can, look):
    estimate, off = follow(estimator, can, look, 25, contrast=0.0)
    assert abs(off) > 20.0 and estimate.anchors is None
    assert np.degrees(estimate.deviations[1]) > 10.0 and not estimate.verified


def test_without_colour_nothing_changes(estimator, can, look):
    frame = look(0, T_FIRST)
    estimate = estimator.update(Observation(replace(frame, color=None)), known(can, T_FIRST))
    assert estimate.anchors is None


def test_what_hides_the_print_is_not_followed(estimator, can, look):
    """Corners of a hand before the can move with the hand."""
    machine = TrackMachine("can_0", "can", 0, StateConfig(), MotionFilter(MotionConfig()))
    machine.start(known(can, T_FIRST), 0)
    for index in range(1, 12):
        frame = look(index, T_FIRST)
        depth, color = frame.depth.copy(), frame.color.copy()
        hand = slice(180, 300), slice(300 + 3 * index, 345 + 3 * index)
        depth[hand] = 0.35
        color[hand] = np.random.default_rng(7).integers(0, 255, (120, 45, 3))
        machine.follow(replace(frame, depth=depth, color=color), estimator)
    off = se3.inverse(T_FIRST) @ machine.snapshot().estimate.T_camera_object
    assert np.abs(np.degrees(se3.tangent(np.eye(4), off)[3:])).max() < 2.0


def test_images_of_another_size_have_no_corners_in_common(estimator, can, look):
    first = estimator.update(Observation(look(0, T_FIRST)), known(can, T_FIRST))
    assert first.anchors is not None
    half = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
    frame = look(1, T_FIRST)
    smaller = replace(
        frame, camera=half, depth=frame.depth[::2, ::2].copy(), color=frame.color[::2, ::2].copy()
    )
    second = estimator.update(Observation(smaller), first)
    assert second.verified and (second.anchors is None or second.anchors.image.shape == (240, 320))


@pytest.mark.parametrize(("deviation", "becomes_surer"), [(0.03, False), (0.2, True)])
def test_texture_steadies_a_pose_and_makes_only_those_surer_that_depth_hardly_holds(
    can, look, deviation, becomes_surer
):
    tolerance, still = InstanceConfig().tolerance, np.zeros(6)
    cue = ImageCue(PosedObject(can, tolerance), tolerance, 0.5, ImageCueConfig())
    by_depth = np.diag([0.001**2] * 3 + [0.005**2, deviation**2, 0.005**2])
    before = replace(known(can, T_FIRST), covariance=by_depth, bias=0.25 * by_depth)
    first = cue.held(before, look(0, T_FIRST), before, still, np.zeros((6, 6)))
    slid = replace(before, T_camera_object=turned(np.radians(2.0)))
    found = cue.held(
        slid, look(1, T_FIRST), replace(first, covariance=SURE, bias=0.5 * SURE), still, 0.0 * SURE
    )
    assert abs(se3.tangent(T_FIRST, found.T_camera_object)[4]) < np.radians(1.6)
    # Depth errs alike where nothing moved: half of the deviation is left.
    assert (found.deviations[1] < 0.6 * deviation) is becomes_surer
    if not becomes_surer:
        np.testing.assert_array_equal(found.covariance, by_depth)
    for part in (found.bias, found.covariance - found.bias):
        assert np.linalg.eigvalsh(part).min() > -1e-9


def test_where_corners_lead_does_not_depend_on_what_they_drifted_by(can, look):
    """What a pose has them off by since they were chosen, it has them off by in the next frame, too."""
    tolerance, still = InstanceConfig().tolerance, np.zeros(6)
    cue = ImageCue(PosedObject(can, tolerance), tolerance, 0.5, ImageCueConfig())
    open_turn = np.diag([0.001**2] * 3 + [0.005**2, 0.1**2, 0.005**2])
    before = replace(known(can, T_FIRST), covariance=open_turn, bias=0.25 * open_turn)
    anchors = cue.held(before, look(0, T_FIRST), before, still, np.zeros((6, 6))).anchors
    drifted = anchors.settled(T_FIRST @ se3.from_rotation_vector([0.0, 0.0, 0.15], np.zeros(3)), SURE, SURE)
    moved = turned(STEP)
    moved[:3, 3] += [0.012, 0.004, 0.0]
    followed, T = cue.predicted(look(1, moved), replace(before, anchors=drifted), T_FIRST, still)
    assert followed is not None
    assert np.abs(se3.tangent(moved, T)[:3]).max() < 0.002
    assert np.degrees(np.abs(se3.tangent(moved, T)[3:])).max() < 1.0
