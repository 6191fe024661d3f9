"""tracker_node is paused by its lifecycle, and follows objects with and without the TF of a moving camera."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection3DArray
from visualization_msgs.msg import MarkerArray

from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.geometry import se3
from pose_nodes.msg import InstanceSegmentation, TrackedObject, TrackedObjectArray
from pose_nodes.ros import qos, topics
from pose_nodes.ros.playback import encode_recorded
from pose_nodes.ros.poses import to_transform
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.sequences.bop_scene import BopScene

pytestmark = pytest.mark.ros

NODE = "tracker_node"
PATIENCE_S = 60.0
LARGEST_IDLE_CORES = 0.2
"""Of a node that is paused while its camera goes on; diagnostics go on as well."""


class Session:
    """A tracker of the bunny, its depth images, and all that the tracker says."""

    def __init__(self, probe: Any, start_node: Callable[..., Any]) -> None:
        self.probe = probe
        self.tracks = probe.hear(TrackedObjectArray, topics.TRACKS)
        self.outputs = [
            self.tracks,
            probe.hear(Detection3DArray, topics.POSES),
            probe.hear(TFMessage, "/tf", 100),
            probe.hear(MarkerArray, f"{NODE}/markers"),
        ]
        self.diagnostics = probe.hear(DiagnosticArray, "/diagnostics")
        self._recorded = BopScene(BUNNY_SCENE)[0]
        self._publishers = [
            probe.node.create_publisher(kind, name, qos.reliable())
            for name, kind in (
                (topics.INFO, CameraInfo),
                (topics.DEPTH, Image),
                (topics.SEGMENTATION, InstanceSegmentation),
            )
        ]
        self.node = start_node(
            NODE,
            objects_file=BUNNY_OBJECTS,
            inputs__use_color=False,
            frames__static_frame="odom",
            diagnostic_updater__period=0.2,
        )
        assert probe.until(self.is_heard, PATIENCE_S), self.node.output

    def is_heard(self) -> bool:
        return all(publisher.get_subscription_count() for publisher in self._publishers)

    def show(self) -> int:
        """Publish a frame with its mask, and wait a period; the stamp."""
        messages = encode_recorded(self._recorded, "camera_optical", "rgb8", "16UC1")
        messages.stamp(self.probe.node.get_clock().now().to_msg())
        for publisher, message in zip(
            self._publishers, (messages.info, messages.depth, messages.segmentation), strict=True
        ):
            publisher.publish(message)
        self.probe.spin_for(0.1)
        return messages.stamp_ns

    def track(self) -> TrackedObject:
        """Show the bunny until it is tracked; its entry in the last message."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.show()
            entries = self.tracks[-1].objects if self.tracks else []
            if entries and entries[0].state == TrackedObject.TRACKING:
                return entries[0]
        raise AssertionError(self.node.output)

    def said(self) -> dict[str, str]:
        """What is said last on /diagnostics, by task and by task and key."""
        found = {}
        for status in self.diagnostics[-1].status if self.diagnostics else []:
            task = status.name.removeprefix(f"{NODE}: ")
            found[task] = status.message
            found |= {f"{task}: {value.key}": value.value for value in status.values}
        return found


@pytest.fixture(scope="module")
def session(probe, start_node) -> Session:
    return Session(probe, start_node)


def cores_of(pid: int, session: Session, frames: int) -> float:
    """Processor time per time of a process while frames are shown."""

    def worked() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    begun, before = time.monotonic(), worked()
    for _ in range(frames):
        session.show()
    return (worked() - before) / (time.monotonic() - begun)


def test_without_tf_of_the_static_frame_objects_are_followed_and_it_is_told(session):
    session.track()
    said = "static_frame 'odom': TF has no transform from 'camera_optical'"
    assert session.probe.until(lambda: said in session.said().get("problems", "")), session.said()
    assert "raise frames.static_frame_timeout if it comes late" in session.said()["problems"]
    assert session.node.output.count(said) < 5


def test_with_tf_of_the_static_frame_nothing_is_missed(session):
    stamped = TransformStamped(
        header=Header(frame_id="odom"),
        child_frame_id="camera_optical",
        transform=to_transform(se3.from_rotation_vector([0.1, 0.2, 0.3], [1.0, 2.0, 3.0])),
    )
    static = session.probe.node.create_publisher(TFMessage, "/tf_static", qos.latched())
    static.publish(TFMessage(transforms=[stamped]))
    session.probe.spin_for(0.3)
    session.track()
    count = lambda: session.said()["problems: problem 1"]  # noqa: E731
    session.probe.spin_for(0.5)
    before = count()
    for _ in range(5):
        assert session.track().id == "bunny_0"
    session.probe.spin_for(0.5)
    assert count() == before


def test_diagnostics_tell_stages_memory_and_what_was_lost(session):
    session.track()
    session.probe.spin_for(0.5)
    said = session.said()
    for key in ("image stamp to arrival", "all objects", "one object: evidence"):
        assert said[f"processing: {key}"].startswith("median "), said
    assert float(said["process: memory"].removesuffix(" MB")) > 50
    assert " of the last " in said["transport: /color/camera_info missing"]


def test_a_paused_node_says_nothing_and_frees_the_processor(session):
    session.track()
    assert session.probe.change_state(NODE, "deactivate")
    session.probe.spin_for(0.3)
    for messages in session.outputs:
        messages.clear()
    assert cores_of(session.node.pid, session, 20) < LARGEST_IDLE_CORES
    assert [len(messages) for messages in session.outputs] == [0, 0, 0, 0]
    assert session.said()["configuration"] == "not active" and not session.is_heard()


def test_a_node_that_goes_on_begins_anew(session):
    assert session.probe.change_state(NODE, "activate")
    assert session.probe.until(session.is_heard)
    resumed = session.probe.node.get_clock().now().nanoseconds
    entry = session.track()
    assert entry.id == "bunny_0"
    first = session.tracks[0]
    assert to_nanoseconds(first.header.stamp) > resumed
    assert [each.state for each in first.objects] in ([], [TrackedObject.SEARCHING])
    assert to_nanoseconds(entry.last_supported) > resumed and entry.age.sec < PATIENCE_S
    assert session.node.is_alive and "Traceback" not in session.node.output
