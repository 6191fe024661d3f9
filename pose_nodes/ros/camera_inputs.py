"""The camera's topics -> Frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.ros.camera_info import distortion_warning
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.depth_rules import depth_facts, depth_problem
from pose_nodes.ros.frame_changes import FrameChanges
from pose_nodes.ros.frames import CameraTopics, decode_frame
from pose_nodes.ros.input_subscriptions import InputSubscriptions
from pose_nodes.ros.monitor import TrackerMonitor
from pose_nodes.ros.stamp_order import Arrival, StampOrder
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.ros.synchroniser import Synchroniser
from pose_nodes.ros.topics import COLOR, DEPTH, INFO


def camera_topics(node: Node, use_color: bool) -> CameraTopics:
    """The full names of the topics, after namespace and remapping."""
    color = node.resolve_topic_name(COLOR) if use_color else None
    return CameraTopics(color, node.resolve_topic_name(DEPTH), node.resolve_topic_name(INFO))


class CameraInputs:
    """Subscribes to a camera and hands on each moment as a frame; bad input becomes a reported problem."""

    def __init__(
        self,
        node: Node,
        config: TrackerNodeConfig,
        monitor: TrackerMonitor,
        on_frame: Callable[[Frame], None],
        on_restart: Callable[[], None],
    ) -> None:
        """`on_restart` is called before the first frame after stamps went back by more than a second."""
        self._node = node
        self._monitor = monitor
        self._on_frame = on_frame
        self._on_restart = on_restart
        self._rectified = config.inputs.rectified
        self._topics = camera_topics(node, config.inputs.use_color)
        self._order = StampOrder()
        topic = self._topics.color or self._topics.depth
        self._changes = FrameChanges(topic, self._topics.info)
        streams = [COLOR, DEPTH, INFO] if config.inputs.use_color else [DEPTH, INFO]
        handler = self._on_color_set if config.inputs.use_color else partial(self._on_set, None)
        sync = config.synchronisation
        self._synchroniser = Synchroniser(streams, sync.slop, sync.queue_size, handler)
        monitor.synchronisation = self._synchroniser.statistics
        self._subscriptions = InputSubscriptions(node, monitor)
        for stream in streams:
            kind = CameraInfo if stream == INFO else Image
            self._subscriptions.add(
                kind, stream, partial(self._take, stream, node.resolve_topic_name(stream))
            )

    def close(self) -> None:
        """Unsubscribe."""
        self._subscriptions.close()
        self._monitor.synchronisation = None

    def _take(self, stream: str, topic: str, message: Any) -> None:
        self._monitor.arrivals[topic].tick()
        self._monitor.gaps[topic].add(to_nanoseconds(message.header.stamp))
        self._synchroniser.add(stream, message)

    def _on_color_set(self, color: Image, depth: Image, info: CameraInfo) -> None:
        self._on_set(color, depth, info)

    def _on_set(self, color: Image | None, depth: Image, info: CameraInfo) -> None:
        try:
            frame = decode_frame(color, depth, info, self._topics, self._rectified)
        except InvalidInputError as error:
            self._monitor.problems.report(str(error))
            return
        self._inspect(frame, color, depth, info)
        arrival = self._order.judge(frame.stamp_ns)
        if arrival is Arrival.STALE:
            self._monitor.stale_frames += 1
            self._monitor.problems.report(
                f"{self._topics.color or self._topics.depth}: images come twice or out of order, and those "
                "that are not newer than the last are left out; look whether two cameras or players publish "
                "there",
                "stale",
            )
            return
        self._monitor.arrival.add((self._node.get_clock().now().nanoseconds - frame.stamp_ns) * 1e-9)
        if arrival is Arrival.RESTART:
            self._on_restart()
        for kind, sentence in self._changes.see(frame).items():
            self._monitor.problems.report(sentence, kind)
        self._on_frame(frame)

    def _inspect(self, frame: Frame, color: Image | None, depth: Image, info: CameraInfo) -> None:
        self._monitor.image_shape = frame.camera.shape
        self._monitor.depth = depth_facts(frame.depth)
        topics = self._topics
        for kind, problem in (
            ("depth", depth_problem(self._monitor.depth, topics.depth)),
            ("distortion", distortion_warning(info, topics.info, self._rectified)),
            ("frames", _frame_id_warning(color, depth, topics)),
        ):
            if problem is not None:
                self._monitor.problems.report(problem, kind)


def _frame_id_warning(color: Image | None, depth: Image, topics: CameraTopics) -> str | None:
    if color is None or color.header.frame_id == depth.header.frame_id:
        return None
    return (
        f"{topics.depth}: its frame '{depth.header.frame_id}' is not the colour image's "
        f"'{color.header.frame_id}', so it may not be aligned; use depth that is aligned to colour "
        "(align_depth.enable of the RealSense driver)"
    )
