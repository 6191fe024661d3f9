"""How far a student's descriptors are from a teacher's.

All are of the distance e of two unit vectors, from 0 to 2 (Hamza et al., dGeDi).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

ALPHA, BETA, DELTA = 8.0, 0.2, 0.3
"""Of Eq. 1 of the dGeDi paper."""


def kinked(distance: Tensor) -> Tensor:
    """Eq. 1: alpha e^2 below delta; above it a line of slope beta that goes on from there.

    Labels that a student cannot reach, as the teacher's are not distinctive there, hardly pull.
    """
    beyond = BETA * distance + ALPHA * DELTA**2 - BETA * DELTA
    return torch.where(distance < DELTA, ALPHA * distance**2, beyond)


def squared(distance: Tensor) -> Tensor:
    """MSE: e^2."""
    return distance**2


def huber(distance: Tensor) -> Tensor:
    """Huber's loss: e^2 / 2 below delta; above it a line of the same slope (delta as above is our choice)."""
    return torch.where(distance < DELTA, 0.5 * distance**2, DELTA * (distance - 0.5 * DELTA))


def truncated(distance: Tensor) -> Tensor:
    """Eq. 2 in our reading: alpha e^2, which does not grow beyond delta.

    What the paper's second formula is, its ablation does not let us tell; this is Eq. 1 without its line.
    """
    return ALPHA * distance.clamp(max=DELTA) ** 2


LOSSES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "eq1": kinked,
    "eq2": truncated,
    "mse": squared,
    "huber": huber,
}


def distillation_loss(descriptors: Tensor, labels: Tensor, labelled: Tensor, kind: str) -> Tensor:
    """() mean over the points that have a label; 0 if none has.

    Args:
        descriptors, labels: (n, d) unit vectors of student and teacher.
        labelled: (n,) bool.
        kind: a key of LOSSES.
    """
    if not bool(labelled.any()):
        return descriptors.sum() * 0.0
    # The root of 0 has no finite slope.
    squares = ((descriptors - labels)[labelled] ** 2).sum(dim=1)
    return LOSSES[kind]((squares + 1e-12).sqrt()).mean()
