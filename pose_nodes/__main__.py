"""The command line: python -m pose_nodes COMMAND …

Exit codes of every command: 0 done, 2 bad input (one sentence on stderr), 130 interrupted; its help tells if
there are others.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from pose_nodes import __version__
from pose_nodes.commands.parser import CommandParser
from pose_nodes.core.errors import PoseNodesError
from pose_nodes.core.interruption import interruptible

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130

COMMANDS = {
    "estimate": "the pose of one object in one RGB-D image",
    "track": "follow the objects of a recorded sequence",
    "onboard": "look at a mesh: unit, size, symmetries, and its block for objects.yaml",
    "synth": "make synthetic RGB-D images with exact poses, from a preset",
    "check": "listen to a camera's topics and say what is wrong with them (needs ROS)",
    "evaluate": "cold starts on the targets of a BOP data set: result file and scores",
    "demo": "play the bundled sample through the nodes (needs ROS)",
    "bench": "measure transport, latency, cold starts and tracking (needs ROS)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    Args:
        arguments: command line without the program's name; that of the process if None.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in COMMANDS:
        return _without_command(given)
    command = importlib.import_module(f"pose_nodes.commands.{given[0]}")
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with interruptible():
            return int(command.main(given[1:]))
    except PoseNodesError as error:
        print(f"pose_nodes {given[0]}: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(f"pose_nodes {given[0]}: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does, so that it writes its summary and ends its processes."""
    raise KeyboardInterrupt


def _without_command(given: list[str]) -> int:
    listed = "\n".join(f"  {name:10}{text}" for name, text in COMMANDS.items())
    parser = CommandParser(
        "pose_nodes",
        "Finds known objects in RGB-D images and follows their 6-DoF pose.",
        f"commands:\n{listed}\n\n`pose_nodes COMMAND --help` tells the options of one.",
        usage="python -m pose_nodes [--version] COMMAND …",
    )
    parser.add_argument("--version", action="version", version=f"pose_nodes {__version__}")
    parser.add_argument("command", choices=list(COMMANDS), help="what to do")
    try:
        parser.parse_args(given)
    except SystemExit as end:
        return int(end.code or 0)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
