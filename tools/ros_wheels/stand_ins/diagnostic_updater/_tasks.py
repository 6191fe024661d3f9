"""What is asked for the diagnostics."""

from __future__ import annotations

from collections.abc import Callable

from ._status import DiagnosticStatusWrapper


class DiagnosticTask:
    """Something with a name that fills a status; those that derive from it override ``run``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def getName(self) -> str:
        """The name that it was given."""
        return self.name

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Fills ``stat`` and returns it."""
        return stat


class FunctionDiagnosticTask(DiagnosticTask):
    """A function that fills a status and returns it."""

    def __init__(self, name: str, fn: Callable[[DiagnosticStatusWrapper], DiagnosticStatusWrapper]) -> None:
        super().__init__(name)
        self.fn = fn

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Calls the function."""
        return self.fn(stat)


class CompositeDiagnosticTask(DiagnosticTask):
    """Several tasks that fill one status: all their values, and their summaries merged."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.tasks: list[DiagnosticTask] = []

    def addTask(self, t: DiagnosticTask) -> None:
        """Adds a task."""
        self.tasks.append(t)

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Runs each task on the summary that came in, and merges theirs."""
        before, merged = DiagnosticStatusWrapper(), DiagnosticStatusWrapper()
        before.summary(stat)
        for task in self.tasks:
            stat.summary(before)
            stat = task.run(stat)
            merged.mergeSummary(stat)
        stat.summary(merged)
        return stat
