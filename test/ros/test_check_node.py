"""check_node, on a camera that player_node plays and on cameras that are broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.ros import qos
from pose_nodes.ros.images import encode_image

pytestmark = pytest.mark.ros

DEPTH = "aligned_depth_to_color/image_raw"


def check(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pose_nodes.nodes.check_node", "--seconds", "1", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def player(start_node, probe):
    process = start_node("player_node", folder=BUNNY_SCENE, rate=15.0, loop=True)
    assert probe.until(lambda: probe.node.count_publishers(f"/{DEPTH}") > 0, 60.0), process.output
    return process


def test_a_sound_camera_passes(player):
    process = check("--camera", "")
    text = process.communicate(timeout=90)[0]
    assert process.returncode == 0, text
    assert text.endswith("all fine\n")
    assert "/color/image_raw: " in text and "640x480, frame 'camera_color_optical_frame'" in text


def test_a_camera_under_another_name_is_named(player):
    process = check()  # listens to /camera/camera
    text = process.communicate(timeout=90)[0]
    assert process.returncode == 2
    assert f"problem: /camera/camera/{DEPTH}: no publisher" in text
    assert f"(there is /{DEPTH}" in text
    assert "3 problems found" in text


def test_a_qos_that_does_not_match_is_told(player):
    override = "qos_overrides./color/image_raw.subscription.reliability:=reliable"
    process = check("--camera", "", "--ros-args", "-p", override)
    text = process.communicate(timeout=90)[0]
    assert process.returncode == 2
    assert "problem: /color/image_raw: a publisher offers another reliability" in text
    assert "1 problem found" in text


@pytest.fixture
def broken(probe) -> Callable[..., str]:
    """What the check says of a camera that publishes given messages at 20 Hz, stamped when sent."""

    def run(color: Image, depth: Image, info: CameraInfo) -> str:
        messages = {"color/image_raw": color, DEPTH: depth, "color/camera_info": info}
        publishers = {
            name: probe.node.create_publisher(type(message), f"/bad/{name}", qos.sensor_data())
            for name, message in messages.items()
        }

        def publish() -> None:
            stamp = probe.node.get_clock().now().to_msg()
            for name, publisher in publishers.items():
                messages[name].header = Header(stamp=stamp, frame_id="camera")
                publisher.publish(messages[name])

        timer = probe.node.create_timer(0.05, publish)
        process = check("--camera", "/bad")
        assert probe.until(lambda: process.poll() is not None, 30.0)
        probe.node.destroy_timer(timer)
        for publisher in publishers.values():
            probe.node.destroy_publisher(publisher)
        text = process.communicate()[0]
        assert process.returncode == 2, text
        return text

    return run


def info(**fields) -> CameraInfo:
    K = [600.0, 0.0, 32.0, 0.0, 600.0, 24.0, 0.0, 0.0, 1.0]
    return CameraInfo(**({"width": 64, "height": 48, "k": K} | fields))


def test_several_faults_are_told_together(broken):
    color = encode_image(np.zeros((48, 64), np.uint8), "bayer_rggb8", Header())
    depth = encode_image(np.zeros((24, 32), np.uint16), "16UC1", Header())
    text = broken(color, depth, info(k=[0.0] * 9))
    assert "problem: /bad/color/image_raw: encoding 'bayer_rggb8' is not one of rgb8" in text
    assert f"problem: /bad/{DEPTH}: no pixel has a depth" in text
    assert "problem: /bad/color/camera_info: camera intrinsics: fx=0" in text
    assert f"/bad/{DEPTH} is 32x24" in text
    assert "4 problems found" in text


def test_depth_in_the_wrong_unit_is_told(broken):
    color = encode_image(np.zeros((48, 64, 3), np.uint8), "rgb8", Header())
    depth = encode_image(np.full((48, 64), 650.0, np.float32), "32FC1", Header())  # millimetres
    text = broken(color, depth, info(d=[0.1, 0.0, 0.0, 0.0, 0.0]))
    assert "the median depth reads as 650 m, so its scale looks wrong" in text
    assert "the lens distortion D is not zero" in text
    assert "2 problems found" in text
