"""What is said where a command needs ROS and there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pose_nodes.core.errors import PoseNodesError


class MissingRosError(PoseNodesError):
    """ROS, or the package's own messages, cannot be imported."""


@contextmanager
def needs_ros(command: str) -> Iterator[None]:
    """Around imports that need ROS: turns a missing module into a sentence.

    Raises:
        MissingRosError: a module is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingRosError(
            f"{command} needs ROS 2 ({error.name} is missing): source a workspace with this package, or run "
            f"`make setup` and then `tools/ros_wheels/run python -m pose_nodes {command}`"
        ) from error
