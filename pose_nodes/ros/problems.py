"""The problems of late, one sentence each: for diagnostics, and for a log that is not flooded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_LARGEST_NUMBER = 32


@dataclass(frozen=True)
class Problem:
    """Something that keeps going wrong.

    Attributes:
        sentence: what is wrong and what to do, as it was said last.
        count: how often it was reported.
        last_s: when it was reported last, by the log's clock.
    """

    sentence: str
    count: int
    last_s: float


class ProblemLog:
    """Collects problems by kind; a new one is logged at once, a repeated one now and then. Thread-safe."""

    def __init__(
        self,
        log: Callable[[str], object],
        *,
        log_period_s: float = 5.0,
        keep_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._log_period_s = log_period_s
        self._keep_s = keep_s
        self._clock = clock
        self._lock = threading.Lock()
        self._problems: dict[str, Problem] = {}
        self._logged: dict[str, float] = {}

    def report(self, sentence: str, kind: str = "") -> None:
        """Note a problem. Problems of one kind count as one; by default the sentence itself is the kind."""
        kind, now = kind or sentence, self._clock()
        with self._lock:
            self._discard(now)
            known = self._problems.pop(kind, None)
            self._problems[kind] = Problem(sentence, known.count + 1 if known else 1, now)
            due = now - self._logged.get(kind, float("-inf")) >= self._log_period_s
            if due:
                self._logged[kind] = now
        if due:
            self._log(sentence)

    def recent(self) -> list[Problem]:
        """The problems reported within the last `keep_s` seconds, the newest first."""
        with self._lock:
            self._discard(self._clock())
            return list(reversed(self._problems.values()))

    def _discard(self, now: float) -> None:
        fresh = {
            kind: problem for kind, problem in self._problems.items() if now - problem.last_s <= self._keep_s
        }
        self._problems = dict(list(fresh.items())[-_LARGEST_NUMBER:])
        self._logged = {kind: at for kind, at in self._logged.items() if now - at <= self._log_period_s}
