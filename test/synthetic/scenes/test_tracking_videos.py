"""The videos show what they promise, and the tracker has no wrong pose in them that it trusts."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.track import TrackState
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.summary import Tolerance
from pose_nodes.metrics.tracking_score import TrackingScore
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.synthetic.scenes.contact import deepest_penetration
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.tracking_videos import MOTIONS, tracking_video
from pose_nodes.synthetic.scenes.videos import Video
from pose_nodes.synthetic.sensor.config import AxialNoiseConfig, DepthSensorConfig
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.tracker import Tracker

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")

CAMERA = PinholeCamera(450.0, 450.0, 159.5, 119.5, 320, 240)
TOLERANCE = Tolerance(0.01, np.deg2rad(5.0))
NOISY = Sensors(DepthSensorConfig(axial_noise=AxialNoiseConfig(constant=0.001, quadratic=0.002)))
"""Noise that grows with the square of the distance, as that of triangulation."""


@pytest.fixture(scope="module")
def model(lump):
    return build_model("lump", lump)


@pytest.fixture(scope="module")
def models(model, block) -> list[ObjectModel]:
    return [model, build_model("block", block)]


def fractions(video: Video) -> np.ndarray:
    """(frames, objects) shares that are seen."""
    return np.array([[truth.visible_fraction for truth in recorded.truths] for recorded in video.frames()])


@pytest.mark.parametrize("motion", MOTIONS)
def test_all_objects_are_in_view_at_first_and_at_last(models, motion):
    video = tracking_video(motion, models, CAMERA, seed=0, rate_hz=5.0)
    least = {"gripped": 0.4, "clutter": 0.2}.get(motion, 0.9)
    assert len(video) == 30
    assert min(truth.visible_fraction for truth in video[0].truths) >= least
    assert min(truth.visible_fraction for truth in video[29].truths) >= least
    again = tracking_video(motion, models, CAMERA, seed=0, rate_hz=5.0)
    np.testing.assert_array_equal(video[7].frame.depth, again[7].frame.depth)


def test_look_alikes_pass_before_and_behind_each_other_without_touching(model):
    video = tracking_video("crossing", [model], CAMERA, seed=0, rate_hz=10.0)
    assert [truth.instance_id for truth in video[0].truths] == ["lump_0", "lump_1", "lump_2"]
    seen = fractions(video)
    assert seen[0].min() == seen[-1].min() == 1.0
    # The one in front is never hidden; both others are in part.
    assert seen[:, 1].min() == 1.0 and seen[:, [0, 2]].min(axis=0).max() < 0.85
    for index in range(0, len(video), 6):
        scene = video.render(index).scene
        assert deepest_penetration([(one.mesh, one.T_world_object) for one in scene.objects]) < 0
    first, last = (video[index].truths for index in (0, -1))
    order = [[truth.T_camera_object[0, 3] for truth in truths] for truths in (first, last)]
    assert np.argsort(order[0]).tolist() == [1, 0, 2] and np.argsort(order[1]).tolist() == [2, 0, 1]


def test_clutter_shows_every_object_once_and_hides_parts_of_some(models):
    video = tracking_video("clutter", models, CAMERA, seed=1, rate_hz=5.0)
    assert [truth.class_name for truth in video[0].truths] == ["lump", "block"]
    assert list(video.library().names) == ["lump", "block"]


def test_the_border_cuts_the_object_for_a_second(model):
    seen = fractions(tracking_video("cut by border", [model], CAMERA, seed=0, rate_hz=10.0))[:, 0]
    assert np.count_nonzero((seen > 0.3) & (seen < 0.7)) >= 10 and seen.min() > 0.2 and seen[-1] == 1.0


def test_the_gripper_hides_a_part_moves_with_the_object_and_does_not_touch_it(model):
    video = tracking_video("gripped", [model], CAMERA, seed=0, rate_hz=5.0)
    seen = fractions(video)[:, 0]
    assert 0.3 < seen.min() and seen.max() < 0.95
    relative = []
    for index in (0, 15, 29):
        thing, gripper = video.render(index).scene.objects
        pair = [(one.mesh, one.T_world_object) for one in (thing, gripper)]
        assert deepest_penetration(pair) < 0
        relative.append(se3.inverse(thing.T_world_object) @ gripper.T_world_object)
    np.testing.assert_allclose(relative[1:], relative[:1] * 2, atol=1e-12)


def test_the_plate_hides_80_percent_for_two_seconds(model):
    video = tracking_video("occluded", [model], CAMERA, seed=0, rate_hz=10.0)
    seen = np.array([recorded.truths[0].visible_fraction for recorded in video.frames()])
    assert np.count_nonzero(seen < 0.25) >= 20 and 0.1 < seen.min()


def test_out_and_back_is_out_for_a_second(model):
    video = tracking_video("out and back", [model], CAMERA, seed=0, rate_hz=10.0)
    seen = np.array([recorded.truths[0].visible_fraction for recorded in video.frames()])
    assert np.count_nonzero(seen == 0.0) >= 10


def test_an_unknown_motion_is_named(model):
    with pytest.raises(InvalidInputError, match="motion 'dance' is unknown; use one of hand-held"):
        tracking_video("dance", [model], CAMERA, seed=0)
    with pytest.raises(InvalidInputError, match="there is no object"):
        tracking_video("fast", [], CAMERA, seed=0)


@pytest.mark.parametrize(
    ("motion", "seconds", "masks_every"), [("fast", 1.0, 10), ("occluded", 5.6, 10), ("out and back", 5.6, 8)]
)
def test_the_tracker_trusts_no_wrong_pose_and_finds_again_what_it_lost(
    bunny_model, motion, seconds, masks_every
):
    video = tracking_video(motion, [bunny_model], CAMERA, 0, seconds, rate_hz=15.0, sensors=NOISY)
    tracker, score = Tracker(video.library(), TrackerConfig()), TrackingScore(video.library(), TOLERANCE)
    for recorded in video.frames():
        has_masks = recorded.index % masks_every == 0
        tracks = tracker.update(recorded.frame, recorded.segments if has_masks else [])
        errors = score.add(tracks, recorded.truths)
    summary = score.summaries()["bunny"]
    assert summary.wrong == 0.0
    assert summary.errors.within == pytest.approx(summary.errors.posed / summary.errors.frames)
    assert [track.state for track in tracks] == [TrackState.TRACKING]
    assert TOLERANCE.holds(next(iter(errors.values())))
