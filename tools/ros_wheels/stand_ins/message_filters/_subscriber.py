"""Where messages come into a chain of filters."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node

from ._simple_filter import SimpleFilter


class Subscriber(SimpleFilter):
    """Hands on what a subscription receives."""

    def __init__(self, node: Node, msg_type: type, topic: str, **options: Any) -> None:
        """``options`` are those of ``Node.create_subscription``; ``qos_profile`` is 10 by default."""
        super().__init__()
        self.node = node
        self.topic = topic
        self.sub = node.create_subscription(msg_type, topic, self.callback, **{"qos_profile": 10, **options})

    def callback(self, msg: Any) -> None:
        """Hands on one message."""
        self.signalMessage(msg)

    def getTopic(self) -> str:
        """The topic as it was given."""
        return self.topic
