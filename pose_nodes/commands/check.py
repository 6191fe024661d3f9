"""check: listens to a camera's topics and says in plain sentences what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from pose_nodes.commands.parser import CommandParser
from pose_nodes.commands.ros_needed import needs_ros


def main(arguments: Sequence[str]) -> int:
    """Run the command; ROS arguments may follow --ros-args.

    Raises:
        MissingRosError: ROS cannot be imported.
    """
    with needs_ros("check"):
        from pose_nodes.nodes.check_node import add_arguments, run_check
    parser = CommandParser(
        "pose_nodes check",
        "Listen to a camera's topics and say what is wrong with them.",
        "exit codes: 0 all fine, 2 problems found",
    )
    add_arguments(parser)
    parser.parse_args(list(takewhile(lambda word: word != "--ros-args", arguments)))
    return run_check(arguments)
