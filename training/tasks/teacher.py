"""A GeDi teacher, trained on patches of pairs of partial views.

GeDi's own training is not public; this is that of its predecessor DIP, on the synthetic world: hardest
contrastive loss, and half the Chamfer distance of patches that the network turned. DIP takes SGD; AdamW with
a cosine schedule is our choice, and so is a softmax over all patches instead of the hardest one, which learns
from every patch of a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pose_nodes.core.config import group, option, to_mapping
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.patches import PatchSampler
from pose_nodes.networks.weight_files import save_network
from training.clouds.augmentation import AugmentationOptions
from training.clouds.held_out import Piece, scores_of
from training.clouds.patch_samples import PatchOptions, PatchSamples
from training.data.samples import BatchArrays
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.task import Loss
from training.losses.hardest import Contrast, chamfer, hardest_contrastive
from training.losses.softmax import softmax_contrastive
from training.tasks.cloud_data import CloudData, held_out_pieces, training_pairs
from training.tasks.teachers import teacher_describer


@dataclass(frozen=True)
class TeacherTraining:
    """Options of the task."""

    run: RunOptions = group(RunOptions, "the run")
    optimiser: OptimiserOptions = group(OptimiserOptions, "AdamW with a cosine schedule")
    data: CloudData = group(CloudData, "pairs of clouds")
    patches: PatchOptions = group(PatchOptions, "where patches are")
    changes: AugmentationOptions = group(AugmentationOptions, "what is done to clouds each time")
    network: GediConfig = group(GediConfig, "the teacher")
    chamfer: float = option(0.5, "weight of the Chamfer distance (DIP: 0.5)", minimum=0.0)
    contrast: str = option(
        "hardest", "patches are told from the hardest other one (DIP), or by a softmax of all (our choice)",
        choices=("hardest", "softmax"),
    )  # fmt: skip
    temperature: float = option(0.05, "of that softmax (our choice)", minimum=0.001, maximum=10.0)


class TeacherTask:
    """The task, see `training.harness.task.Task`."""

    name, best = "teacher", "mutual"

    def __init__(self, config: TeacherTraining) -> None:
        self.config = config

    def build(self) -> nn.Module:
        """The teacher."""
        return GediNetwork(self.config.network)

    def samples(self) -> PatchSamples:
        """Patches of pairs of clouds."""
        config = self.config
        sampler = PatchSampler.of(config.network)
        pairs = training_pairs(config.data)
        return PatchSamples(pairs, sampler, config.patches, config.changes, config.run.seed)

    def loss(self, network: nn.Module, batch: BatchArrays, device: Any) -> Loss:
        """Of each pair of clouds; those with too few patches do not count."""
        counts = [len(patches) for patches in batch["source_patches"]]
        if max(counts) < 2:
            # Of all weights: processes that train together wait for the gradient of each.
            nothing = torch.stack([weights.sum() for weights in network.parameters()]).sum() * 0.0
            return Loss(nothing, _nothing(device))
        patches = np.concatenate([*batch["source_patches"], *batch["target_patches"]])
        descriptors, aligned = network(torch.from_numpy(patches).to(device))
        first, second = descriptors.split(sum(counts))
        contrasts = [
            self._contrast(one, other, torch.from_numpy(apart).to(device))
            for one, other, apart in zip(
                first.split(counts), second.split(counts), batch["apart"], strict=True
            )
            if len(one) > 1
        ]
        turned = chamfer(*aligned.split(sum(counts)))
        return _joined(contrasts, turned, self.config.chamfer)

    def _contrast(self, first: Tensor, second: Tensor, apart: Tensor) -> Contrast:
        if self.config.contrast == "hardest":
            return hardest_contrastive(first, second, apart)
        return softmax_contrastive(first, second, apart, self.config.temperature)

    def held_out(self) -> Sequence[Piece]:
        """Pairs of clouds of other objects."""
        return held_out_pieces(self.config.data)

    def scores(self, network: nn.Module, piece: Piece, device: Any) -> Mapping[str, float]:
        """RON, FMR and others, see `match_scores`."""
        return scores_of(piece, teacher_describer(network, device))

    def save(self, network: nn.Module, path: Path, card: Mapping[str, Any]) -> None:
        """Write weights and card."""
        card = {**card, "training": to_mapping(self.config)}
        save_network(path.with_suffix(".safetensors"), network, card)


def _joined(contrasts: list[Contrast], turned: Tensor, weight: float) -> Loss:
    near = torch.stack([contrast.near for contrast in contrasts]).mean()
    far = torch.stack([contrast.far for contrast in contrasts]).mean()
    right = torch.stack([contrast.right for contrast in contrasts]).mean()
    return Loss(near + far + weight * turned, {"near": near, "far": far, "chamfer": turned, "right": right})


def _nothing(device: Any) -> dict[str, Tensor]:
    return {name: torch.zeros((), device=device) for name in ("near", "far", "chamfer", "right")}
