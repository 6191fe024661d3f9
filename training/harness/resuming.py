"""Which checkpoint a run goes on from, and whether it is still the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from training.harness.checkpoints import BEFORE, LAST, SIGNATURE, read_checkpoint
from training.harness.config import FREE
from training.harness.task import Task


@dataclass(frozen=True)
class Found:
    """A checkpoint that a run can go on from.

    Attributes:
        path: of the file.
        step: optimiser steps that were done.
    """

    path: Path
    step: int


def has_checkpoint(folder: Path) -> bool:
    """Whether a `CheckpointWriter` has finished one in this folder."""
    return any((folder / name).is_file() for name in (LAST, BEFORE))


def find(folder: Path, task: Task, origin: Mapping[str, str]) -> Found:
    """The checkpoint to go on from.

    Args:
        folder: that a `CheckpointWriter` wrote to.
        task: that goes on.
        origin: what its data are now.

    Raises:
        InvalidInputError: there is none.
        InvalidDatasetError: it is damaged, or not one of this training.
        InvalidConfigError: it was begun with other options or data; the message names one.
    """
    path = folder / LAST
    # Between the two moves of `CheckpointWriter.write` there is only the one before.
    path = path if path.exists() else folder / BEFORE
    if not path.is_file():
        raise InvalidInputError(f"{folder}: has no checkpoint; begin without --resume")
    about = read_checkpoint(path)
    note = about[SIGNATURE]
    if note["task"] != task.name:
        raise InvalidConfigError(f"{path}: is of the task '{note['task']}', not of '{task.name}'")
    _check_same(note["options"], to_mapping(task.config), path)
    _check_same_data(note.get("data", {}), origin, path)
    return Found(path, int(about["global_step"]))


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any], path: Path) -> None:
    for name in sorted({*before, *now} - FREE):
        if before.get(name) != now.get(name):
            raise InvalidConfigError(
                f"{path}: was begun with other options ('{name}' was {before.get(name)!r}, is "
                f"{now.get(name)!r}); use the same ones, or another folder"
            )


def _check_same_data(before: Mapping[str, str], now: Mapping[str, str], path: Path) -> None:
    # Checkpoints of earlier versions do not say what their data were.
    for name in sorted({*before} & {*now}):
        if before[name] != now[name]:
            raise InvalidConfigError(
                f"{path}: was begun with other data ('{name}' held {before[name]}, holds {now[name]}); bring "
                "those back, or choose another folder"
            )
