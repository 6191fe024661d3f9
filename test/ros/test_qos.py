"""QoS profiles, their overrides, and the watch for mismatches, over real DDS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import ReliabilityPolicy
from std_msgs.msg import String

from pose_nodes.ros import qos

pytestmark = pytest.mark.ros

Until = Callable[[Callable[[], bool]], bool]


@pytest.fixture
def node(context) -> Iterator[Node]:
    override = Parameter("qos_overrides./overridden.subscription.reliability", value="reliable")
    made = Node("qos_node", context=context, parameter_overrides=[override])
    yield made
    made.destroy_node()


@pytest.fixture
def until(context, node) -> Iterator[Until]:
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def wait(condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + 20.0
        while not condition() and time.monotonic() < end:
            executor.spin_once(timeout_sec=0.02)
        return condition()

    yield wait
    executor.shutdown()


def subscribe(node: Node, topic: str, profile: Any, watch: qos.QosWatch, received: list[Any]) -> None:
    node.create_subscription(
        String,
        topic,
        received.append,
        profile,
        event_callbacks=watch.of_subscription(topic),
        qos_overriding_options=qos.overridable(),
    )


def test_a_best_effort_subscription_hears_a_reliable_publisher(node, until):
    watch, received = qos.QosWatch(), []
    subscribe(node, "/fine", qos.sensor_data(), watch, received)
    publisher = node.create_publisher(String, "/fine", qos.reliable())
    assert until(lambda: publisher.get_subscription_count() > 0)
    publisher.publish(String(data="x"))
    assert until(lambda: bool(received))
    assert watch.mismatches() == {}


def test_a_mismatch_is_told_with_topic_and_policy(node, until):
    watch = qos.QosWatch()
    subscribe(node, "/mismatched", qos.reliable(), watch, [])
    node.create_publisher(String, "/mismatched", qos.sensor_data())
    assert until(lambda: bool(watch.mismatches()))
    (sentence,) = watch.mismatches().values()
    assert sentence.startswith("/mismatched: a publisher offers another reliability")


def test_a_mismatch_is_seen_by_the_publisher_too(node, until):
    watch = qos.QosWatch()
    node.create_publisher(
        String, "/unheard", qos.sensor_data(), event_callbacks=watch.of_publisher("/unheard")
    )
    node.create_subscription(String, "/unheard", lambda _: None, qos.reliable())
    assert until(lambda: "/unheard" in watch.mismatches())
    assert "a subscriber asks for another reliability" in watch.mismatches()["/unheard"]


def test_a_mismatch_beside_a_match_is_no_silence(node, until):
    watch, received = qos.QosWatch(), []
    subscribe(node, "/both", qos.reliable(), watch, received)
    node.create_publisher(String, "/both", qos.sensor_data())
    assert until(lambda: bool(watch.mismatches()))
    good = node.create_publisher(String, "/both", qos.reliable())
    assert until(lambda: good.get_subscription_count() > 0 and not watch.mismatches())
    good.publish(String(data="x"))
    assert until(lambda: bool(received))


def test_a_parameter_overrides_the_profile(node, until):
    watch = qos.QosWatch()
    profile = qos.sensor_data()
    subscribe(node, "/overridden", profile, watch, [])
    assert profile.reliability == ReliabilityPolicy.RELIABLE
    assert qos.sensor_data().reliability == ReliabilityPolicy.BEST_EFFORT


def test_a_latched_message_reaches_who_comes_late(node, until):
    node.create_publisher(String, "/latched", qos.latched()).publish(String(data="early"))
    received: list[String] = []
    node.create_subscription(String, "/latched", received.append, qos.latched())
    assert until(lambda: bool(received))
    assert received[0].data == "early"
