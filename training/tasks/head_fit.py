"""A student that has learnt before, whose last layer is fitted to its labels before any step (our choice).

Where a teacher has its descriptors lie is arbitrary to a student, which is nowhere near at first; steps that
take it there may undo what it knows on the way. The best linear map is found at once instead.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pose_nodes.networks.descriptor import DescriptorNetwork
from training.clouds.labelled_samples import LabelledSample, LabelledSamples
from training.data.samples import to_arrays
from training.tasks.students import run_student

_SAMPLES = 24
"""That the map is found with."""


@torch.no_grad()
def fit_head(student: DescriptorNetwork, samples: LabelledSamples) -> None:
    """Replace the last layer by one whose descriptors are near the labels: least squares.

    The map is found for unit vectors, and applied before they are made such: the last layer gives nearly
    equal lengths, whose mean takes the place of 1. The published network has no such layer and is left as
    it is.

    Raises:
        PoseNodesError: as of the samples.
    """
    if not isinstance(student.head, nn.Linear):
        return
    was_training, lengths = student.training, list[Tensor]()
    student.eval()
    hook = student.head.register_forward_hook(lambda _, __, found: lengths.append(found.norm(dim=1)))
    seen = [_described(student, samples[index]) for index in range(_SAMPLES)]
    hook.remove()
    turned, shift = least_squares(*(np.concatenate(part) for part in zip(*seen, strict=True)))
    _compose(student.head, turned, shift * float(torch.cat(lengths).mean()))
    student.train(was_training)


def least_squares(
    descriptors: NDArray[np.float64], labels: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(d, d) A and (d,) b for which the sum of |A x + b - y|^2 is the least, of (n, d) x and y."""
    known = np.column_stack([descriptors, np.ones(len(descriptors))])
    found = np.linalg.lstsq(known, labels, rcond=None)[0].T.astype(np.float64)
    return found[:, :-1], found[:, -1]


def _compose(head: nn.Linear, turned: NDArray[np.float64], shift: NDArray[np.float64]) -> None:
    """A layer, and a linear map after it, as one layer."""
    matrix = torch.from_numpy(turned).to(head.weight)
    head.weight.copy_(matrix @ head.weight)
    head.bias.copy_(matrix @ head.bias + torch.from_numpy(shift).to(head.bias))


def _described(
    student: DescriptorNetwork, sample: LabelledSample
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, d) each: descriptors and labels of the points of a sample that have one."""
    batch = {name: [value] for name, value in to_arrays(sample).items()}
    descriptors, _ = run_student(student, {**batch}, torch.device("cpu"))
    labelled = sample.labelled
    return descriptors.double().numpy()[labelled], sample.labels[labelled].astype(np.float64)
