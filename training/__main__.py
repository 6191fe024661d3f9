"""The command line of the training: python -m training COMMAND …

Exit codes of every command: 0 done, 2 bad input (one sentence on stderr), 130 interrupted.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from pose_nodes.commands.parser import CommandParser
from pose_nodes.core.errors import PoseNodesError
from pose_nodes.core.interruption import interruptible
from training.commands.train import TASKS
from training.commands.train import main as train

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130

COMMANDS = {
    "pool": "make the objects that samples are made of, lying still among each other",
    "cache": "write samples to disk, to be read faster than they are made",
    "bench": "measure how many samples a second are made",
    "teacher-descriptors": "describe objects by a teacher, for distillation",
    "evaluate-descriptors": "compare local descriptors on held-out pairs and on recordings",
    "ablation": "train and compare students that differ in supervision and loss alone",
    "reproduce": "print the tables of a paper beside our own figures",
    **{name: kind.text for name, kind in TASKS.items()},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    Args:
        arguments: command line without the program's name; that of the process if None.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in COMMANDS:
        return _without_command(given)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with interruptible():
            return _run(given[0], given[1:])
    except PoseNodesError as error:
        print(f"training {given[0]}: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(f"training {given[0]}: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(name: str, words: list[str]) -> int:
    if name in TASKS:
        return train(words, name)
    return int(importlib.import_module(f"training.commands.{name.replace('-', '_')}").main(words))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does, so that it ends its processes."""
    raise KeyboardInterrupt


def _without_command(given: list[str]) -> int:
    listed = "\n".join(f"  {name:22}{text}" for name, text in COMMANDS.items())
    parser = CommandParser(
        "training",
        "Trains the models of pose_nodes, and makes what they are trained with.",
        f"commands:\n{listed}\n\n`python -m training COMMAND --help` tells the options of one.",
        usage="python -m training COMMAND …",
    )
    parser.add_argument("command", choices=list(COMMANDS), help="what to do")
    try:
        parser.parse_args(given)
    except SystemExit as end:
        return int(end.code or 0)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
