"""Subscriptions to the inputs of a node, which end together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from pose_nodes.ros import qos
from pose_nodes.ros.monitor import TrackerMonitor


class InputSubscriptions:
    """Subscribes to sensor data; once closed it hands on nothing more.

    rclpy's executor of events still brings what was on its way when a subscription was destroyed.
    """

    def __init__(self, node: Node, monitor: TrackerMonitor) -> None:
        """`monitor` is told of what does not fit in quality of service, and of losses."""
        self._node = node
        self._monitor = monitor
        self._subscriptions: list[Any] = []
        self._is_open = True

    def add(self, kind: type, name: str, take: Callable[[Any], None]) -> None:
        """Hand on each message of a topic, whose name is resolved by the node."""

        def take_while_open(message: Any) -> None:
            if self._is_open:
                take(message)

        subscription = self._node.create_subscription(
            kind,
            name,
            take_while_open,
            qos.sensor_data(),
            event_callbacks=self._monitor.qos.of_subscription(self._node.resolve_topic_name(name)),
            qos_overriding_options=qos.overridable(),
        )
        self._subscriptions.append(subscription)

    def close(self) -> None:
        """Unsubscribe."""
        self._is_open = False
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
