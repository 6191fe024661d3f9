"""Times of messages as integers: nanoseconds, which neither round nor drift."""

from __future__ import annotations

from builtin_interfaces.msg import Duration, Time

NANOSECONDS = 1_000_000_000


def to_nanoseconds(stamp: Time) -> int:
    """A message's stamp as nanoseconds."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def to_time(nanoseconds: int) -> Time:
    """Nanoseconds as a stamp."""
    seconds, rest = divmod(int(nanoseconds), NANOSECONDS)
    return Time(sec=seconds, nanosec=rest)


def to_duration(nanoseconds: int) -> Duration:
    """Nanoseconds as a duration; a negative one has negative seconds and positive nanoseconds, as in ROS."""
    seconds, rest = divmod(int(nanoseconds), NANOSECONDS)
    return Duration(sec=seconds, nanosec=rest)
