"""Checkpoints: written whole or not at all, and read without running anything that is in them."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.networks.checkpoints import DAMAGE
from training.harness.task import Task

LAST, BEFORE, DAMAGED = "last.ckpt", "before.ckpt", "damaged.ckpt"
SIGNATURE = "pose_nodes_training"


class CheckpointWriter(lightning.Callback):
    """Writes a checkpoint every so many steps or minutes; the last two are kept."""

    def __init__(
        self, folder: Path, steps: int, minutes: float, ends: Callable[[lightning.Trainer], bool]
    ) -> None:
        """Args: folder for the files; how often; whether the run ends after this step, asked once a step."""
        self._folder, self._steps, self._seconds, self._ends = folder, steps, 60.0 * minutes, ends
        self._written, self._at = time.monotonic(), -1

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Write one if it is due."""
        if trainer.global_step == self._at or (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        ends = self._ends(trainer) or trainer.global_step >= trainer.max_steps
        due = ends or time.monotonic() - self._written > self._seconds
        # The first device decides for all, as their clocks differ.
        if trainer.strategy.broadcast(due) or trainer.global_step % self._steps == 0:
            self.write(trainer)

    def write(self, trainer: lightning.Trainer) -> None:
        """Write one now.

        Raises:
            InvalidInputError: the folder cannot be written to.
        """
        path = self._folder / LAST
        partial = self._folder / f".{LAST}.partial"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            trainer.save_checkpoint(partial)
            if trainer.is_global_zero:
                with partial.open("rb") as file:
                    os.fsync(file.fileno())
                if path.exists():
                    path.replace(self._folder / BEFORE)
                partial.replace(path)
        except (OSError, RuntimeError) as error:
            raise InvalidInputError(
                f"{path}: cannot be written ({error}); make room, and go on with --resume"
            ) from error
        trainer.strategy.barrier()
        self._written, self._at = time.monotonic(), trainer.global_step


def signed(checkpoint: dict[str, Any], task: Task, origin: Mapping[str, str]) -> None:
    """Note in a checkpoint whose it is, and what its data are."""
    checkpoint[SIGNATURE] = {
        "task": task.name, "options": to_mapping(task.config), "data": dict(origin),
    }  # fmt: skip


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint.

    Raises:
        InvalidDatasetError: it is damaged, or not one of this training.
    """
    try:
        _check_sums(path)
        read = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, *DAMAGE) as error:
        first = str(error).split("\n")[0]
        raise InvalidDatasetError(f"{path}: is no checkpoint, or a damaged one ({first})") from error
    note = read.get(SIGNATURE) if isinstance(read, dict) and "global_step" in read else None
    if not isinstance(note, dict) or not {"task", "options"} <= {*note}:
        raise InvalidDatasetError(f"{path}: is not a checkpoint of this training")
    return read


def _check_sums(path: Path) -> None:
    """See that all bytes are as they were written, which PyTorch does not.

    Raises:
        BadZipFile: they are not, or the file is no zip file, as all checkpoints are; or others of DAMAGE.
    """
    with zipfile.ZipFile(path) as file:
        damaged = file.testzip()
    if damaged is not None:
        raise zipfile.BadZipFile(f"'{damaged}' has another checksum")
