"""One line of the diagnostics."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue


class DiagnosticStatusWrapper(DiagnosticStatus):
    """A DiagnosticStatus that is filled with few words."""

    def summary(self, *args: Any) -> None:
        """Sets level and message: ``summary(level, message)``, or those of another status."""
        self.level, self.message = _level_and_message(args)

    def clearSummary(self) -> None:
        """Sets OK and no message."""
        self.summary(DiagnosticStatus.OK, "")

    def mergeSummary(self, *args: Any) -> None:
        """Takes the worse level; the messages are joined, unless one alone tells of a problem."""
        level, message = _level_and_message(args)
        both_alike = (level > DiagnosticStatus.OK) == (self.level > DiagnosticStatus.OK)
        if both_alike:
            self.message = f"{self.message}; {message}" if self.message else message
        elif level > self.level:
            self.message = message
        self.level = max(level, self.level)

    def add(self, key: str, val: str) -> None:
        """Adds a value under a name; both are text."""
        self.values.append(KeyValue(key=key, value=val))


def _level_and_message(args: tuple[Any, ...]) -> tuple[bytes, str]:
    if len(args) == 1:
        return args[0].level, args[0].message
    level, message = args
    return level, str(message)
