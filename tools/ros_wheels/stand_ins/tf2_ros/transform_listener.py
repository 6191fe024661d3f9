"""Fills a buffer with what others broadcast."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from .buffer import Buffer

_AUTHORITY = "default_authority"


def _qos(durability: DurabilityPolicy) -> QoSProfile:
    return QoSProfile(depth=100, durability=durability, history=HistoryPolicy.KEEP_LAST)


class TransformListener:
    """Listens to /tf and /tf_static."""

    def __init__(
        self,
        buffer: Buffer,
        node: Node,
        *,
        spin_thread: bool = False,
        qos: QoSProfile | int | None = None,
        static_qos: QoSProfile | int | None = None,
    ) -> None:
        """Subscribes with ``node``; with ``spin_thread`` also spins it, in a thread of its own."""
        self.buffer = buffer
        self.node = node
        # Reentrant: a callback of the node may wait for a transform meanwhile.
        self.group = ReentrantCallbackGroup()
        moving = _qos(DurabilityPolicy.VOLATILE) if qos is None else qos
        static = _qos(DurabilityPolicy.TRANSIENT_LOCAL) if static_qos is None else static_qos
        self.tf_sub = node.create_subscription(
            TFMessage, "/tf", self.callback, moving, callback_group=self.group
        )
        self.tf_static_sub = node.create_subscription(
            TFMessage, "/tf_static", self.static_callback, static, callback_group=self.group
        )
        if spin_thread:
            _spin_in_thread(node)

    def unregister(self) -> None:
        """Ends the subscriptions."""
        self.node.destroy_subscription(self.tf_sub)
        self.node.destroy_subscription(self.tf_static_sub)

    def callback(self, data: TFMessage) -> None:
        """Takes transforms that change with time."""
        for transform in data.transforms:
            self.buffer.set_transform(transform, _AUTHORITY)

    def static_callback(self, data: TFMessage) -> None:
        """Takes transforms that hold for all times."""
        for transform in data.transforms:
            self.buffer.set_transform_static(transform, _AUTHORITY)


def _spin_in_thread(node: Node) -> None:
    """Spins ``node`` until its context is shut down."""
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)

    def spin() -> None:
        with suppress(ExternalShutdownException):
            executor.spin()

    Thread(target=spin, daemon=True).start()
