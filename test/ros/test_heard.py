"""What is heard of tracks and true poses is what was told."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from hypothesis import given
from hypothesis import strategies as st
from std_msgs.msg import Header

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.demo_data import BUNNY_OBJECTS
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.heard import heard_tracks, heard_truths
from pose_nodes.ros.located import locate
from pose_nodes.ros.playback import encode_truth
from pose_nodes.ros.stamps import to_time
from pose_nodes.ros.tracked_objects import tracked_object_array
from pose_nodes.sequences.recording import GroundTruth

pytestmark = pytest.mark.ros

STAMP = 12_345_678_901
T_CAMERA_BUNNY = se3.from_rotation_vector([0.3, -0.5, 1.1], [0.1, -0.2, 0.7])
EVIDENCE = Evidence(0.9, 0.001, 0.7, contradicted_fraction=0.05)

angles = st.floats(-3.0, 3.0)
vectors = st.tuples(angles, angles, angles)


@pytest.fixture(scope="module")
def library() -> ObjectLibrary:
    return ObjectLibrary.from_file(BUNNY_OBJECTS)


def told_and_heard(state: TrackState, library: ObjectLibrary) -> tuple[Track, Track]:
    covariance = np.diag([1.0, 4.0, 9.0, 0.1, 0.2, 0.3]) * 1e-6
    estimate = PoseEstimate(
        "bunny", T_CAMERA_BUNNY, library["bunny"].size, 0.8, covariance, EVIDENCE, True, "fine"
    )
    posed = state in (TrackState.TRACKING, TrackState.SUSPECT)
    velocity = np.array([0.1, 0.0, 0.2, 0.0, 0.3, 0.5])
    told = Track(
        "bunny_0",
        "bunny",
        state,
        STAMP,
        estimate if posed else None,
        velocity,
        STAMP - 2 * 10**9,
        STAMP,
        "ok",
    )
    located = locate(Header(stamp=to_time(STAMP)), [told], np.eye(4))
    (heard,) = heard_tracks(tracked_object_array(located, library, STAMP))
    return told, heard


@pytest.mark.parametrize("state", list(TrackState))
def test_a_track_survives_the_journey(state, library):
    told, heard = told_and_heard(state, library)
    for name in ("id", "class_name", "state", "stamp_ns", "started_ns", "supported_ns", "reason"):
        assert getattr(heard, name) == getattr(told, name)
    np.testing.assert_allclose(heard.velocity, told.velocity)
    assert (heard.estimate is None) == (told.estimate is None)


def test_a_pose_survives_with_its_evidence(library):
    told, heard = told_and_heard(TrackState.TRACKING, library)
    np.testing.assert_allclose(heard.estimate.T_camera_object, told.estimate.T_camera_object, atol=1e-12)
    np.testing.assert_allclose(heard.estimate.covariance, told.estimate.covariance)
    assert heard.estimate.score == pytest.approx(0.8)
    assert asdict(heard.estimate.evidence) == pytest.approx(asdict(EVIDENCE), nan_ok=True)


@given(vectors, vectors, st.floats(0.0, 1.0))
def test_a_true_pose_survives_the_journey(rotation, translation, visible):
    truth = GroundTruth("bunny", se3.from_rotation_vector(rotation, translation), visible)
    (heard,) = heard_truths(encode_truth([truth], Header()))
    assert heard.class_name == "bunny"
    assert heard.visible_fraction == pytest.approx(visible, abs=1e-6)
    np.testing.assert_allclose(heard.T_camera_object, truth.T_camera_object, atol=1e-9)
