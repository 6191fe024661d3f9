"""The student network in training: how it begins, how it is given batches, and how a teacher judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.weight_files import load_network
from training.data.samples import BatchArrays
from training.losses.distillation import distillation_loss


class TaughtStudent(nn.Module):
    """A student that learns from a teacher, with a linear map into the space of the teacher's descriptors.

    The map is for training alone.
    """

    def __init__(self, student: DescriptorNetwork) -> None:
        super().__init__()
        self.student = student
        self.to_teacher = nn.Linear(student.config.dimension, student.config.dimension)

    def forward(self, points: Tensor, normals: Tensor | None, offsets: Tensor) -> Tensor:
        """The student's descriptors."""
        found: Tensor = self.student(points, normals, offsets)
        return found

    def as_teacher(self, descriptors: Tensor) -> Tensor:
        """(n, d) unit vectors that are to be the teacher's descriptors, of the student's."""
        return normalize(self.to_teacher(descriptors), dim=1)


def student_of(network: nn.Module) -> DescriptorNetwork:
    """What is validated and kept of a student in training."""
    student = network.student if isinstance(network, TaughtStudent) else network
    assert isinstance(student, DescriptorNetwork)
    return student


def initial_student(config: DescriptorConfig, weights: str) -> DescriptorNetwork:
    """A student with weights of a file, or random ones of PyTorch's global generator.

    One that is to tell mirror images apart may begin with weights of one that is not: its further layers have
    no effect at first.

    Raises:
        InvalidWeightsError: the file cannot be used.
        InvalidConfigError: it is of a network of other options.
    """
    if not weights:
        return DescriptorNetwork(config)
    network = load_network(Path(weights).expanduser())
    begun = _with_layers_of_no_effect(network, config)
    if begun is None:
        raise InvalidConfigError(
            f"weights '{weights}': are of a network with {to_mapping(network.config)}, not with "
            f"{to_mapping(config)}; say the same under 'network'"
        )
    return begun.train()


def _with_layers_of_no_effect(network: Any, config: DescriptorConfig) -> DescriptorNetwork | None:
    """The same descriptors by a network of these options; None where that is not possible."""
    if not isinstance(network, DescriptorNetwork):
        return None
    if replace(network.config, mirrored=config.mirrored) != config:
        return None
    begun = DescriptorNetwork(config)
    _, unknown = begun.load_state_dict(network.state_dict(), strict=False)
    return None if unknown else begun


def run_student(network: nn.Module, batch: BatchArrays, device: Any) -> tuple[Tensor, list[int]]:
    """Descriptors of all clouds of a batch.

    Args:
        network: a student.
        batch: with the lists of arrays "points", "normals" and "offsets".
        device: of the network.

    Returns:
        (n, d) descriptors, and where the clouds end, with a 0 before.
    """
    points = torch.from_numpy(np.concatenate(batch["points"])).to(device)
    normals = torch.from_numpy(np.concatenate(batch["normals"])).to(device)
    sizes = np.concatenate([np.diff(offsets, prepend=0) for offsets in batch["offsets"]])
    ends = np.cumsum(sizes)
    descriptors = network(points, normals, torch.from_numpy(ends).to(device))
    return descriptors, [0, *ends.tolist()]


def taught(descriptors: Tensor, ends: Sequence[int], batch: BatchArrays, kind: str) -> tuple[Tensor, Tensor]:
    """How far descriptors are from a teacher's: of first and of second clouds, () each, the mean over the
    points of a cloud and over pairs (our choice, as the paper is silent).

    Args:
        descriptors: (n, d) unit vectors of all clouds.
        ends: where these end, with a 0 before.
        batch: with the lists of arrays "labels" and "labelled".
        kind: of the loss, a key of `LOSSES`.
    """
    device = descriptors.device
    labels = torch.from_numpy(np.concatenate(batch["labels"])).to(device).float()
    labelled = torch.from_numpy(np.concatenate(batch["labelled"])).to(device)
    parts = [distillation_loss(descriptors[a:b], labels[a:b], labelled[a:b], kind) for a, b in pairwise(ends)]
    return torch.stack(parts[0::2]).mean(), torch.stack(parts[1::2]).mean()
