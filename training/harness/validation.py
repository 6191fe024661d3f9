"""Held-out scores while a network trains, and the best weights so far."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as lightning
import torch
from torch import nn

from training.harness.config import RunOptions
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
    """Validates every so many steps; writes the curve, and weights of the last and of the best time.

    It comes after the checkpoint of its step, so that steps are not lost with it; a run that goes on from
    there makes up for it.
    """

    def __init__(
        self, task: Task, folder: Path, curve: Curve | None, pieces: Sequence[Any], origin: Mapping[str, str]
    ) -> None:
        """Args: the task; folder of the weights; curve and pieces on the first device; what the data are."""
        self._task, self._folder, self._curve, self._pieces = task, folder, curve, pieces
        self._origin = origin
        self._steps: int = task.config.run.validate_steps
        self._at = -1
        self.latest: dict[str, float] = {}

    def on_train_start(self, trainer: lightning.Trainer, module: Any) -> None:
        """Take the best score so far from the curve, and make up for a validation that was not finished."""
        highest = -math.inf if self._curve is None else self._curve.highest(self._task.best)
        module.best_score.fill_(max(module.best_score.item(), trainer.strategy.broadcast(highest)))
        finished = trainer.strategy.broadcast(kept_steps(self._folder)) == trainer.global_step
        self._at = trainer.global_step if finished else 0
        self._validate_if_due(trainer, module)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Validate if it is due."""
        if (batch_idx + 1) % trainer.accumulate_grad_batches == 0:
            self._validate_if_due(trainer, module)

    def on_fit_end(self, trainer: lightning.Trainer, module: Any) -> None:
        """Where all steps were done already, training does not start; the end of it may be missing."""
        if self._at < 0:
            self.on_train_start(trainer, module)

    def _validate_if_due(self, trainer: lightning.Trainer, module: TrainingModule) -> None:
        step = trainer.global_step
        if step != self._at and is_due(step, self._task.config.run):
            self._at = step
            self._validate(trainer, module)

    def _validate(self, trainer: lightning.Trainer, module: TrainingModule) -> None:
        """The first device validates, while the others wait."""
        if trainer.is_global_zero and self._steps:
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
            # The latest ones come last: their card says that this validation is finished.
            for name in (BEST, LATEST) if better else (LATEST,):
                self._task.save(module.judged, self._folder / name, card)
        trainer.strategy.barrier()

    def _card(self, trainer: lightning.Trainer, module: TrainingModule) -> Mapping[str, Any]:
        run = self._task.config.run
        return {
            "task": self._task.name,
            "steps": trainer.global_step,
            "samples": trainer.global_step * run.batch_size * run.accumulate * trainer.world_size,
            "seed": run.seed,
            "data": dict(self._origin),
            "validation": {name: float(value) for name, value in self.latest.items()},
        }


def is_due(step: int, run: RunOptions) -> bool:
    """Whether a step is followed by a validation; after the last one, weights are kept in any case."""
    return step >= run.steps or (step > 0 and run.validate_steps > 0 and step % run.validate_steps == 0)


def kept_steps(folder: Path) -> int:
    """Steps of the latest weights in a folder, by their card; 0 if there are none."""
    card = folder / f"{LATEST}.json"
    try:
        return int(json.loads(card.read_text(encoding="utf-8"))["steps"])
    except (OSError, ValueError, LookupError, TypeError):  # none that `save` has finished
        return 0


def _mean(values: list[float]) -> float:
    finite = [value for value in values if not math.isnan(value)]
    return float(np.mean(finite)) if finite else math.nan
