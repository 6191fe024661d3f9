"""The life of a node process: start, spin, and an end without traceback on SIGINT and SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import cv2
import rclpy
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.signals import SignalHandlerOptions

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.ros.executor import make_executor, spin_once
from pose_nodes.ros.staged_node import StagedNode

BAD_INPUT = 2
_WAKE_S = 0.2
_SWITCH_S = 0.0001
"""How long a thread may keep Python's lock while another waits for it. Python's own 5 ms is a sixth of a
frame, and a thread that follows objects asks for the lock after each compiled function (our choice)."""


class StopRequest:
    """Set by a signal or by the node itself; the process then ends in order.

    rclpy's own handler shuts the context down at once, under the feet of threads that still publish; ours
    lets the node deactivate first.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self.exit_code = 0

    def __call__(self, exit_code: int = 0) -> None:
        """Ask for the end of the process."""
        self.exit_code = exit_code
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether the process is to end."""
        return self._event.is_set()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Handler for SIGINT and SIGTERM."""
        self()


@contextmanager
def words_for_ros(what: str) -> Iterator[None]:
    """What ROS cannot understand within the block becomes an InvalidConfigError; `what` names the input."""
    try:
        yield
    except rclpy_implementation.RCLError as error:
        reason = str(error).partition(", at /")[0]  # without the line of ROS's own source
        raise InvalidConfigError(f"{what}: {reason}") from error


def run_node(make_node: Callable[[StopRequest], StagedNode], arguments: Sequence[str] | None = None) -> int:
    """Make a node and spin it until a signal, or the node itself, asks for the end.

    Args:
        make_node: called after rclpy is initialised.
        arguments: command line with ROS arguments; sys.argv by default.

    Returns:
        The exit code: 0 unless the node asked for another; 2 for ROS arguments that make no sense.
    """
    stop = StopRequest()
    sys.setswitchinterval(_SWITCH_S)
    # Objects are followed in threads of our own; OpenCV's would spin beside them, for a third of the time.
    cv2.setNumThreads(1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop.on_signal)
    given = list(sys.argv if arguments is None else arguments)
    try:
        with words_for_ros("ROS arguments"):
            rclpy.init(args=given, signal_handler_options=SignalHandlerOptions.NO)
    except InvalidConfigError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    try:
        node = make_node(stop)
        executor = make_executor()
        executor.add_node(node)
        while not stop.is_set:
            spin_once(executor, _WAKE_S)
        node.finish()
        executor.shutdown()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
    return stop.exit_code
