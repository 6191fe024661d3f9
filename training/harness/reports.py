"""What a run says while it goes on: a bar, and a line now and then."""

from __future__ import annotations

import time
from typing import Any

import pytorch_lightning as lightning
import torch
from rich.progress import Progress, TaskID

from training.commands.progress import progress_bar
from training.harness.module import TrainingModule
from training.harness.validation import Validation


class Reports(lightning.Callback):
    """A progress bar on a terminal, and a line every so many seconds."""

    def __init__(self, seconds: float, validation: Validation) -> None:
        """Args: how often a line is due; what else there is to tell."""
        self._seconds, self._validation = seconds, validation
        self._losses: list[torch.Tensor] = []
        self._said, self._at = time.monotonic(), -1
        self._told: dict[str, float] = {}
        self._progress: Progress | None = None
        self._bar: TaskID | None = None

    def on_train_start(self, trainer: lightning.Trainer, module: Any) -> None:
        """Show the bar."""
        if trainer.is_global_zero:
            self._progress = progress_bar()
            self._progress.start()
            self._bar = self._progress.add_task(
                "steps", total=trainer.max_steps, completed=trainer.global_step
            )
        self._said = time.monotonic()

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Say what is due."""
        if not trainer.is_global_zero:
            return
        self._losses.append(module.latest["loss"])
        step = trainer.global_step
        if step == self._at or (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        self._at = step
        self._tell(trainer, module)

    def on_train_end(self, trainer: lightning.Trainer, module: Any) -> None:
        """Take the bar away, and say the last line."""
        self._said = -float("inf")
        if trainer.is_global_zero:
            self._tell(trainer, module)
            self._close()

    def on_exception(self, trainer: lightning.Trainer, module: Any, exception: BaseException) -> None:
        """Take the bar away."""
        self._close()

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _tell(self, trainer: lightning.Trainer, module: TrainingModule) -> None:
        if self._progress is not None and self._bar is not None:
            self._progress.update(self._bar, completed=trainer.global_step)
        validated = self._validation.latest != self._told
        if self._losses and (validated or time.monotonic() - self._said >= self._seconds):
            self._said, self._told = time.monotonic(), self._validation.latest
            print(self._line(trainer, module, validated), flush=True)

    def _line(self, trainer: lightning.Trainer, module: TrainingModule, validated: bool) -> str:
        loss = float(torch.stack(self._losses).mean())
        self._losses.clear()
        assert module.stream is not None
        meter = module.stream.meter
        parts = [
            f"{time.strftime('%H:%M:%S')} step {trainer.global_step} of {trainer.max_steps}",
            f"loss {loss:.4f}",
            f"rate {module.rate_of(trainer.global_step - 1):.2e}",
            f"{meter.samples_per_second * trainer.world_size:.2f} samples a second",
            f"waited {100 * meter.waiting_share:.1f} %",
        ]
        meter.reset()
        if validated:
            scores = (f"{name} {value:.4f}" for name, value in self._validation.latest.items())
            parts.append("held out: " + ", ".join(scores))
        return "; ".join(parts)
