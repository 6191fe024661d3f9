"""player_node in a process of its own."""

from __future__ import annotations

import signal

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Bool

from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.msg import InstanceSegmentation, TrackedObjectArray
from pose_nodes.ros import qos
from pose_nodes.ros.images import decode_color, decode_depth
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.sequences.bop_scene import BopScene

pytestmark = pytest.mark.ros

MS = 1_000_000


class Heard:
    """All that a player publishes."""

    def __init__(self, probe) -> None:
        images = qos.reliable(50)
        self.color = probe.hear(Image, "color/image_raw", images)
        self.depth = probe.hear(Image, "aligned_depth_to_color/image_raw", images)
        self.info = probe.hear(CameraInfo, "color/camera_info", images)
        self.segmentation = probe.hear(InstanceSegmentation, "segmentation", qos.reliable(50))
        self.truth = probe.hear(TrackedObjectArray, "player_node/truth", qos.reliable(50))
        self.finished = probe.hear(Bool, "player_node/finished", qos.latched())


def stamps_ms(messages) -> list[int]:
    return [to_nanoseconds(message.header.stamp) // MS for message in messages]


@pytest.fixture(scope="module")
def once(start_node, probe) -> tuple[Heard, int, str]:
    """One lap, played reliably with recorded stamps; the player's exit code and output."""
    heard = Heard(probe)
    player = start_node(
        "player_node",
        folder=BUNNY_SCENE,
        rate=50.0,
        use_recorded_stamps=True,
        reliable=True,
        wait_for_subscribers=1,
        publish_truth=True,
        exit_when_done=True,
        segmentation__every=5,
        segmentation__delay=0.1,
    )
    assert probe.until(lambda: not player.is_alive, 40.0), player.output
    return heard, player.wait(1.0), player.output


def test_every_frame_of_the_recording_is_played_once(once):
    heard, exit_code, output = once
    expected = [1000 + 20 * index for index in range(36)]
    assert exit_code == 0 and "played 36 frames" in output
    assert stamps_ms(heard.color) == stamps_ms(heard.depth) == stamps_ms(heard.info) == expected
    assert stamps_ms(heard.truth) == expected


def test_the_images_are_those_of_the_recording(once):
    heard, _, _ = once
    recorded = BopScene(BUNNY_SCENE)[7].frame
    assert np.array_equal(decode_color(heard.color[7], ""), recorded.color)
    assert np.allclose(decode_depth(heard.depth[7], ""), recorded.depth, atol=1e-6, equal_nan=True)
    assert heard.depth[7].header.frame_id == "camera_color_optical_frame"


def test_every_fifth_mask_comes_late_with_the_stamp_of_its_image(once):
    heard, _, _ = once
    assert stamps_ms(heard.segmentation) == [1000 + 20 * index for index in range(0, 36, 5)]


def test_the_end_is_told(once):
    heard, _, _ = once
    assert [message.data for message in heard.finished] == [True]


@pytest.mark.parametrize("keep", [False, True])
def test_a_loop_goes_on_and_a_signal_ends_it_without_traceback(start_node, probe, keep):
    heard = Heard(probe)
    player = start_node("player_node", folder=BUNNY_SCENE, rate=100.0, loop=True, reliable=True, keep=keep)
    # No two images of the recording are alike; a process that is slow may miss some.
    assert probe.until(lambda: any(later.data == heard.depth[0].data for later in heard.depth[1:]), 60.0)
    assert stamps_ms(heard.info) == sorted(stamps_ms(heard.info))  # the clock's stamps go on
    assert heard.finished == []
    assert player.stop(signal.SIGTERM) == 0
    assert "Traceback" not in player.output


def test_a_missing_folder_ends_a_player_that_is_to_exit(start_node, probe):
    player = start_node("player_node", folder="/nowhere", exit_when_done=True)
    assert probe.until(lambda: not player.is_alive, 60.0)
    assert player.wait(1.0) == 2
    assert "/nowhere" in player.output and "Traceback" not in player.output


def test_a_player_can_be_mended_and_started_by_a_manager(start_node, probe):
    from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
    from rcl_interfaces.srv import SetParameters

    player = start_node("player_node", folder="/nowhere", autostart=False, reliable=True, rate=50.0)
    assert probe.lifecycle_state("player_node") == "unconfigured"
    assert not probe.change_state("player_node", "configure")
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=str(BUNNY_SCENE))
    request = SetParameters.Request(parameters=[Parameter(name="folder", value=value)])
    assert probe.call(SetParameters, "/player_node/set_parameters", request).results[0].successful
    assert probe.change_state("player_node", "configure")
    heard = Heard(probe)
    assert probe.change_state("player_node", "activate")
    assert probe.until(lambda: len(heard.depth) > 3, 60.0)
    assert probe.change_state("player_node", "deactivate")
    assert probe.lifecycle_state("player_node") == "inactive"
    assert player.stop() == 0


def test_a_player_that_is_stopped_again_and_again_stays_alive(start_node, probe):
    # At this rate the next frame is due whenever playing stops.
    player = start_node("player_node", folder=BUNNY_SCENE, autostart=False, loop=True, keep=True, rate=240.0)
    assert probe.change_state("player_node", "configure")
    for _ in range(5):
        assert probe.change_state("player_node", "activate")
        assert probe.change_state("player_node", "deactivate")
        assert player.is_alive, player.output
    assert probe.lifecycle_state("player_node") == "inactive"
    assert player.stop() == 0
