"""What the harness asks of a training task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor, nn

from training.data.samples import BatchArrays


@dataclass(frozen=True)
class Loss:
    """What a batch costs.

    Attributes:
        total: () tensor, what is minimised.
        parts: further numbers for the curve, by name.
    """

    total: Tensor
    parts: Mapping[str, Tensor]


class Samples(Protocol):
    """Training samples without end, by their place in the stream; can be pickled.

    Attributes:
        name, sample_class: as of `training.data.samples.Source`.
    """

    name: str
    sample_class: type[Any]

    def __getitem__(self, index: int) -> Any: ...


class Task(Protocol):
    """A network, what it learns from, and how good it is.

    Attributes:
        name: of the task.
        config: its options.
        best: name of the score by which the best weights are chosen; higher is better.
    """

    name: str
    config: Any
    best: str

    def build(self) -> nn.Module:
        """The network with its initial weights, made of PyTorch's global generator."""
        ...

    def samples(self) -> Samples:
        """What is trained with.

        Raises:
            PoseNodesError: there is nothing, or it cannot be used.
        """
        ...

    def loss(self, network: nn.Module, batch: BatchArrays, device: Any) -> Loss:
        """What a batch of samples costs."""
        ...

    def held_out(self) -> Sequence[Any]:
        """What is validated with, one piece after another."""
        ...

    def scores(self, network: nn.Module, piece: Any, device: Any) -> Mapping[str, float]:
        """How good a network is at one piece; means over all pieces are told."""
        ...

    def save(self, network: nn.Module, path: Path, card: Mapping[str, Any]) -> None:
        """Write weights that `pose_nodes` can use, and last of all, beside them (`.json`), their card."""
        ...
