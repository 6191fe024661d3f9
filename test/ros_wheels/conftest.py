"""What the contract tests share; where ROS is installed they run on the genuine packages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

SpinUntil = Callable[..., bool]


@pytest.fixture
def node(ros_domain_id: int) -> Iterator[object]:
    """A node of its own context."""
    import rclpy

    rclpy.init()
    made = rclpy.create_node("contract")
    yield made
    made.destroy_node()
    rclpy.shutdown()


@pytest.fixture
def spin_until(node) -> SpinUntil:
    """Spins the node until something is so; False when that takes longer than it may."""
    import rclpy

    def spin(condition: Callable[[], bool], seconds: float = 30) -> bool:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.02)
        return condition()

    return spin
