"""A configuration class as a commented ROS parameter file."""

from __future__ import annotations

from pose_nodes.core.option_file import comment_lines, option_lines


def render_parameter_file(cls: type, heading: str) -> str:
    """The text of a parameter file with every option at its default, each under what it is for.

    Args:
        cls: a configuration class of `pose_nodes.core.config`.
        heading: what stands on top, as comment.
    """
    lines = [*comment_lines(heading, ""), "/**:", "  ros__parameters:", *option_lines(cls, "    ")]
    return "\n".join(lines) + "\n"
