"""Named quality-of-service profiles, and a watch for endpoints that do not match.

Every profile is made anew on each call, because rclpy writes parameter overrides into the profile it is
given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_policy_name_from_kind,
)
from rclpy.qos_overriding_options import QoSOverridingOptions


def sensor_data(depth: int = 5) -> QoSProfile:
    """Camera streams: best effort, which also receives from reliable publishers (not so the reverse)."""
    return _profile(ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, depth)


def reliable(depth: int = 10) -> QoSProfile:
    """Results and masks: nothing is lost, late subscribers start with the next message."""
    return _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, depth)


def latched() -> QoSProfile:
    """Facts that hold until told otherwise: late subscribers get the last message."""
    return _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1)


def overridable() -> QoSOverridingOptions:
    """Parameters qos_overrides.<topic>.<publisher|subscription>.* set history, depth and reliability."""
    return QoSOverridingOptions.with_default_policies()


class QosWatch:
    """Remembers on which topics every counterpart found so far has a QoS that does not match, and on which
    messages get lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mismatches: dict[str, str] = {}
        self._matched: dict[str, int] = {}
        self._lost: dict[str, int] = {}

    def of_subscription(self, topic: str) -> SubscriptionEventCallbacks:
        """Event callbacks for a subscription to a topic."""
        return SubscriptionEventCallbacks(
            incompatible_qos=self._recorder(topic, "a publisher offers"),
            matched=self._counter(topic),
            message_lost=self._loser(topic),
        )

    def of_publisher(self, topic: str) -> PublisherEventCallbacks:
        """Event callbacks for a publisher on a topic."""
        return PublisherEventCallbacks(
            incompatible_qos=self._recorder(topic, "a subscriber asks for"), matched=self._counter(topic)
        )

    def mismatches(self) -> dict[str, str]:
        """A sentence for each topic on which no message passes because of its QoS."""
        with self._lock:
            return {topic: text for topic, text in self._mismatches.items() if not self._matched.get(topic)}

    def lost(self) -> dict[str, int]:
        """Messages that were sent and never came, by topic, as far as the transport can tell."""
        with self._lock:
            return dict(self._lost)

    def clear(self) -> None:
        """Forget all, as when the endpoints are destroyed."""
        with self._lock:
            self._lost.clear()
            self._mismatches.clear()
            self._matched.clear()

    def _recorder(self, topic: str, who: str) -> Callable[[Any], None]:
        def record(event: Any) -> None:
            policy = qos_policy_name_from_kind(event.last_policy_kind).lower()
            with self._lock:
                self._mismatches[topic] = (
                    f"{topic}: {who} another {policy} than this node, so no message passes; change it there, "
                    f"or here with the parameters qos_overrides.{topic}.*"
                )

        return record

    def _loser(self, topic: str) -> Callable[[Any], None]:
        def count(event: Any) -> None:
            with self._lock:
                self._lost[topic] = event.total_count

        return count

    def _counter(self, topic: str) -> Callable[[Any], None]:
        def count(event: Any) -> None:
            with self._lock:
                self._matched[topic] = event.current_count

        return count


def _profile(reliability: ReliabilityPolicy, durability: DurabilityPolicy, depth: int) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=reliability, durability=durability
    )
