"""The tasks: train a model, or go on with it."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.commands.parser import CommandParser
from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError
from training.commands.help_text import option_help
from training.commands.option_values import add_option_arguments, option_values, read_options

DONE = 0
PRESETS = ("small", "paper")
PRESET_FOLDER = Path(__file__).resolve().parents[2] / "config" / "training"


@dataclass(frozen=True)
class TaskKind:
    """Where a task is, by module and names in it."""

    module: str
    config: str
    task: str
    text: str


TASKS: Mapping[str, TaskKind] = {
    "teacher": TaskKind(
        "teacher", "TeacherTraining", "TeacherTask", "train a GeDi teacher on pairs of partial views"
    ),
    "distil": TaskKind(
        "distil", "DistilTraining", "DistilTask", "train a student to describe as a teacher does"
    ),
    "descriptor": TaskKind(
        "descriptor",
        "DescriptorTraining",
        "DescriptorTask",
        "train a student on corresponding points, alone or beside a teacher",
    ),
}


def main(arguments: Sequence[str], name: str) -> int:
    """Run a task.

    Raises:
        PoseNodesError: options, data or checkpoint cannot be used.
        KeyboardInterrupt: the run was ended; it can go on.
    """
    require_libraries()
    kind = TASKS[name]
    module = importlib.import_module(f"training.tasks.{kind.module}")
    config_class = getattr(module, kind.config)
    options = _parser(name, config_class).parse_args(arguments)
    preset = read_options(PRESET_FOLDER / name / f"{options.preset}.yaml")
    config = from_mapping(config_class, {**preset, **option_values(options)}, f"options of {name}")
    folder: Path = options.out or Path("out/training") / name
    begun = time.perf_counter()
    run: Any = importlib.import_module("training.harness.run")
    origin = importlib.import_module("training.tasks.origins").origin_of(config)
    run.train(getattr(module, kind.task)(config), folder, options.resume, origin)
    print(f"{config.run.steps} steps; {time.perf_counter() - begun:.0f} s; in {folder}")
    return DONE


def require_libraries() -> None:
    """See that what trains is installed.

    Raises:
        InvalidConfigError: it is not.
    """
    for module, package in (("torch", "PyTorch"), ("pytorch_lightning", "PyTorch Lightning")):
        if importlib.util.find_spec(module) is None:
            raise InvalidConfigError(
                f"{package} is not installed; run `pip install 'pose_nodes[training]'`, or `make setup`"
            )


def _parser(name: str, config_class: type) -> CommandParser:
    parser = CommandParser(
        f"training {name}",
        f"{TASKS[name].text.capitalize()}. Ctrl-C ends it after a step; with --resume the same command goes\n"
        "on from there.",
        option_help("options, with their defaults before any preset:", config_class),
    )
    parser.add_argument(
        "--preset", choices=PRESETS, default="small", help="options to begin with; default: %(default)s"
    )
    add_option_arguments(parser, also=("--config",))
    parser.add_argument("--out", type=Path, help=f"folder; default: out/training/{name}")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in the folder")
    return parser
