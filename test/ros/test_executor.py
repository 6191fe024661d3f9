"""What nodes spin in, with rclpy's executor of events and on a ROS that has none."""

from __future__ import annotations

import threading
import time

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from rclpy.executors import Executor
from std_msgs.msg import String
from std_srvs.srv import Trigger

from pose_nodes.ros.late_service import create_late_service

pytestmark = pytest.mark.ros


def spin_until(executor: Executor, condition, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    return bool(condition())


def test_messages_timers_and_services_are_served(spun):
    node, executor = spun
    heard, ticks = [], []
    node.create_subscription(String, "words", lambda message: heard.append(message.data), 10)
    node.create_service(Trigger, "ask", lambda _request, response: response)
    publisher, client = node.create_publisher(String, "words", 10), node.create_client(Trigger, "ask")
    node.create_timer(0.02, lambda: ticks.append(publisher.publish(String(data="word"))))
    assert spin_until(executor, lambda: len(heard) >= 5 and len(ticks) >= 5)
    future = client.call_async(Trigger.Request())
    assert spin_until(executor, future.done)


def test_a_wait_for_nothing_ends(spun):
    _node, executor = spun
    begun = time.monotonic()
    for _ in range(5):
        executor.spin_once(timeout_sec=0.1)
    assert time.monotonic() - begun < 5.0


def test_an_error_of_a_callback_is_not_swallowed(spun):
    node, executor = spun

    def fail() -> None:
        raise ZeroDivisionError

    node.create_timer(0.01, fail)
    with pytest.raises(ZeroDivisionError):
        spin_until(executor, lambda: False, 5.0)


def test_what_is_destroyed_is_served_no_more(spun):
    node, executor = spun
    ticks = []
    timer = node.create_timer(0.01, lambda: ticks.append(1))
    assert spin_until(executor, lambda: len(ticks) >= 2)
    node.destroy_timer(timer)
    executor.spin_once(timeout_sec=0.1)
    before = len(ticks)
    for _ in range(5):
        executor.spin_once(timeout_sec=0.05)
    assert len(ticks) == before


def test_a_late_answer_reaches_whoever_asked_and_holds_up_no_one(spun):
    node, executor = spun
    answers, ticks = [], []
    create_late_service(node, Trigger, "late", lambda _request, answer: answers.append(answer))
    create_late_service(
        node, Trigger, "soon", lambda _request, answer: answer(Trigger.Response(message="soon"))
    )
    node.create_timer(0.02, lambda: ticks.append(1))
    clients = [node.create_client(Trigger, name) for name in ("late", "late", "soon")]
    assert spin_until(executor, lambda: all(client.service_is_ready() for client in clients))
    first = clients[0].call_async(Trigger.Request())
    assert spin_until(executor, lambda: len(answers) == 1)
    second, soon = (client.call_async(Trigger.Request()) for client in clients[1:])
    assert spin_until(executor, lambda: len(answers) == 2 and soon.done() and len(ticks) >= 3)
    assert soon.result().message == "soon" and not first.done() and not second.done()
    # Told from a thread of its own, as work that was done elsewhere is.
    thread = threading.Thread(
        target=lambda: executor.create_task(lambda: answers[1](Trigger.Response(message="second")))
    )
    thread.start()
    assert spin_until(executor, second.done) and not first.done()
    answers[0](Trigger.Response(message="first"))
    assert spin_until(executor, first.done)
    thread.join()
    assert (first.result().message, second.result().message) == ("first", "second")
