"""Contract of tf2_ros's broadcasters and listener: what passes through /tf and /tf_static."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from tf2_msgs.msg import TFMessage
from tf2_ros import Buffer, StaticTransformBroadcaster, TransformBroadcaster, TransformListener

pytestmark = [
    pytest.mark.ros,
    # The genuine listener's own thread ends with an exception when rclpy is shut down.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


def transform(child: str, seconds: int = 0, parent: str = "map") -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp.sec = seconds
    message.transform.translation.x = float(seconds)
    return message


@pytest.fixture
def buffer(node) -> Buffer:
    """Filled by a listener on the node of the test."""
    filled = Buffer(node=node)
    filled.listener = TransformListener(filled, node)
    return filled


def connected(broadcaster: TransformBroadcaster | StaticTransformBroadcaster) -> bool:
    return broadcaster.pub_tf.get_subscription_count() > 0


def test_a_listener_hears_a_broadcaster(node, buffer, spin_until):
    broadcaster = TransformBroadcaster(node)
    assert spin_until(lambda: connected(broadcaster))
    broadcaster.sendTransform(transform("cup", 5))
    assert spin_until(lambda: buffer.can_transform("map", "cup", Time(seconds=5)))


def test_several_transforms_are_one_message(node, spin_until):
    got: list[TFMessage] = []
    node.create_subscription(TFMessage, "/tf", got.append, 10)
    broadcaster = TransformBroadcaster(node)
    assert spin_until(lambda: connected(broadcaster))
    broadcaster.sendTransform([transform("cup"), transform("mug")])
    assert spin_until(lambda: bool(got))
    assert [[each.child_frame_id for each in message.transforms] for message in got] == [["cup", "mug"]]


def test_a_late_listener_hears_all_static_transforms(node, spin_until):
    broadcaster = StaticTransformBroadcaster(node)
    broadcaster.sendTransform(transform("cup"))
    broadcaster.sendTransform([transform("mug")])
    late = Buffer(node=node)
    listener = TransformListener(late, node)
    assert spin_until(lambda: late.can_transform("cup", "mug", Time(seconds=9)))
    listener.unregister()


def test_static_transforms_are_latched(node):
    StaticTransformBroadcaster(node)
    (endpoint,) = node.get_publishers_info_by_topic("/tf_static")
    assert endpoint.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL


def test_a_listener_may_spin_by_itself(node):
    own = rclpy.create_node("listening")
    buffer = Buffer(node=own)
    listener = TransformListener(buffer, own, spin_thread=True)
    broadcaster = TransformBroadcaster(node)
    end = time.monotonic() + 5
    while not connected(broadcaster) and time.monotonic() < end:
        time.sleep(0.02)
    broadcaster.sendTransform(transform("cup", 5))
    while not buffer.can_transform("map", "cup", Time(seconds=5)) and time.monotonic() < end:
        time.sleep(0.02)
    assert buffer.can_transform("map", "cup", Time(seconds=5))
    listener.unregister()


def test_an_unregistered_listener_hears_nothing(node, spin_until):
    buffer = Buffer(node=node)
    listener = TransformListener(buffer, node)
    broadcaster = TransformBroadcaster(node)
    assert spin_until(lambda: connected(broadcaster))
    listener.unregister()
    assert spin_until(lambda: not connected(broadcaster))


def test_a_clock_that_jumps_back_empties_the_buffer(node, buffer, spin_until):
    node.set_parameters([Parameter("use_sim_time", value=True)])
    clock = node.create_publisher(Clock, "/clock", 10)
    assert spin_until(lambda: clock.get_subscription_count() == 1)

    def set_clock(seconds: int) -> bool:
        clock.publish(Clock(clock=Time(seconds=seconds).to_msg()))
        return spin_until(lambda: node.get_clock().now().nanoseconds == seconds * 10**9)

    assert set_clock(100)
    buffer.set_transform(transform("cup", 100), "test")
    assert buffer.can_transform("map", "cup", Time())
    assert set_clock(50)
    assert not buffer.can_transform("map", "cup", Time())
