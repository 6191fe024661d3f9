"""A student that learns a teacher's descriptors (Hamza et al., dGeDi): learning via correspondences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from pose_nodes.core.config import group, option, to_mapping
from pose_nodes.features.dgedi import Dgedi
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.weight_files import save_network
from training.clouds.augmentation import AugmentationOptions
from training.clouds.held_out import Piece, scores_of
from training.clouds.labelled_samples import LabelledSamples, LabelOptions
from training.clouds.teacher_labels import store_for
from training.data.samples import BatchArrays
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.task import Loss
from training.losses.distillation import LOSSES
from training.tasks.cloud_data import CloudData, held_out_pieces, training_pairs
from training.tasks.head_fit import fit_head
from training.tasks.students import initial_student, run_student, taught


@dataclass(frozen=True)
class DistilTraining:
    """Options of the task."""

    run: RunOptions = group(RunOptions, "the run")
    optimiser: OptimiserOptions = group(OptimiserOptions, "AdamW with a cosine schedule")
    data: CloudData = group(CloudData, "pairs of clouds, of kind model")
    store: str = option("out/training/teacher_descriptors", "see `python -m training teacher-descriptors`")
    labels: LabelOptions = group(LabelOptions, "which points have labels")
    loss: str = option(
        "eq1",
        "of the distance to a label; eq1 is the paper's, the others are its ablation",
        choices=tuple(LOSSES),
    )
    changes: AugmentationOptions = group(AugmentationOptions, "what is done to clouds each time")
    network: DescriptorConfig = group(DescriptorConfig, "the student")
    weights: str = option("", "that the student begins with; empty: random ones")


class DistilTask:
    """The task, see `training.harness.task.Task`."""

    name, best = "distil", "mutual"

    def __init__(self, config: DistilTraining) -> None:
        self.config = config

    def build(self) -> nn.Module:
        """The student; the last layer of one that has learnt before is fitted to the labels.

        Raises:
            PoseNodesError: as of `samples`, and of `initial_student`.
        """
        student = initial_student(self.config.network, self.config.weights)
        if self.config.weights:
            fit_head(student, self.samples())
        return student

    def samples(self) -> LabelledSamples:
        """Pairs of clouds with labels.

        Raises:
            InvalidDatasetError: there are no pairs or no labels.
            InvalidConfigError: the labels are of other objects, or not as long as the student's descriptors.
        """
        config = self.config
        pairs = training_pairs(config.data)
        store = store_for(config.store, pairs.pool, config.network.dimension)
        return LabelledSamples(pairs, store, config.labels, config.changes, config.run.seed)

    def loss(self, network: nn.Module, batch: BatchArrays, device: Any) -> Loss:
        """Mean over the points of each cloud, summed over query and target, mean over pairs (our choice, as
        the paper is silent)."""
        descriptors, ends = run_student(network, batch, device)
        query, target = taught(descriptors, ends, batch, self.config.loss)
        return Loss(query + target, {"query": query, "target": target})

    def held_out(self) -> Sequence[Piece]:
        """Pairs of clouds of other objects."""
        return held_out_pieces(self.config.data)

    def scores(self, network: nn.Module, piece: Piece, device: Any) -> Mapping[str, float]:
        """RON, FMR and others, see `match_scores`."""
        assert isinstance(network, DescriptorNetwork)
        return scores_of(piece, Dgedi(network, device=str(device)).describe)

    def save(self, network: nn.Module, path: Path, card: Mapping[str, Any]) -> None:
        """Write weights and card."""
        card = {**card, "training": to_mapping(self.config)}
        save_network(path.with_suffix(".safetensors"), network, card)
