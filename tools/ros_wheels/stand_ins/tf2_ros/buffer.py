"""Remembers transforms and answers for them."""

from __future__ import annotations

import threading
import time as system_time

from builtin_interfaces.msg import Time as TimeMessage
from geometry_msgs.msg import TransformStamped
from rclpy.clock import Clock, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.time import Time

from ._exceptions import TransformException
from ._frame_tree import FrameTree
from ._history import NANOSECONDS, Link
from ._refusal import reason_to_refuse
from ._rigid_transform import RigidTransform

_DEFAULT_CACHE_TIME = Duration(seconds=10)
_PAUSE = 0.02


class Buffer:
    """The transforms of the last seconds; may be used from several threads.

    Left out: the tf2_frames service, transforms of messages, lookups through a fixed frame and
    asynchronous lookups.
    """

    def __init__(self, cache_time: Duration | None = None, node: Node | None = None) -> None:
        """Remembers ``cache_time`` (10 s); forgets all when the clock of ``node`` jumps back."""
        self._tree = FrameTree((cache_time or _DEFAULT_CACHE_TIME).nanoseconds)
        self._lock = threading.Lock()
        self.clock = node.get_clock() if node is not None else Clock()
        threshold = JumpThreshold(min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True)
        self._jump_handle = self.clock.create_jump_callback(threshold, post_callback=self._forget_after_jump)

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Takes note of a transform that changes with time; a malformed one is logged and left out."""
        self._insert(transform, authority, static=False)

    def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
        """Takes note of a transform that holds for all times; a malformed one is logged and left out."""
        self._insert(transform, authority, static=True)

    def lookup_transform(
        self,
        target_frame: str,
        source_frame: str,
        time: Time | TimeMessage,
        timeout: Duration = Duration(),
    ) -> TransformStamped:
        """The transform that takes points of ``source_frame`` into ``target_frame``.

        Args:
            time: the moment; zero stands for the latest common one.
            timeout: how long to wait for it, which blocks.

        Raises:
            LookupException, ConnectivityException, ExtrapolationException, InvalidArgumentException.
        """
        self.can_transform(target_frame, source_frame, time, timeout)
        with self._lock:
            stamp, transform = self._tree.lookup(target_frame, source_frame, _nanoseconds(time))
        found = TransformStamped(child_frame_id=source_frame, transform=transform.to_message())
        found.header.frame_id = target_frame
        found.header.stamp = Time(nanoseconds=stamp).to_msg()
        return found

    def can_transform(
        self,
        target_frame: str,
        source_frame: str,
        time: Time | TimeMessage,
        timeout: Duration = Duration(),
        return_debug_tuple: bool = False,
    ) -> bool | tuple[bool, str]:
        """Whether ``lookup_transform`` would find one; with ``return_debug_tuple`` also why not."""
        end = system_time.monotonic() + timeout.nanoseconds / NANOSECONDS
        problem = self._problem(target_frame, source_frame, time)
        while problem and system_time.monotonic() < end:
            system_time.sleep(_PAUSE)
            problem = self._problem(target_frame, source_frame, time)
        return (not problem, problem) if return_debug_tuple else not problem

    def clear(self) -> None:
        """Forgets all transforms that change with time."""
        with self._lock:
            self._tree.clear()

    def _problem(self, target_frame: str, source_frame: str, time: Time | TimeMessage) -> str:
        """Why there is no such transform; empty where there is one."""
        try:
            with self._lock:
                self._tree.lookup(target_frame, source_frame, _nanoseconds(time))
        except TransformException as reason:
            return str(reason)
        return ""

    def _insert(self, message: TransformStamped, authority: str, static: bool) -> None:
        reason = reason_to_refuse(message) or self._keep(message, static)
        if reason:
            names = f"'{message.child_frame_id}' in '{message.header.frame_id}'"
            get_logger("tf2_buffer").error(f"Ignoring the transform of {names} from {authority}: {reason}")

    def _keep(self, message: TransformStamped, static: bool) -> str | None:
        """Keeps a transform that is well formed; says why where it is too old."""
        parent = message.header.frame_id.removeprefix("/")
        transform = RigidTransform.from_message(message.transform)
        link = Link(_nanoseconds(message.header.stamp), parent, transform)
        with self._lock:
            kept = self._tree.insert(message.child_frame_id.removeprefix("/"), link, static)
        return None if kept else "it is older than all that the buffer remembers"

    def _forget_after_jump(self, jump: TimeJump) -> None:
        get_logger("tf2_buffer").warning("The clock jumped back: forgetting all transforms.")
        self.clear()


def _nanoseconds(time: Time | TimeMessage) -> int:
    if isinstance(time, TimeMessage):
        return time.sec * NANOSECONDS + time.nanosec
    return time.nanoseconds
