"""Which checkpoint a run goes on from, and whether it is still the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError
from training.harness.checkpoints import BEFORE, DAMAGED, LAST, SIGNATURE, read_checkpoint
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
    """The checkpoint to go on from: the last one, or the one before if that is damaged.

    Args:
        folder: that a `CheckpointWriter` wrote to.
        task: that goes on.
        origin: what its data are now.

    Raises:
        InvalidInputError: there is none.
        InvalidDatasetError: none is whole, or of this training.
        InvalidConfigError: it was begun with other options or data; the message names one.
    """
    path, about = _whole(folder)
    note = about[SIGNATURE]
    if note["task"] != task.name:
        raise InvalidConfigError(f"{path}: is of the task '{note['task']}', not of '{task.name}'")
    _check_same(note["options"], to_mapping(task.config), path)
    _check_same_data(note.get("data", {}), origin, path)
    return Found(path, int(about["global_step"]))


def set_aside(found: Found) -> Path | None:
    """Move a last checkpoint away that was passed over for the one before, which it would take the place of.

    Returns:
        Where it is now; None if none was passed over.

    Raises:
        InvalidInputError: it cannot be moved.
    """
    last = found.path.with_name(LAST)
    if found.path == last or not last.exists():
        return None
    try:
        return last.replace(last.with_name(DAMAGED))
    except OSError as error:
        raise InvalidInputError(
            f"{last}: is damaged, and cannot be moved ({error.strerror}); delete it"
        ) from error


def _whole(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The last checkpoint that can be read, and what is in it."""
    problems: list[InvalidDatasetError] = []
    # Between the two moves of `CheckpointWriter.write` there is only the one before.
    for path in filter(Path.is_file, (folder / LAST, folder / BEFORE)):
        try:
            return path, read_checkpoint(path)
        except InvalidDatasetError as problem:
            problems.append(problem)
    if not problems:
        raise InvalidInputError(f"{folder}: has no checkpoint; begin without --resume")
    raise InvalidDatasetError(
        f"{problems[0]}, and there is no other to go on from; delete {folder}, and the training begins anew"
    ) from problems[0]


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
