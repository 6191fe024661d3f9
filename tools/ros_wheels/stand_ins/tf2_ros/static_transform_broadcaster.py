"""Publishes transforms that hold for all times."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile
from tf2_msgs.msg import TFMessage


def latched() -> QoSProfile:
    """Late subscribers get the last message."""
    return QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL, history=HistoryPolicy.KEEP_LAST)


class StaticTransformBroadcaster:
    """Sends on /tf_static, each time all it was ever given: latecomers get the last message alone."""

    def __init__(self, node: Node, qos: QoSProfile | int | None = None) -> None:
        """Latched, unless ``qos`` says otherwise."""
        self.pub_tf = node.create_publisher(TFMessage, "/tf_static", latched() if qos is None else qos)
        self._sent: dict[str, TransformStamped] = {}

    def sendTransform(self, transform: TransformStamped | Iterable[TransformStamped]) -> None:
        """Adds one transform or several; a frame that was sent before keeps its first transform."""
        several = [transform] if isinstance(transform, TransformStamped) else list(transform)
        for each in several:
            self._sent.setdefault(each.child_frame_id, each)
        self.pub_tf.publish(TFMessage(transforms=list(self._sent.values())))
