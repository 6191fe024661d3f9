"""Facts of a camera -> plain sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.ros.check_rules import CameraFacts, MessageFacts, StreamFacts, observations, problems
from pose_nodes.ros.depth_rules import DepthFacts, depth_facts, depth_problem

SECOND = 1_000_000_000
NOW = 1_800_000_000 * SECOND


def stream(
    topic: str, rate: float = 30.0, shift_s: float = 0.0, age_s: float = 0.02, **changes
) -> StreamFacts:
    """A healthy stream of two seconds; changes go to every message."""
    period = int(SECOND / rate)
    messages = []
    for index in range(int(2 * rate)):
        received = NOW + index * period
        stamp = received - int((age_s - shift_s) * SECOND)
        messages.append(
            replace(MessageFacts(stamp, received, "camera_color_optical_frame", (640, 480)), **changes)
        )
    return StreamFacts(topic, 1, messages=tuple(messages))


def camera(**changes) -> CameraFacts:
    facts = CameraFacts(
        seconds=2.0,
        color=stream("/c/color"),
        depth=stream("/c/depth"),
        info=stream("/c/info"),
        camera=PinholeCamera(600.0, 600.0, 320.0, 240.0, 640, 480),
        distortion="",
        depth_images=(DepthFacts(0.8, 0.9),) * 3,
        segmentation=StreamFacts("/segmentation", 1),
    )
    return replace(facts, **changes)


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_a_healthy_camera_has_no_problem():
    assert problems(camera()) == []
    assert observations(camera())[0] == (
        "/c/color: 60 messages, 30.0 Hz, 640x480, frame 'camera_color_optical_frame'"
    )


def test_a_camera_without_colour_has_no_problem():
    assert problems(camera(color=None)) == []


def test_a_missing_publisher_is_told_with_similar_topics():
    silent = StreamFacts("/c/depth", 0, similar=("/c/aligned/depth",))
    assert only(problems(camera(depth=silent, depth_images=()))) == (
        "/c/depth: no publisher; start the camera driver, or remap the topic (there is /c/aligned/depth)"
    )


def test_a_silent_publisher_is_told():
    found = only(problems(camera(info=StreamFacts("/c/info", 1))))
    assert "has a publisher, but nothing came in 2 s" in found


def test_a_qos_mismatch_is_told_instead_of_silence():
    mismatched = StreamFacts("/c/color", 1, mismatch="/c/color: another reliability")
    assert only(problems(camera(color=mismatched))) == "/c/color: another reliability"


def test_a_refused_encoding_is_told_once():
    found = only(problems(camera(color=stream("/c/color", error="/c/color: encoding 'bayer_rggb8'"))))
    assert found == "/c/color: encoding 'bayer_rggb8'"


def test_sizes_that_differ_are_told():
    found = only(problems(camera(depth=stream("/c/depth", size=(848, 480)))))
    assert "/c/color is 640x480, /c/depth is 848x480, /c/info is 640x480" in found


def test_frames_that_differ_are_told():
    found = only(problems(camera(depth=stream("/c/depth", frame_id="camera_depth_optical_frame"))))
    assert "may not be aligned" in found


def test_intrinsics_of_another_resolution_are_told():
    found = only(problems(camera(camera=PinholeCamera(900.0, 900.0, 640.0, 360.0, 640, 480))))
    assert "K looks like that of another resolution" in found


def test_zero_stamps_are_told():
    zero = stream("/c/info", stamp_ns=0)
    assert "/c/info: header.stamp is zero; the camera driver must stamp its messages" in problems(
        camera(info=zero)
    )


def test_stamps_far_from_the_clock_are_told():
    old = [stream(f"/c/{name}", age_s=3 * 86400.0) for name in ("color", "depth", "info")]
    found = problems(camera(color=old[0], depth=old[1], info=old[2]))
    assert len(found) == 3
    assert "stamps are 3 days behind this computer's clock" in found[0]


def test_stamps_that_go_back_are_told():
    healthy = stream("/c/depth").messages
    shuffled = StreamFacts("/c/depth", 1, messages=(healthy[1], healthy[0], *healthy[2:]))
    assert "stamps go back" in only(problems(camera(depth=shuffled)))


def test_streams_apart_are_told_with_their_distance():
    apart = stream("/c/color", rate=10.0, shift_s=0.05)
    found = only(problems(camera(color=apart, depth=stream("/c/depth", 10.0), info=stream("/c/info", 10.0))))
    assert "/c/color and /c/depth: stamps are 0.050 s apart" in found


def test_a_slow_stream_is_told():
    slow = {name: stream(f"/c/{name}", rate=2.0) for name in ("color", "depth", "info")}
    found = problems(camera(**slow))
    assert len(found) == 3
    assert "only 2.0 messages a second" in found[0]


def test_an_empty_frame_id_is_told():
    nameless = {name: stream(f"/c/{name}", frame_id="") for name in ("color", "depth", "info")}
    assert all("header.frame_id is empty" in sentence for sentence in problems(camera(**nameless)))


def test_distortion_is_told():
    assert only(problems(camera(distortion="D is not zero"))) == "D is not zero"


@pytest.mark.parametrize(
    ("depth", "sentence"),
    [
        (np.full((40, 40), np.nan, np.float32), "no pixel has a depth"),
        (np.full((40, 40), 600.0, np.float32), "median depth reads as 600 m"),
        (np.full((40, 40), 0.0006, np.float32), "median depth reads as 0.0006 m"),
        (
            np.where(np.arange(25600).reshape(160, 160) == 0, np.float32(0.5), np.float32(np.nan)),
            "only 0.1% of",
        ),
    ],
)
def test_depth_that_cannot_carry_a_pose_is_told(depth, sentence):
    facts = depth_facts(depth)
    problem = depth_problem(facts, "/c/depth")
    assert problem is not None and problem.startswith("/c/depth: ") and sentence in problem
    assert problem in problems(camera(depth_images=(facts,)))


def test_sound_depth_has_no_problem():
    assert depth_problem(depth_facts(np.full((40, 40), 0.7, np.float32)), "/c/depth") is None


def test_missing_masks_are_mentioned_but_are_no_problem_of_the_camera():
    facts = camera(segmentation=StreamFacts("/segmentation", 0))
    assert problems(facts) == []
    assert observations(facts)[-1].startswith("/segmentation: no publisher")
