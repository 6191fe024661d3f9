"""What nodes spin in."""

from __future__ import annotations

import rclpy
from rclpy.exceptions import InvalidHandle
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.logging import get_logger


def make_executor(context: rclpy.Context | None = None) -> Executor:
    """An executor of one thread for a context, the default one if None.

    rclpy's executor of events, where it has one (Jazzy since 2025): it takes what DDS says has come. The
    other asks everything that could have come, in Python, whenever something did: beside two images at 30 Hz
    that is a tenth of a core, for which threads that follow objects wait at Python's lock.

    The executor of events still calls a timer or a subscription that was destroyed after its event came: what
    such callbacks touch has to bear that (`InputSubscriptions`, the player's timers).
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor(context=context)
    return EventsExecutor(context=context)


def spin_once(executor: Executor, timeout_s: float) -> None:
    """Let an executor do what comes next, or nothing within a time.

    The executor of events raises InvalidHandle at an event of what was destroyed after it came, as a
    subscription's of its quality of service; the other one passes over it, and so does this.
    """
    try:
        executor.spin_once(timeout_sec=timeout_s)
    except InvalidHandle as error:
        get_logger("executor").debug(f"an event of what is destroyed: {error}")
