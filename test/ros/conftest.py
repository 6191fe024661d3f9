"""What the ROS tests share: node processes, and a probe that feeds and hears them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

START_S = 60.0
"""How long a node may take to start on a busy machine."""
QUESTIONS = 3
"""How often a node is asked for its state before it counts as silent."""


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same in every run."""
    return np.random.default_rng(7)


@pytest.fixture(scope="module")
def context(ros_domain_id: int) -> Iterator[Any]:
    """An rclpy context for the nodes of one test module."""
    import rclpy

    made = rclpy.Context()
    rclpy.init(context=made)
    yield made
    rclpy.try_shutdown(context=made)


class NodeProcess:
    """One of the package's nodes in a process of its own."""

    def __init__(self, name: str, log: Path, **parameters: Any) -> None:
        """Parameters are named as in YAML, with __ for the dot."""
        arguments = []
        for key, value in parameters.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            arguments += ["-p", f"{key.replace('__', '.')}:={text}"]
        self._log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"pose_nodes.nodes.{name}", "--ros-args", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait(self, timeout_s: float) -> int:
        return self._process.wait(timeout_s)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask the process to end; its exit code."""
        if self.is_alive:
            self._process.send_signal(number)
        try:
            return self._process.wait(30.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise


@pytest.fixture(scope="module")
def start_node(tmp_path_factory, ros_domain_id) -> Iterator[Callable[..., NodeProcess]]:
    """Starts nodes of the package; they are stopped at the end of the module."""
    with contextlib.ExitStack() as stack:

        def start(name: str, **parameters: Any) -> NodeProcess:
            process = NodeProcess(name, tmp_path_factory.mktemp(name) / "log.txt", **parameters)
            stack.callback(process.stop)
            return process

        yield start


class Probe:
    """A node of the test process that hears what others publish."""

    def __init__(self, context: Any) -> None:
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.node import Node

        self.node = Node("probe", context=context)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)

    def hear(self, kind: type, topic: str, profile: Any = 10) -> list[Any]:
        """A list that fills with the messages of a topic."""
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, profile)
        return messages

    def until(self, condition: Callable[[], Any], timeout_s: float = 20.0) -> Any:
        """Spin until something is so, and return it; what it is in the end when that takes too long."""
        end = time.monotonic() + timeout_s
        while not (result := condition()) and time.monotonic() < end:
            self._executor.spin_once(timeout_sec=0.02)
        return result or condition()

    def spin_for(self, seconds: float) -> None:
        """Spin for a while."""
        self.until(lambda: False, seconds)

    def call(self, kind: type, name: str, request: Any, timeout_s: float = 30.0) -> Any:
        """The response of a service."""
        client = self.node.create_client(kind, name)
        assert self.until(client.service_is_ready, START_S), f"no service {name}"
        future = client.call_async(request)
        assert self.until(future.done, timeout_s), f"no response of {name}"
        self.node.destroy_client(client)
        return future.result()

    def lifecycle_state(self, name: str) -> str:
        """The label of the lifecycle state of a node.

        A question may be asked again: DDS drops an answer where a node under load has not met the reader of
        this client in time, though the client sees the service.
        """
        from lifecycle_msgs.srv import GetState

        client = self.node.create_client(GetState, f"/{name}/get_state")
        assert self.until(client.service_is_ready, START_S), f"no service /{name}/get_state"
        for _ in range(QUESTIONS):
            future = client.call_async(GetState.Request())
            if self.until(future.done, 10.0):
                self.node.destroy_client(client)
                return future.result().current_state.label
        raise AssertionError(f"no response of /{name}/get_state to {QUESTIONS} questions")

    def change_state(self, name: str, transition: str) -> bool:
        """Ask a node for a lifecycle transition; whether it was made."""
        from lifecycle_msgs.msg import Transition
        from lifecycle_msgs.srv import ChangeState

        request = ChangeState.Request(transition=Transition(label=transition))
        return self.call(ChangeState, f"/{name}/change_state", request, START_S).success

    def close(self) -> None:
        self._executor.shutdown()
        self.node.destroy_node()


@pytest.fixture(scope="module")
def probe(context) -> Iterator[Probe]:
    """A node of the test process."""
    made = Probe(context)
    yield made
    made.close()


@pytest.fixture(params=[True, False], ids=["events", "without events"])
def spun(request, monkeypatch) -> Iterator[tuple[Any, Any]]:
    """A node and the executor that it is in: rclpy's executor of events, and what a ROS without it has."""
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.node import Node
    from rclpy.signals import SignalHandlerOptions

    from pose_nodes.ros.executor import make_executor

    if request.param:
        pytest.importorskip("rclpy.experimental.events_executor", reason="this rclpy has no such executor")
    else:
        monkeypatch.setitem(sys.modules, "rclpy.experimental", None)
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    node, executor = Node("spun", context=context), make_executor(context)
    assert isinstance(executor, SingleThreadedExecutor) != request.param
    executor.add_node(node)
    yield node, executor
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown(context=context)
