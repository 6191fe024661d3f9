"""How often something happens."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import ROSClock

from ._status import DiagnosticStatusWrapper
from ._tasks import DiagnosticTask


@dataclass
class FrequencyStatusParam:
    """What is expected.

    Attributes:
        freq_bound: "min" and, if there is one, "max", in hertz; read anew each time.
        tolerance: share by which the bounds may be missed.
        window_size: number of updates that are looked back over.
    """

    freq_bound: Mapping[str, float]
    tolerance: float = 0.1
    window_size: int = 5

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest frequency that pass, in hertz."""
        highest = self.freq_bound.get("max", float("inf")) * (1 + self.tolerance)
        return self.freq_bound["min"] * (1 - self.tolerance), highest


class FrequencyStatus(DiagnosticTask):
    """Counts events; warns when they come too seldom or too often, and reports an error when none comes."""

    def __init__(self, params: FrequencyStatusParam, name: str = "FrequencyStatus") -> None:
        super().__init__(name)
        self.params = params
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Begins anew."""
        with self.lock:
            self.count = 0
            beginning = (ROSClock().now(), 0)
            self._history = deque([beginning] * self.params.window_size, maxlen=self.params.window_size)

    def tick(self) -> None:
        """Counts one event."""
        with self.lock:
            self.count += 1

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Tells of the events since ``window_size`` updates ago."""
        with self.lock:
            now = ROSClock().now()
            since, counted = self._history[0]
            self._history.append((now, self.count))
            events = self.count - counted
            window = (now - since).nanoseconds * 1e-9
        frequency = events / window
        stat.summary(*self._judgement(events, frequency))
        self._add_values(stat, events, window, frequency)
        return stat

    def _judgement(self, events: int, frequency: float) -> tuple[bytes, str]:
        lowest, highest = self.params.bounds()
        if events == 0:
            return DiagnosticStatus.ERROR, "No events recorded."
        if frequency < lowest:
            return DiagnosticStatus.WARN, "Frequency too low."
        if frequency > highest:
            return DiagnosticStatus.WARN, "Frequency too high."
        return DiagnosticStatus.OK, "Desired frequency met"

    def _add_values(
        self, stat: DiagnosticStatusWrapper, events: int, window: float, frequency: float
    ) -> None:
        stat.add("Events in window", f"{events}")
        stat.add("Events since startup", f"{self.count}")
        stat.add("Duration of window (s)", f"{window:f}")
        stat.add("Actual frequency (Hz)", f"{frequency:f}")
        expected = self.params.freq_bound
        lowest, highest = self.params.bounds()
        if expected.get("max") == expected["min"]:
            stat.add("Target frequency (Hz)", f"{expected['min']:f}")
        if expected["min"] > 0:
            stat.add("Minimum acceptable frequency (Hz)", f"{lowest:f}")
        if "max" in expected:
            stat.add("Maximum acceptable frequency (Hz)", f"{highest:f}")
