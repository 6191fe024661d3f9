"""Publishes the diagnostics of a node."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node

from ._status import DiagnosticStatusWrapper

Fill = Callable[[DiagnosticStatusWrapper], DiagnosticStatusWrapper]

_PERIOD = "diagnostic_updater.period"
_FULL_NAMES = "diagnostic_updater.use_fqn"


class Updater:
    """Runs its tasks with a period and publishes what they say on /diagnostics.

    The node gets the parameter ``diagnostic_updater.period`` (seconds), so it can have one updater only.
    """

    def __init__(self, node: Node, period: float = 1.0) -> None:
        self.node = node
        self.hwid = ""
        self.verbose = False
        self.lock = threading.Lock()
        self._tasks: list[tuple[str, Fill]] = []
        self._warned = False
        self.publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 1)
        self._period: float = node.declare_parameter(_PERIOD, period).value
        self.timer = node.create_timer(self._period, self.update)
        self.node_name = _name_of(node)

    @property
    def period(self) -> float:
        """Seconds between two messages."""
        return self._period

    @period.setter
    def period(self, period: float) -> None:
        self._period = period
        self.node.destroy_timer(self.timer)
        self.timer = self.node.create_timer(period, self.update)

    def setHardwareID(self, hwid: str) -> None:
        """Names the device in each status."""
        self.hwid = hwid

    def add(self, *args: Any) -> None:
        """Adds a task: ``add(task)``, or ``add(name, function)``; says at once that the node is starting."""
        name, fill = (args[0].getName(), args[0].run) if len(args) == 1 else args
        with self.lock:
            self._tasks.append((name, fill))
        starting = DiagnosticStatusWrapper(name=name)
        starting.summary(DiagnosticStatus.OK, "Node starting up")
        self.publish(starting)

    def removeByName(self, name: str) -> bool:
        """Removes the first task of this name; False if there is none."""
        with self.lock:
            for task in self._tasks:
                if task[0] == name:
                    self._tasks.remove(task)
                    return True
        return False

    def update(self) -> None:
        """Runs all tasks and publishes what they say."""
        with self.lock:
            statuses = [self._run(name, fill) for name, fill in self._tasks]
        problems = [status for status in statuses if status.level != DiagnosticStatus.OK]
        self._log(problems)
        self.publish(statuses)

    def force_update(self) -> None:
        """The same, out of turn."""
        self.update()

    def broadcast(self, lvl: bytes, msg: str) -> None:
        """Publishes one summary for all tasks."""
        statuses = [DiagnosticStatusWrapper(name=name) for name, _ in self._tasks]
        for status in statuses:
            status.summary(lvl, msg)
        self.publish(statuses)

    def publish(self, msg: DiagnosticStatus | Sequence[DiagnosticStatus]) -> None:
        """Publishes one status or several, with the node's name before theirs."""
        array = DiagnosticArray()
        array.header.stamp = self.node.get_clock().now().to_msg()
        several = [msg] if isinstance(msg, DiagnosticStatus) else msg
        array.status = [self._finished(status) for status in several]
        self.publisher.publish(array)

    def _run(self, name: str, fill: Fill) -> DiagnosticStatusWrapper:
        status = DiagnosticStatusWrapper(name=name, hardware_id=self.hwid)
        status.summary(DiagnosticStatus.ERROR, "No message was set")
        return fill(status)

    def _finished(self, status: DiagnosticStatus) -> DiagnosticStatus:
        return DiagnosticStatus(
            name=f"{self.node_name}: {status.name}",
            level=status.level,
            message=status.message,
            hardware_id=status.hardware_id,
            values=status.values,
        )

    def _log(self, problems: Sequence[DiagnosticStatus]) -> None:
        logger = self.node.get_logger()
        if not (self.hwid or problems or self._warned):
            logger.warning(
                "diagnostic_updater: no hardware id is set; call setHardwareID, if only with 'none'"
            )
            self._warned = True
        for status in problems if self.verbose else ():
            logger.warning(f"{status.name}: {status.message}")


def _name_of(node: Node) -> str:
    if not node.has_parameter(_FULL_NAMES):
        node.declare_parameter(_FULL_NAMES, False)
    if not node.get_parameter(_FULL_NAMES).value:
        return node.get_name()
    return f"{node.get_namespace()}/{node.get_name()}"
