"""Memory of a run that has batches of other sizes each step."""

from __future__ import annotations

import ctypes
from typing import Any

import pytorch_lightning as lightning

_STEPS = 50
"""Between two times (our choice); one takes some milliseconds."""


class GiveBackMemory(lightning.Callback):
    """Gives unused memory back to the system now and then.

    glibc keeps what it freed between blocks in use; with tensors of ever other sizes that grows to gigabytes.
    """

    def __init__(self) -> None:
        self._trim: Any = None
        try:
            self._trim = ctypes.CDLL("libc.so.6").malloc_trim
        except (OSError, AttributeError):  # another C library, which has no such habit
            return

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Give it back if it is time."""
        if self._trim is not None and batch_idx % _STEPS == 0:
            self._trim(0)
