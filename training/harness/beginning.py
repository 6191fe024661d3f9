"""What a run begins with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from training.harness.config import RunOptions
from training.harness.layout import CHECKPOINTS, WEIGHTS, is_begun
from training.harness.resuming import Found, find, has_checkpoint, set_aside
from training.harness.task import Task
from training.harness.validation import kept_steps


@dataclass(frozen=True)
class Beginning:
    """What is known of a run before its first step.

    Attributes:
        found: the checkpoint that it goes on from; None if it begins anew.
        pieces: what it is validated with, on the first device.
        origin: what the data are, a line for each option that names some.
    """

    found: Found | None
    pieces: Sequence[Any]
    origin: Mapping[str, str]

    @property
    def step(self) -> int:
        """Optimiser steps that are done already."""
        return 0 if self.found is None else self.found.step


def begin(task: Task, folder: Path, resume: bool, origin: Mapping[str, str]) -> Beginning:
    """See that a run can begin, or go on, before anything is written.

    Raises:
        PoseNodesError: the folder, the checkpoint or the held-out data cannot be used.
    """
    run: RunOptions = task.config.run
    if not resume and is_begun(folder):
        raise InvalidInputError(
            f"{folder}: holds a training already; add --resume to go on with it, or choose another folder"
        )
    found = _begun(task, folder, origin) if resume else None
    if found is not None and found.step >= run.steps and kept_steps(folder / WEIGHTS) == found.step:
        raise InvalidConfigError(f"{found.path}: has {found.step} steps already; raise run.steps to go on")
    pieces = task.held_out() if run.validate_steps and is_first() else ()
    return Beginning(found, pieces, origin)


def is_first() -> bool:
    """Whether this is the process of the first device."""
    # Those of other devices are started anew by Lightning, with this in their environment.
    return int(os.environ.get("LOCAL_RANK", "0")) == 0


def _begun(task: Task, folder: Path, origin: Mapping[str, str]) -> Found | None:
    """The checkpoint to go on from; None if a run ended before its first one."""
    if is_begun(folder) and not has_checkpoint(folder / CHECKPOINTS):
        _say(f"{folder}: has no checkpoint yet; the training begins anew")
        return None
    found = find(folder / CHECKPOINTS, task, origin)
    damaged = set_aside(found) if is_first() else None
    if damaged is not None:
        _say(f"the last checkpoint is damaged, and {damaged} now; going on from step {found.step}")
    return found


def _say(text: str) -> None:
    if is_first():
        print(text, flush=True)
