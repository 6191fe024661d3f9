"""A node that hears a player and a tracker and keeps plain data of it: for the demo and for measurements."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Bool
from vision_msgs.msg import Detection3DArray

from pose_nodes.core.track import Track
from pose_nodes.msg import TrackedObjectArray
from pose_nodes.ros import qos
from pose_nodes.ros.executor import make_executor, spin_once
from pose_nodes.ros.heard import heard_tracks, heard_truths
from pose_nodes.ros.images import decode_color
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.ros.topics import COLOR, DEPTH, INFO, POSES, TRACKS
from pose_nodes.sequences.recording import GroundTruth

PLAYER, TRACKER = "/player_node", "/tracker_node"


@dataclass(frozen=True, eq=False)
class HeardFrame:
    """The tracks that a tracker told for the image of one stamp, nanoseconds."""

    stamp_ns: int
    tracks: list[Track]


class Listener:
    """Hears what the nodes of this DDS domain publish; use it as a context manager, and spin it.

    Attributes:
        frames: tracks as they came; whoever handles one takes it out.
        pictures: overlays, (stamp in nanoseconds, (h, w, 3) uint8 RGB); to be taken out, too.
        truths: true poses by stamp, in the order of the images.
        latencies: seconds from the image's stamp to its object_poses arriving here, by stamp.
        detections: how many poses these told, by stamp.
        diagnostics: what nodes tell of themselves, as it was told last: values by key, by name of the line.
        images: the stamps of the images that arrived, by topic; filled with `hear_images` alone.
        finished: whether the player is at its end.
    """

    def __init__(self, hear_images: bool = False, hear_overlay: bool = False) -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._node = Node("listener", context=self._context)
        self._executor = make_executor(self._context)
        self._executor.add_node(self._node)
        self.frames: deque[HeardFrame] = deque()
        self.pictures: deque[tuple[int, NDArray[np.uint8]]] = deque()
        self.truths: dict[int, list[GroundTruth]] = {}
        self.latencies: dict[int, float] = {}
        self.detections: dict[int, int] = {}
        self.diagnostics: dict[str, dict[str, str]] = {}
        self.images: dict[str, set[int]] = {}
        self.finished = False
        self._hear(TrackedObjectArray, f"{PLAYER}/truth", self._take_truth, qos.reliable(100))
        self._hear(Bool, f"{PLAYER}/finished", self._take_end, qos.latched())
        self._hear(TrackedObjectArray, TRACKS, self._take_tracks, qos.reliable(100))
        self._hear(Detection3DArray, POSES, self._take_poses, qos.reliable(100))
        self._hear(DiagnosticArray, "/diagnostics", self._take_diagnostics, qos.reliable())
        if hear_overlay:
            self._hear(Image, f"{TRACKER}/overlay", self._take_picture, qos.reliable(2))
        if hear_images:
            for topic, kind in ((COLOR, Image), (DEPTH, Image), (INFO, CameraInfo)):
                self._hear(kind, topic, self._image_counter(topic), qos.sensor_data())

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_error: object) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def spin_once(self, timeout_s: float) -> None:
        """Take what comes next; returns after the timeout when nothing does."""
        spin_once(self._executor, timeout_s)

    def _hear(self, kind: type, topic: str, take: Callable[[Any], None], profile: Any) -> None:
        self._node.create_subscription(kind, topic, take, profile)

    def _take_truth(self, message: TrackedObjectArray) -> None:
        self.truths[to_nanoseconds(message.header.stamp)] = heard_truths(message)

    def _take_end(self, message: Bool) -> None:
        self.finished = bool(message.data)

    def _take_tracks(self, message: TrackedObjectArray) -> None:
        self.frames.append(HeardFrame(to_nanoseconds(message.header.stamp), heard_tracks(message)))

    def _take_poses(self, message: Detection3DArray) -> None:
        stamp_ns = to_nanoseconds(message.header.stamp)
        self.latencies[stamp_ns] = (self._node.get_clock().now().nanoseconds - stamp_ns) * 1e-9
        self.detections[stamp_ns] = len(message.detections)

    def _take_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            self.diagnostics[status.name] = {value.key: value.value for value in status.values}

    def _take_picture(self, message: Image) -> None:
        pixels = decode_color(message, f"{TRACKER}/overlay")
        self.pictures.append((to_nanoseconds(message.header.stamp), pixels))

    def _image_counter(self, topic: str) -> Callable[[Any], None]:
        stamps = self.images.setdefault(topic, set())
        return lambda message: stamps.add(to_nanoseconds(message.header.stamp))
