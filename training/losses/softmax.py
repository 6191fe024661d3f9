"""Patches told from all others at once, instead of the hardest other one (our choice).

InfoNCE (van den Oord et al., 2018): every other patch has its part in the gradient, where the hardest one of
a hundred patches of a smooth surface is often one that nothing could tell apart.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.losses.full_precision import full_precision
from training.losses.hardest import Contrast

_NEVER = -1e4
"""A similarity that adds nothing; infinity would make gradients that are not numbers."""


def softmax_contrastive(first: Tensor, second: Tensor, apart: Tensor, temperature: float) -> Contrast:
    """Minus the logarithm of the probability of the counterpart, in the mean of both directions.

    Args:
        first, second: (n, d) unit descriptors; the i-th of both belong together.
        apart: (n, n) bool which of the first and the second shall not be alike.
        temperature: of the softmax of similarities.

    Returns:
        `far` is the loss, `near` zero.
    """
    with full_precision(first):
        similar = first.float() @ second.float().T / temperature
    pairs = similar.diagonal()
    others = similar.masked_fill(~apart, _NEVER)
    there, back = (torch.logaddexp(pairs, others.logsumexp(dim=way)) - pairs for way in (1, 0))
    right = (pairs > others.amax(dim=1)).float().mean()
    return Contrast(torch.zeros_like(right), 0.5 * (there + back).mean(), right)
