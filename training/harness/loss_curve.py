"""The curve of the loss while a network trains."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as lightning

from training.harness.curves import Curve


class LossCurve(lightning.Callback):
    """Adds a row every so many steps, before the checkpoint of a step, so that none is missing after it."""

    def __init__(self, curve: Curve | None, log_steps: int) -> None:
        """Args: curve of the first device; how often a row is due."""
        self._curve, self._log_steps, self._at = curve, log_steps, -1

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Add a row if it is due.

        Raises:
            InvalidInputError: the file cannot be written.
        """
        step = trainer.global_step
        if self._curve is None or step == self._at or (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        self._at = step
        if step % self._log_steps == 0 or step >= trainer.max_steps:
            row = {name: float(value) for name, value in module.latest.items()}
            row["rate"] = module.rate_of(step - 1)
            self._curve.add(step, row)
            for logger in trainer.loggers:
                logger.log_metrics(row, step)
