"""Descriptors learnt from corresponding points alone, without a teacher (our choice).

Goes on from a distilled student, or begins with random weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pose_nodes.core.config import group, option, to_mapping
from pose_nodes.features.dgedi import Dgedi
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.weight_files import save_network
from training.clouds.augmentation import AugmentationOptions
from training.clouds.held_out import Piece, scores_of
from training.clouds.matching_samples import MatchingOptions, MatchingSamples
from training.data.samples import BatchArrays
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.task import Loss
from training.losses.matching import Matched, matching_loss
from training.tasks.cloud_data import CloudData, held_out_pieces, training_pairs
from training.tasks.students import initial_student, run_student


@dataclass(frozen=True)
class DescriptorTraining:
    """Options of the task."""

    run: RunOptions = group(RunOptions, "the run")
    optimiser: OptimiserOptions = group(OptimiserOptions, "AdamW with a cosine schedule")
    data: CloudData = group(CloudData, "pairs of clouds")
    matching: MatchingOptions = group(MatchingOptions, "which points shall be alike")
    changes: AugmentationOptions = group(AugmentationOptions, "what is done to clouds each time")
    network: DescriptorConfig = group(DescriptorConfig, "the student")
    weights: str = option("", "that the student begins with; empty: random ones")
    temperature: float = option(
        0.05, "of the softmax of similarities (our choice)", minimum=0.001, maximum=10.0
    )


class DescriptorTask:
    """The task, see `training.harness.task.Task`."""

    name, best = "descriptor", "mutual"

    def __init__(self, config: DescriptorTraining) -> None:
        self.config = config

    def build(self) -> nn.Module:
        """The student."""
        return initial_student(self.config.network, self.config.weights)

    def samples(self) -> MatchingSamples:
        """Pairs of clouds with related points."""
        config = self.config
        return MatchingSamples(training_pairs(config.data), config.matching, config.changes, config.run.seed)

    def loss(self, network: nn.Module, batch: BatchArrays, device: Any) -> Loss:
        """InfoNCE in both directions of each pair."""
        descriptors, ends = run_student(network, batch, device)
        found = Matched(descriptors.sum() * 0.0, torch.zeros((), device=device), 0)
        for index in range(len(batch["points"])):
            found += self._pair_loss(descriptors, ends, batch, index)
        count = max(1, found.anchors)
        return Loss(found.loss / count, {"right": found.right / count})

    def _pair_loss(self, descriptors: Tensor, ends: list[int], batch: BatchArrays, index: int) -> Matched:
        first, middle, end = ends[2 * index : 2 * index + 3]
        source, target = descriptors[first:middle], descriptors[middle:end]
        ours, theirs = (_tensor(batch[name][index]) for name in ("source_anchors", "target_anchors"))
        one, two = (_tensor(batch[name][index]) for name in ("source_relations", "target_relations"))
        there = matching_loss(source[ours.to(source.device)], target, one, self.config.temperature)
        back = matching_loss(target[theirs.to(source.device)], source, two, self.config.temperature)
        return there + back

    def held_out(self) -> Sequence[Piece]:
        """Pairs of clouds of other objects."""
        return held_out_pieces(self.config.data)

    def scores(self, network: nn.Module, piece: Piece, device: Any) -> Mapping[str, float]:
        """RON, FMR and others, see `scores_of`."""
        assert isinstance(network, DescriptorNetwork)
        return scores_of(piece, Dgedi(network, device=str(device)).describe)

    def save(self, network: nn.Module, path: Path, card: Mapping[str, Any]) -> None:
        """Write weights and card."""
        card = {**card, "training": to_mapping(self.config)}
        save_network(path.with_suffix(".safetensors"), network, card)


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(array)
