"""Held-out scores while a network trains, and the best weights so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as lightning
import torch
from torch import nn

from training.harness.curves import Curve
from training.harness.module import TrainingModule
from training.harness.task import Task

BEST, LATEST = "best", "latest"


def mean_scores(task: Task, network: nn.Module, pieces: Any, device: Any) -> dict[str, float]:
    """Means of the scores over all pieces; those that are NaN do not count."""
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        each = [task.scores(network, piece, device) for piece in pieces]
    network.train(was_training)
    return {name: _mean([scores[name] for scores in each]) for name in each[0]} if each else {}


class Validation(lightning.Callback):
    """Validates every so many steps; writes the curve, and weights of the last and of the best time."""

    def __init__(self, task: Task, folder: Path, curve: Curve | None, steps: int) -> None:
        """Args: the task; folder of the weights; curve of the scores, on the first device; how often."""
        self._task, self._folder, self._curve, self._steps = task, folder, curve, steps
        self._pieces: Any = None
        self._at = -1
        self.latest: dict[str, float] = {}

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Validate if it is due."""
        step = trainer.global_step
        if step == self._at or (batch_idx + 1) % trainer.accumulate_grad_batches or not self._steps:
            return
        if step % self._steps == 0 or step >= trainer.max_steps:
            self._at = step
            self._validate(trainer, module)

    def _validate(self, trainer: lightning.Trainer, module: TrainingModule) -> None:
        """The first device validates, while the others wait."""
        if trainer.is_global_zero:
            self._pieces = self._task.held_out() if self._pieces is None else self._pieces
            self.latest = mean_scores(self._task, module.judged, self._pieces, module.device)
            if self._curve is not None:
                self._curve.add(trainer.global_step, self.latest)
            for logger in trainer.loggers:
                named = {f"held_out/{name}": value for name, value in self.latest.items()}
                logger.log_metrics(named, trainer.global_step)
        score = trainer.strategy.broadcast(self.latest.get(self._task.best, math.nan))
        better = score > module.best_score.item()
        if better:
            module.best_score.fill_(score)
        if trainer.is_global_zero:
            card = self._card(trainer, module)
            self._task.save(module.judged, self._folder / LATEST, card)
            if better:
                self._task.save(module.judged, self._folder / BEST, card)
        trainer.strategy.barrier()

    def _card(self, trainer: lightning.Trainer, module: TrainingModule) -> Mapping[str, Any]:
        run = self._task.config.run
        return {
            "task": self._task.name,
            "steps": trainer.global_step,
            "samples": trainer.global_step * run.batch_size * run.accumulate * trainer.world_size,
            "seed": run.seed,
            "validation": {name: float(value) for name, value in self.latest.items()},
        }


def _mean(values: list[float]) -> float:
    finite = [value for value in values if not math.isnan(value)]
    return float(np.mean(finite)) if finite else math.nan
