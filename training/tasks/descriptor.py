"""Descriptors learnt from corresponding points, and beside them from a teacher, if there is one (our choice).

A teacher judges what a linear map makes of a descriptor (the regressor of Romero et al., FitNets, ICLR 2015):
the student has to know what the teacher knows, and need not lay it out in the same way. Where the teacher's
descriptors crowd together, being at the same places would mean being as hard to tell apart.
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
from pose_nodes.networks.descriptor import DescriptorConfig
from pose_nodes.networks.weight_files import save_network
from training.clouds.augmentation import AugmentationOptions
from training.clouds.held_out import Piece, scores_of
from training.clouds.matching_samples import MatchingOptions, MatchingSamples
from training.clouds.teacher_labels import TeacherLabels, store_for
from training.data.samples import BatchArrays
from training.harness.config import OptimiserOptions, RunOptions
from training.harness.task import Loss
from training.losses.distillation import LOSSES
from training.losses.matching import Matched, matching_loss
from training.tasks.cloud_data import CloudData, held_out_pieces, training_pairs
from training.tasks.students import TaughtStudent, initial_student, run_student, student_of, taught


@dataclass(frozen=True)
class TeacherOptions:
    """What is learnt from a teacher beside corresponding points."""

    store: str = option(
        "", "its descriptors, see `python -m training teacher-descriptors`; empty: no teacher"
    )
    weight: float = option(
        1.0, "of its loss, where that of corresponding points has 1 (our choice)", minimum=0.0
    )
    loss: str = option("eq1", "of the distance to its descriptors, as of `distil`", choices=tuple(LOSSES))
    reach: float = option(
        0.03, "of a point from the nearest that the teacher has described (our choice)",
        unit="diameters", minimum=0.001, maximum=1.0,
    )  # fmt: skip
    spread: float = option(
        0.0, "how its descriptors are laid out, as of `distil` (our choice)", minimum=0.0, maximum=1.0
    )


@dataclass(frozen=True)
class DescriptorTraining:
    """Options of the task."""

    run: RunOptions = group(RunOptions, "the run")
    optimiser: OptimiserOptions = group(OptimiserOptions, "AdamW with a cosine schedule")
    data: CloudData = group(CloudData, "pairs of clouds")
    matching: MatchingOptions = group(MatchingOptions, "which points shall be alike")
    teacher: TeacherOptions = group(TeacherOptions, "what a teacher says of them")
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
        """The student; where there is a teacher, with a map into the space of its descriptors."""
        student = initial_student(self.config.network, self.config.weights)
        return TaughtStudent(student) if self.config.teacher.store else student

    def samples(self) -> MatchingSamples:
        """Pairs of clouds with related points.

        Raises:
            InvalidDatasetError: there are no pairs, or there is no store of a teacher where one is named.
            InvalidConfigError: it is of other objects, or not as long as the student's descriptors.
        """
        config, pairs = self.config, training_pairs(self.config.data)
        teacher = None
        if config.teacher.store:
            store = store_for(config.teacher.store, pairs.pool, config.network.dimension)
            teacher = TeacherLabels.laid_out(store, config.teacher.reach, config.teacher.spread)
        return MatchingSamples(pairs, config.matching, config.changes, config.run.seed, teacher)

    def loss(self, network: nn.Module, batch: BatchArrays, device: Any) -> Loss:
        """InfoNCE in both directions of each pair, and what the teacher says."""
        descriptors, ends = run_student(network, batch, device)
        matched = self._matched(descriptors, ends, batch)
        if not isinstance(network, TaughtStudent):
            return matched
        first, second = taught(network.as_teacher(descriptors), ends, batch, self.config.teacher.loss)
        total = matched.total + self.config.teacher.weight * (first + second)
        return Loss(total, {**matched.parts, "matching": matched.total, "teacher": first + second})

    def _matched(self, descriptors: Tensor, ends: list[int], batch: BatchArrays) -> Loss:
        found = Matched(descriptors.sum() * 0.0, torch.zeros((), device=descriptors.device), 0)
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
        return scores_of(piece, Dgedi(student_of(network), device=str(device)).describe)

    def save(self, network: nn.Module, path: Path, card: Mapping[str, Any]) -> None:
        """Write weights and card."""
        card = {**card, "training": to_mapping(self.config)}
        save_network(path.with_suffix(".safetensors"), student_of(network), card)


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(array)
