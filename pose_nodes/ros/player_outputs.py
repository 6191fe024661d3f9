"""The topics of a played recording."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from rclpy.lifecycle import LifecycleNode, LifecyclePublisher
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Bool

from pose_nodes.msg import InstanceSegmentation, TrackedObjectArray
from pose_nodes.ros import qos
from pose_nodes.ros.playback import RecordedMessages
from pose_nodes.ros.player_config import PlayerConfig
from pose_nodes.ros.topics import COLOR, DEPTH, INFO, SEGMENTATION

_DELAY_POLL_S = 0.005


class PlayerOutputs:
    """Publishes frames on the topics of a camera and of a segmenter."""

    def __init__(self, node: LifecycleNode, config: PlayerConfig) -> None:
        self._node = node
        self._config = config
        images = qos.reliable if config.reliable else qos.sensor_data
        self._color = self._publisher(Image, COLOR, images())
        self._depth = self._publisher(Image, DEPTH, images())
        self._info = self._publisher(CameraInfo, INFO, images())
        self._segmentation = self._publisher(InstanceSegmentation, SEGMENTATION, qos.reliable())
        self._truth = self._publisher(TrackedObjectArray, "~/truth", qos.reliable())
        self._finished = self._publisher(Bool, "~/finished", qos.latched())
        self._late: deque[tuple[float, InstanceSegmentation]] = deque()
        self._timer = (
            node.create_timer(_DELAY_POLL_S, self._publish_late) if config.segmentation.delay > 0 else None
        )

    def subscribers(self) -> int:
        """How many nodes would receive depth and, if they are published, masks."""
        counts = [self._depth.get_subscription_count()]
        if self._config.segmentation.publish:
            counts.append(self._segmentation.get_subscription_count())
        return min(counts)

    def publish(self, messages: RecordedMessages, number: int) -> None:
        """Publish one frame; `number` counts the frames since the start."""
        if self._config.publish_truth:
            self._truth.publish(messages.truth)
        self._info.publish(messages.info)
        if messages.color is not None:
            self._color.publish(messages.color)
        self._depth.publish(messages.depth)
        if self._config.segmentation.publish and number % self._config.segmentation.every == 0:
            self._publish_masks(messages.segmentation)

    def finish(self) -> None:
        """Tell, also those who come later, that the recording is over."""
        self._finished.publish(Bool(data=True))

    def close(self) -> None:
        """End the publishers; masks that wait are not published any more."""
        self._late.clear()
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
        for publisher in (
            self._color,
            self._depth,
            self._info,
            self._segmentation,
            self._truth,
            self._finished,
        ):
            self._node.destroy_lifecycle_publisher(publisher)

    def _publisher(self, kind: type, name: str, profile: QoSProfile) -> LifecyclePublisher:
        return self._node.create_lifecycle_publisher(
            kind, name, profile, qos_overriding_options=qos.overridable()
        )

    def _publish_masks(self, message: InstanceSegmentation) -> None:
        if self._timer is None:
            self._segmentation.publish(message)
        else:
            self._late.append((time.monotonic() + self._config.segmentation.delay, message))

    def _publish_late(self) -> None:
        while self._late and self._late[0][0] <= time.monotonic():
            self._segmentation.publish(self._late.popleft()[1])


def stable_for(seconds: float, clock: Callable[[], float] = time.monotonic) -> Callable[[bool], bool]:
    """A function that is true once it was told true for so long without a break."""
    since: list[float] = []

    def judge(holds: bool) -> bool:
        if not holds:
            since.clear()
            return False
        since.append(clock())
        del since[1:]
        return clock() - since[0] >= seconds

    return judge
