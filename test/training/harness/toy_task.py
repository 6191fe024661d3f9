"""A task that trains in a second; as a program, a run of it: toy_task.py FOLDER [--resume] [NAME=VALUE …].

With signal=9 at=5, it gets that signal at its sixth batch.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import yaml
from torch import nn

from pose_nodes.core.config import from_mapping, group
from pose_nodes.core.errors import PoseNodesError
from pose_nodes.sequences.files import write_json
from training.data.seeding import sample_generator
from training.harness.checkpoints import read_checkpoint
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.run import train
from training.harness.task import Loss


@dataclass(frozen=True)
class ToyConfig:
    run: RunOptions = group(RunOptions, "")
    optimiser: OptimiserOptions = group(OptimiserOptions, "")


@dataclass(frozen=True)
class Toy:
    RAGGED: ClassVar[frozenset[str]] = frozenset()
    x: Any
    y: Any


class ToySamples:
    name, sample_class, length = "toy", Toy, None

    def __getitem__(self, index: int) -> Toy:
        x = sample_generator(0, "train", index).normal(size=4).astype(np.float32)
        return Toy(x, np.abs(x).sum(keepdims=True))


class ToyTask:
    """Learns the sum of absolute values; the dropout makes each step random."""

    name, best = "toy", "closeness"

    def __init__(self, config: ToyConfig, ends: Callable[[], None] | None = None, at: int = -1) -> None:
        """Of a configuration; what happens at which of the batches of this process."""
        self.config = config
        self._ends, self._left = ends, at

    def build(self) -> nn.Module:
        return nn.Sequential(
            nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1)
        )

    def samples(self) -> ToySamples:
        return ToySamples()

    def loss(self, network, batch, device) -> Loss:
        if self._left == 0 and self._ends is not None:
            self._ends()
        self._left -= 1
        error = network(torch.from_numpy(batch["x"]).to(device)) - torch.from_numpy(batch["y"]).to(device)
        return Loss((error**2).mean(), {"largest": error.abs().max()})

    def held_out(self) -> list[Toy]:
        return [ToySamples()[1_000_000 + index] for index in range(8)]

    def scores(self, network, piece, device) -> Mapping[str, float]:
        return {"closeness": -abs(float(network(torch.from_numpy(piece.x[None])) - float(piece.y[0])))}

    def save(self, network, path, card) -> None:
        write_json(path.with_suffix(".json"), dict(card))


SHORT = {
    "run.steps": 60, "run.workers": 0, "run.threads": 1, "run.accelerator": "cpu", "run.validate_steps": 20,
    "run.checkpoint_steps": 7, "run.log_steps": 1, "optimiser.averaging": 0.9, "optimiser.warm_up": 5,
    "optimiser.rate": 0.03,
}  # fmt: skip


def toy_config(**values: Any) -> ToyConfig:
    """With options by dotted name, dots as double underscores."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    return from_mapping(ToyConfig, {**SHORT, **given})


class Crashed(Exception):
    """What runs of the tests end with."""


def crash() -> None:
    raise Crashed


def curves(folder: Path) -> tuple[str, str]:
    return (folder / "curve.csv").read_text(), (folder / "validation.csv").read_text()


def last_step(folder: Path) -> int:
    step: int = read_checkpoint(folder / "checkpoints" / "last.ckpt")["global_step"]
    return step


def main(words: list[str]) -> int:
    values = {name: yaml.safe_load(value) for name, value in (w.split("=") for w in words[1:] if "=" in w)}
    number, at = values.pop("signal", 0), values.pop("at", -1)
    task = ToyTask(from_mapping(ToyConfig, {**SHORT, **values}), lambda: os.kill(os.getpid(), number), at)
    try:
        train(task, Path(words[0]), "--resume" in words)
    except PoseNodesError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
