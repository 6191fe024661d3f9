"""The moment that a message belongs to."""

from __future__ import annotations

from typing import Any

from rclpy.clock import ROSClock
from rclpy.logging import get_logger
from rclpy.time import Time


def stamp_of(message: Any, allow_headerless: bool, logger: str) -> Time | None:
    """Stamp of the header; without one the present, or None (and a warning) where that is not allowed."""
    stamp = getattr(getattr(message, "header", None), "stamp", None)
    if stamp is not None:
        return Time.from_msg(stamp)
    if allow_headerless:
        return ROSClock().now()
    get_logger(logger).warning(
        "Leaving out a message that has no header with a stamp; allow_headerless=True takes the time of its"
        " arrival instead."
    )
    return None
