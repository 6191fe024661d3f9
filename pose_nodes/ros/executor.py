"""What nodes spin in."""

from __future__ import annotations

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor


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
