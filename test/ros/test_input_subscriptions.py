"""Subscriptions to a node's inputs, with rclpy's executor of events and on a ROS that has none."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from std_msgs.msg import String

from pose_nodes.ros.executor import spin_once
from pose_nodes.ros.input_subscriptions import InputSubscriptions
from pose_nodes.ros.monitor import TrackerMonitor

pytestmark = pytest.mark.ros


def spin(executor, condition, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        spin_once(executor, 0.05)
    return bool(condition())


def test_messages_are_handed_on_until_all_is_closed(spun):
    node, executor = spun
    heard: list[str] = []
    inputs = InputSubscriptions(node, TrackerMonitor(print))
    inputs.add(String, "words", lambda message: heard.append(message.data))
    publisher = node.create_publisher(String, "words", 10)
    assert spin(executor, lambda: publisher.publish(String(data="before")) or "before" in heard)
    # On its way when the subscription ends: it came, and was not taken yet.
    executor.create_task(inputs.close)
    publisher.publish(String(data="after"))
    time.sleep(0.2)
    spin(executor, lambda: False, 1.0)
    assert "after" not in heard


def test_losses_and_mismatches_are_told_to_the_monitor(spun):
    node, executor = spun
    monitor = TrackerMonitor(print)
    inputs = InputSubscriptions(node, monitor)
    inputs.add(String, "words", lambda message: None)
    publisher = node.create_publisher(String, "words", 10)
    topic = node.resolve_topic_name("words")
    assert spin(executor, lambda: monitor.qos._matched.get(topic) == 1)
    node.destroy_publisher(publisher)
    assert spin(executor, lambda: monitor.qos._matched.get(topic) == 0)
    inputs.close()


def test_an_event_of_a_subscription_that_has_ended_meanwhile_is_passed_over(spun):
    node, executor = spun
    ticks: list[int] = []
    inputs = InputSubscriptions(node, TrackerMonitor(print))
    inputs.add(String, "words", lambda message: None)
    node.create_timer(0.02, lambda: ticks.append(1))
    assert spin(executor, lambda: len(ticks) > 2)
    # The publisher is found, which is an event of the subscription, while this waits to be ended.
    executor.create_task(inputs.close)
    node.create_publisher(String, "words", 10)
    time.sleep(0.3)
    count = len(ticks)
    assert spin(executor, lambda: len(ticks) > count + 5)
