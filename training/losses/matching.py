"""A contrastive loss over all points of the other cloud (our choice).

InfoNCE (van den Oord et al., 2018) with many right answers: minus the logarithm of the probability that the
softmax of similarities gives to any of them. With few wrong ones near, it is what the nearest descriptor of
a point being a right match costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.clouds.relations import ALIKE, NEITHER
from training.losses.full_precision import full_precision


@dataclass(frozen=True)
class Matched:
    """Sums over anchors.

    Attributes:
        loss: () of the losses.
        right: () of those whose most similar point is a right one.
        anchors: how many there are.
    """

    loss: Tensor
    right: Tensor
    anchors: int

    def __add__(self, other: Matched) -> Matched:
        return Matched(self.loss + other.loss, self.right + other.right, self.anchors + other.anchors)


def matching_loss(anchors: Tensor, others: Tensor, relation: Tensor, temperature: float) -> Matched:
    """The loss of the anchors of one cloud against all points of another; anchors without counterpart do not
    count.

    Args:
        anchors: (k, d) unit descriptors.
        others: (m, d) unit descriptors.
        relation: (k, m) int8 ALIKE, APART or NEITHER.
        temperature: of the softmax.
    """
    relation = relation.to(anchors.device)
    alike = relation == ALIKE
    some = alike.any(dim=1)
    with full_precision(anchors):
        similar = (anchors.float() @ others.float().T)[some] / temperature
    similar = similar.masked_fill(relation[some] == NEITHER, -torch.inf)
    right = similar.masked_fill(~alike[some], -torch.inf)
    loss = torch.logsumexp(similar, dim=1) - torch.logsumexp(right, dim=1)
    hits = alike[some].gather(1, similar.argmax(dim=1, keepdim=True))
    return Matched(loss.sum(), hits.sum(), int(some.sum()))
