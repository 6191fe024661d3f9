"""Options of a run, whatever is trained."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import option

PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


@dataclass(frozen=True)
class RunOptions:
    """How long, on what, and how often something is written. All values are our choice."""

    steps: int = option(20_000, "optimiser steps in all", minimum=1, maximum=100_000_000)
    batch_size: int = option(4, "samples a step and device", minimum=1, maximum=100_000)
    accumulate: int = option(1, "batches whose gradients make one step", minimum=1, maximum=10_000)
    seed: int = option(
        0, "of the initial weights, the order of samples and all that is random", minimum=0,
        maximum=2**31 - 1,
    )  # fmt: skip
    accelerator: str = option("auto", "what computes", choices=("auto", "cpu", "gpu"))
    devices: int = option(1, "of it; more than one train in parallel (DDP)", minimum=1, maximum=1024)
    precision: str = option("32", "of products; bf16 and 16 are mixed precision", choices=tuple(PRECISIONS))
    threads: int = option(0, "of PyTorch on a CPU; 0: as many as there are cores", minimum=0, maximum=1024)
    workers: int = option(1, "processes that make samples; 0: none, in between", minimum=0, maximum=1024)
    log_steps: int = option(10, "from one line of the curve to the next", minimum=1)
    report_seconds: float = option(60.0, "from one line on the terminal to the next", unit="s", minimum=0.0)
    validate_steps: int = option(1000, "from one validation to the next; 0: never", minimum=0)
    checkpoint_steps: int = option(500, "from one checkpoint to the next", minimum=1)
    checkpoint_minutes: float = option(
        10.0, "after which a checkpoint is due whatever the steps", unit="min", minimum=0.01
    )


@dataclass(frozen=True)
class OptimiserOptions:
    """AdamW with a cosine schedule, as in the dGeDi paper, which gives no numbers: all are our choice."""

    rate: float = option(1e-3, "highest learning rate", minimum=0.0, maximum=10.0)
    last_rate: float = option(0.01, "at the end, as share of the highest", minimum=0.0, maximum=1.0)
    warm_up: int = option(200, "steps over which the rate rises to the highest", minimum=0)
    weight_decay: float = option(0.01, "of matrices; vectors and biases have none", minimum=0.0, maximum=1.0)
    clip: float = option(1.0, "largest norm of all gradients; 0: none", minimum=0.0)
    averaging: float = option(
        0.0, "weights that are validated and kept are a running mean with this memory; 0: none", minimum=0.0,
        maximum=0.99999,
    )  # fmt: skip


FREE = frozenset(
    {
        "run.steps", "run.workers", "run.threads", "run.log_steps", "run.report_seconds",
        "run.validate_steps", "run.checkpoint_steps", "run.checkpoint_minutes",
    }
)  # fmt: skip
"""Options that may change when a run goes on; all others would make another curve of it."""
