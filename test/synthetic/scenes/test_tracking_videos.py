"""The videos show what they promise, and the tracker has no wrong pose in them that it trusts."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.track import TrackState
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.summary import Tolerance
from pose_nodes.metrics.tracking_score import TrackingScore
from pose_nodes.objects.model import build_model
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.tracking_videos import MOTIONS, tracking_video
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


@pytest.mark.parametrize("motion", MOTIONS)
def test_the_object_is_in_view_at_first_and_at_last(model, motion):
    video = tracking_video(motion, model, CAMERA, seed=0, rate_hz=5.0)
    assert video[0].truths[0].visible_fraction == 1.0 and len(video) == 30
    assert video[29].truths[0].visible_fraction > 0.9
    np.testing.assert_array_equal(
        video[7].frame.depth, tracking_video(motion, model, CAMERA, seed=0, rate_hz=5.0)[7].frame.depth
    )


def test_the_plate_hides_80_percent_for_two_seconds(model):
    video = tracking_video("occluded", model, CAMERA, seed=0, rate_hz=10.0)
    seen = np.array([recorded.truths[0].visible_fraction for recorded in video.frames()])
    assert np.count_nonzero(seen < 0.25) >= 20 and 0.1 < seen.min()


def test_out_and_back_is_out_for_a_second(model):
    video = tracking_video("out and back", model, CAMERA, seed=0, rate_hz=10.0)
    seen = np.array([recorded.truths[0].visible_fraction for recorded in video.frames()])
    assert np.count_nonzero(seen == 0.0) >= 10


def test_an_unknown_motion_is_named(model):
    with pytest.raises(InvalidInputError, match="motion 'dance' is unknown; use one of hand-held"):
        tracking_video("dance", model, CAMERA, seed=0)


@pytest.mark.parametrize(
    ("motion", "seconds", "masks_every"), [("fast", 1.0, 10), ("occluded", 5.6, 10), ("out and back", 5.6, 8)]
)
def test_the_tracker_trusts_no_wrong_pose_and_finds_again_what_it_lost(
    bunny_model, motion, seconds, masks_every
):
    video = tracking_video(motion, bunny_model, CAMERA, 0, seconds, rate_hz=15.0, sensors=NOISY)
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
