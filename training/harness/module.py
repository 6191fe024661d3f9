"""A task as Lightning trains it."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn

from pose_nodes.core.errors import PoseNodesError
from training.data.stream import Batch, SampleStream
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.optimiser import adamw, rate_at
from training.harness.task import Samples, Task


class NotFiniteError(PoseNodesError):
    """A loss that is not a number; the run ends."""


class TrainingModule(lightning.LightningModule):
    """The network of a task, its running mean, and the stream of its samples.

    All that is random in a step depends on the seed and the step's place in the stream alone, so that a run
    which goes on from a checkpoint has the curve of one that was never interrupted.

    Attributes:
        task: what is trained.
        network: that learns.
        average: the running mean of its weights, or None.
        best_score: of all validations so far.
        stream: of the samples, once training has begun.
    """

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        torch.manual_seed(self._run.seed)
        self.network = task.build()
        self.average = copy.deepcopy(self.network) if self._optimiser.averaging > 0 else None
        if self.average is not None:
            self.average.requires_grad_(False)
        self.register_buffer("best_score", torch.tensor(-float("inf"), dtype=torch.float64))
        self.stream: SampleStream | None = None
        self.latest: dict[str, Tensor] = {}

    @property
    def _run(self) -> RunOptions:
        options: RunOptions = self.task.config.run
        return options

    @property
    def _optimiser(self) -> OptimiserOptions:
        options: OptimiserOptions = self.task.config.optimiser
        return options

    @property
    def judged(self) -> nn.Module:
        """The network that is validated and kept."""
        return self.network if self.average is None else self.average

    def configure_optimizers(self) -> dict[str, Any]:
        """AdamW and its schedule, which advances with each step."""
        optimiser = adamw(self.network, self._optimiser)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: rate_at(step, self._run.steps, self._optimiser)
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def rate_of(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        return self._optimiser.rate * rate_at(step, self._run.steps, self._optimiser)

    def train_dataloader(self) -> SampleStream:
        """The stream, from the first sample on that no step has used."""
        run = self._run
        done = self.trainer.global_step * run.accumulate * run.batch_size
        samples = _OfRank(self.task.samples(), self.global_rank, self.trainer.world_size)
        self.stream = SampleStream(samples, run.batch_size, run.workers, done, run.seed)
        return self.stream

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """The task moves what it needs."""
        del device, dataloader_idx
        return batch

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of one batch.

        Raises:
            NotFiniteError: the loss is not a number.
        """
        del batch_idx
        torch.manual_seed(_mixed(self._run.seed, batch.first, self.global_rank))
        loss = self.task.loss(self.network, batch.arrays, self.device)
        if not torch.isfinite(loss.total):
            raise NotFiniteError(
                f"step {self.global_step}: the loss is {loss.total.item()}; look at the samples "
                f"{batch.indices.tolist()}, or begin in another folder with a lower optimiser.rate"
            )
        self.latest = {name: part.detach() for name, part in {"loss": loss.total, **loss.parts}.items()}
        return loss.total

    def optimizer_step(self, *arguments: Any, **named: Any) -> None:
        """Step, and follow the weights with their mean."""
        super().optimizer_step(*arguments, **named)
        if self.average is not None:
            _follow(self.average, self.network, self._optimiser.averaging, self.global_step)


class _OfRank:
    """The samples of one of several devices that train in parallel: every so many-th."""

    def __init__(self, samples: Samples, rank: int, devices: int) -> None:
        self._samples, self._rank, self._devices = samples, rank, devices
        self.name, self.sample_class = samples.name, samples.sample_class
        self.length: int | None = None

    def __getitem__(self, index: int) -> Any:
        return self._samples[index * self._devices + self._rank]


def _mixed(*numbers: int) -> int:
    """A seed of several numbers."""
    digest = hashlib.sha256(repr(numbers).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, memory: float, step: int) -> None:
    """Move the mean towards the weights; faster at first, when there is little to remember (our choice)."""
    share = 1.0 - min(memory, (1 + step) / (10 + step))
    for mean, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(new.to(mean.dtype), share)
        else:
            mean.copy_(new)
