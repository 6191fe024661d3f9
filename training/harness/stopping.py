"""Ending a run at the end of a step."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytorch_lightning as lightning

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(lightning.Callback):
    """Asks a run to end after a step, as Ctrl-C and SIGTERM do; a second one ends it at once.

    Attributes:
        asked: whether it was.
    """

    def __init__(self) -> None:
        self.asked = False

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """End the run if that was asked for."""
        if self.asked and (batch_idx + 1) % trainer.accumulate_grad_batches == 0:
            raise KeyboardInterrupt

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals within the `with` block."""
        before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        print("ending after this step; its checkpoint is written", flush=True)
