"""The segmentation topics -> Segments of one stamp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import Image

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.segment import Segment
from pose_nodes.msg import InstanceSegmentation
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.input_subscriptions import InputSubscriptions
from pose_nodes.ros.monitor import TrackerMonitor
from pose_nodes.ros.name_table import parse_name_table
from pose_nodes.ros.segmentation import decode_instances, decode_label_image, size_problem
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.ros.topics import LABELS, SEGMENTATION


class SegmentationInputs:
    """Subscribes to masks, in both forms, and hands them on; bad input becomes a reported problem."""

    def __init__(
        self,
        node: Node,
        config: TrackerNodeConfig,
        monitor: TrackerMonitor,
        on_segments: Callable[[int, list[Segment]], None],
    ) -> None:
        """`on_segments` gets the stamp of the segmented image, nanoseconds, and its segments."""
        self._node = node
        self._monitor = monitor
        self._on_segments = on_segments
        self._classes = parse_name_table(config.segmentation.label_classes, "segmentation.label_classes")
        self._subscriptions = InputSubscriptions(node, monitor)
        self._subscriptions.add(InstanceSegmentation, SEGMENTATION, self._on_instances)
        self._subscriptions.add(Image, LABELS, self._on_labels)

    def close(self) -> None:
        """Unsubscribe."""
        self._subscriptions.close()

    def _on_instances(self, message: InstanceSegmentation) -> None:
        topic = self._node.resolve_topic_name(SEGMENTATION)
        try:
            segments, problems = decode_instances(message, topic)
        except InvalidInputError as error:
            segments, problems = [], [str(error)]
        for problem in problems:
            self._monitor.problems.report(problem)
        self._hand_on(message, segments, topic)

    def _on_labels(self, message: Image) -> None:
        topic = self._node.resolve_topic_name(LABELS)
        try:
            segments = decode_label_image(message, topic, self._classes)
        except InvalidInputError as error:
            self._monitor.problems.report(str(error))
            segments = []
        self._hand_on(message, segments, topic)

    def _hand_on(self, message: Any, segments: list[Segment], topic: str) -> None:
        self._monitor.masks.tick()
        problem = size_problem(segments, self._monitor.image_shape, topic)
        if problem is not None:
            self._monitor.problems.report(problem)
        elif segments:
            self._on_segments(to_nanoseconds(message.header.stamp), segments)
