"""What the demo shows while it runs: one row a track, with its error where the truth is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from pose_nodes.commands.tables import ABSENT, TextTable, degrees, millimetres, milliseconds, number
from pose_nodes.core.track import Track
from pose_nodes.metrics.summary import PoseError

_RECENT_FRAMES = 20


class LiveReport:
    """The last state of all tracks."""

    def __init__(self) -> None:
        self._stamps: deque[int] = deque(maxlen=_RECENT_FRAMES)
        self._rows: dict[str, tuple[str, ...]] = {}
        self.frames = 0

    def add(
        self, stamp_ns: int, tracks: Sequence[Track], errors: dict[str, PoseError], latency: float
    ) -> None:
        """Take the tracks of one frame; `latency` in seconds, NaN where it is not known."""
        self.frames += 1
        self._stamps.append(stamp_ns)
        for track in tracks:
            error = errors.get(track.id)
            self._rows[track.id] = (
                track.id,
                track.state.name,
                number(self._rate(), 1),
                milliseconds(latency),
                millimetres(error.translation) if error else ABSENT,
                degrees(error.rotation) if error else ABSENT,
            )

    def table(self) -> TextTable:
        """The rows under headers with units."""
        headers = ("object", "state", "rate Hz", "latency ms", "error mm", "error deg")
        return TextTable(f"{self.frames} frames", headers, tuple(self._rows.values()))

    def line(self) -> str:
        """The same in one line, for output that is no terminal."""
        parts = [
            f"{name} {state} {rate} Hz, {latency} ms, off by {mm} mm and {deg} deg"
            for name, state, rate, latency, mm, deg in self._rows.values()
        ]
        return f"frame {self.frames}: {'; '.join(parts) or 'no object yet'}"

    def _rate(self) -> float:
        """Processed frames a second of the images' time."""
        span = (self._stamps[-1] - self._stamps[0]) * 1e-9 if self._stamps else 0.0
        return (len(self._stamps) - 1) / span if span > 0 else float("nan")
