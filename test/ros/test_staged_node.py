"""Lifecycle transitions become calls of a node's work."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
import rclpy
from rclpy.lifecycle import TransitionCallbackReturn
from std_msgs.msg import String

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.ros.staged_node import StagedNode

pytestmark = pytest.mark.ros


class Recorder:
    """Notes its calls; fails in `configure` or `activate` with what it is told to."""

    def __init__(self, _node: StagedNode) -> None:
        self.calls: list[str] = []
        self.failure: Exception | None = None
        self.failure_to_activate: Exception | None = None

    def configure(self) -> None:
        self.calls.append("configure")
        if self.failure is not None:
            raise self.failure

    def refuse(self, reason: str) -> None:
        self.calls.append(f"refuse: {reason}")

    def activate(self) -> None:
        self.calls.append("activate")
        if self.failure_to_activate is not None:
            raise self.failure_to_activate

    def deactivate(self) -> None:
        self.calls.append("deactivate")

    def clean_up(self) -> None:
        self.calls.append("clean_up")


@pytest.fixture
def made(ros_domain_id) -> Iterator[tuple[StagedNode, Recorder]]:
    rclpy.init()
    works: list[Recorder] = []

    def make(node: StagedNode) -> Recorder:
        works.append(Recorder(node))
        return works[0]

    node = StagedNode("staged", make)
    yield node, works[0]
    node.destroy_node()
    rclpy.shutdown()


def test_a_life_from_start_to_end(made):
    node, work = made
    assert node.start()
    node.trigger_deactivate()
    node.trigger_cleanup()
    node.finish()
    assert work.calls == ["configure", "activate", "deactivate", "clean_up", "deactivate", "clean_up"]


def test_an_error_of_the_user_leaves_the_node_unconfigured_and_is_told(made):
    node, work = made
    work.failure = InvalidConfigError("no mesh")
    assert not node.start()
    assert work.calls == ["configure", "refuse: no mesh"]
    work.failure = None
    assert node.start()


def test_an_error_of_the_user_on_activation_leaves_the_node_inactive_and_is_told(made, capfd):
    node, work = made
    publisher = node.create_lifecycle_publisher(String, "said", 1)
    work.failure_to_activate = InvalidConfigError("no such device")
    assert not node.start()
    assert work.calls == ["configure", "activate", "refuse: no such device"]
    assert not publisher.is_activated
    assert "no such device" in (logged := capfd.readouterr().err) and "Traceback" not in logged
    work.failure_to_activate = None
    assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS and publisher.is_activated


def test_after_a_fault_of_the_program_on_activation_no_work_is_left_and_the_node_can_begin_anew(made):
    node, work = made
    work.failure_to_activate = ZeroDivisionError("a fault")
    assert not node.start()
    assert work.calls[2:4] == ["deactivate", "clean_up"]
    assert "log" in work.calls[4] and work.calls[4].startswith("refuse: ")
    work.failure_to_activate = None
    assert node.start()


def test_a_fault_of_the_program_is_logged_with_its_traceback(made, capfd):
    node, work = made
    work.failure = ZeroDivisionError("a fault")
    assert node.trigger_configure() == TransitionCallbackReturn.ERROR
    logged = capfd.readouterr().err
    assert "Traceback" in logged and "ZeroDivisionError: a fault" in logged


def test_a_shutdown_ends_all_work(made):
    node, work = made
    node.start()
    node.trigger_shutdown()
    assert work.calls[-2:] == ["deactivate", "clean_up"]


def test_what_an_active_node_has_loaded_is_spared_by_the_garbage_collector(made):
    node, _work = made
    before = gc.get_freeze_count()
    assert node.start()
    assert gc.get_freeze_count() > max(before, 10_000)
    assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
    assert gc.get_freeze_count() == 0
