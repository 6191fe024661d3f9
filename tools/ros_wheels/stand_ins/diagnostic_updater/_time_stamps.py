"""How old messages are."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import ROSClock
from rclpy.time import Time

from ._status import DiagnosticStatusWrapper
from ._tasks import DiagnosticTask


@dataclass
class TimeStampStatusParam:
    """The least and the greatest age that pass, in seconds."""

    min_acceptable: float = -1
    max_acceptable: float = 5


class TimeStampStatus(DiagnosticTask):
    """Reports an error when a stamp since the last update lay too far in the past or in the future."""

    def __init__(self, params: TimeStampStatusParam | None = None, name: str = "Timestamp Status") -> None:
        super().__init__(name)
        self.params = params or TimeStampStatusParam()
        self.lock = threading.Lock()
        self.early_count = 0
        self.late_count = 0
        self.zero_count = 0
        self._ages: list[float] = []
        self._zero_seen = False

    def tick(self, stamp: Time | float) -> None:
        """Takes note of one stamp, rclpy's or in seconds."""
        seconds = stamp if isinstance(stamp, float) else stamp.nanoseconds * 1e-9
        with self.lock:
            if seconds == 0:
                self._zero_seen = True
            else:
                self._ages.append(ROSClock().now().nanoseconds * 1e-9 - seconds)

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Tells of the stamps since the last update."""
        with self.lock:
            youngest, oldest = min(self._ages, default=0.0), max(self._ages, default=0.0)
            self._judge(stat, youngest, oldest)
            self._ages = []
            self._zero_seen = False
        stat.add("Earliest timestamp delay:", f"{youngest:f}")
        stat.add("Latest timestamp delay:", f"{oldest:f}")
        stat.add("Earliest acceptable timestamp delay:", f"{self.params.min_acceptable:f}")
        stat.add("Latest acceptable timestamp delay:", f"{self.params.max_acceptable:f}")
        stat.add("Late diagnostic update count:", f"{self.late_count}")
        stat.add("Early diagnostic update count:", f"{self.early_count}")
        stat.add("Zero seen diagnostic update count:", f"{self.zero_count}")
        return stat

    def _judge(self, stat: DiagnosticStatusWrapper, youngest: float, oldest: float) -> None:
        if not self._ages:
            stat.summary(DiagnosticStatus.WARN, "No data since last update.")
            return
        stat.summary(DiagnosticStatus.OK, "Timestamps are reasonable.")
        if youngest < self.params.min_acceptable:
            stat.summary(DiagnosticStatus.ERROR, "Timestamps too far in future seen.")
            self.early_count += 1
        if oldest > self.params.max_acceptable:
            stat.summary(DiagnosticStatus.ERROR, "Timestamps too far in past seen.")
            self.late_count += 1
        if self._zero_seen:
            stat.summary(DiagnosticStatus.ERROR, "Zero timestamp seen.")
            self.zero_count += 1
