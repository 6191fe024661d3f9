"""Time spent, by stage."""

from __future__ import annotations

import time


class Stopwatch:
    """Adds up the seconds of named stages.

    Attributes:
        seconds: by stage, in the order in which the stages were first met.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def stage(self, name: str) -> _Stage:
        """Count the time within a `with` block to a stage, also when it ends in an error."""
        return _Stage(self.seconds, name)


class _Stage:
    """One `with` block; a generator in its place would take as long as some of the stages."""

    __slots__ = ("_begun", "_name", "_seconds")

    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds, self._name, self._begun = seconds, name, 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + time.perf_counter() - self._begun
