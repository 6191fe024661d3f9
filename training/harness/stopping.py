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
        self._in_steps, self._ends = False, False

    def on_train_start(self, trainer: lightning.Trainer, module: Any) -> None:
        """Hear the signals in place of Lightning, which would end a step after any of its batches.

        Raises:
            KeyboardInterrupt: the run was asked to end before its first step.
        """
        for number in _SIGNALS:
            signal.signal(number, self._hear)
        self._in_steps = True
        if self.ends(trainer):
            raise KeyboardInterrupt

    def ends(self, trainer: lightning.Trainer) -> bool:
        """Whether the run ends after this step, as a device was asked to; all call this once a step.

        A signal that comes later in the step waits for the next, whose checkpoint can still be written.
        """
        self._ends = trainer.strategy.reduce_boolean_decision(self.asked, all=False)
        return self._ends

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """End the run if `ends` has said so."""
        if self._ends:
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
        when = "after this step; its checkpoint is written" if self._in_steps else "before the first step"
        print(f"ending {when}", flush=True)
