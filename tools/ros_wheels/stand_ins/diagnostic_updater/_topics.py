"""Diagnostics of what a node publishes or receives."""

from __future__ import annotations

from typing import Any

from rclpy.publisher import Publisher
from rclpy.time import Time

from ._frequency import FrequencyStatus, FrequencyStatusParam
from ._tasks import CompositeDiagnosticTask
from ._time_stamps import TimeStampStatus, TimeStampStatusParam
from ._updater import Updater


class HeaderlessTopicDiagnostic(CompositeDiagnosticTask):
    """How often a topic has messages; call ``tick`` for each."""

    def __init__(self, name: str, diag: Updater, freq: FrequencyStatusParam) -> None:
        """Adds itself to ``diag``."""
        super().__init__(f"{name} topic status")
        self.diag = diag
        self.freq = FrequencyStatus(freq)
        self.addTask(self.freq)
        diag.add(self)

    def tick(self) -> None:
        """Counts one message."""
        self.freq.tick()

    def clear_window(self) -> None:
        """Begins to count anew."""
        self.freq.clear()


class TopicDiagnostic(CompositeDiagnosticTask):
    """How often a topic has messages, and how old they are; call ``tick`` with the stamp of each."""

    def __init__(
        self, name: str, diag: Updater, freq: FrequencyStatusParam, stamp: TimeStampStatusParam
    ) -> None:
        """Adds itself to ``diag``."""
        super().__init__(f"{name} topic status")
        self.diag = diag
        self.freq = FrequencyStatus(freq)
        self.stamp = TimeStampStatus(stamp)
        self.addTask(self.freq)
        self.addTask(self.stamp)
        diag.add(self)

    def tick(self, stamp: Time | float) -> None:
        """Counts one message and takes note of its stamp."""
        self.stamp.tick(stamp)
        self.freq.tick()

    def clear_window(self) -> None:
        """Begins to count anew."""
        self.freq.clear()


class DiagnosedPublisher(TopicDiagnostic):
    """A publisher that takes note of what it publishes."""

    def __init__(
        self, pub: Publisher, diag: Updater, freq: FrequencyStatusParam, stamp: TimeStampStatusParam
    ) -> None:
        super().__init__(pub.topic_name, diag, freq, stamp)
        self.publisher = pub

    def publish(self, message: Any) -> None:
        """Publishes a message that has a header."""
        self.tick(Time.from_msg(message.header.stamp))
        self.publisher.publish(message)
