"""The losses that GeDi's predecessor DIP is trained with (Poiesi and Boscaini, ICPR 2020)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.losses.full_precision import full_precision

NEAR, FAR = 0.1, 1.4
"""Margins: pairs up to here are near enough, others from here on are far enough apart."""


@dataclass(frozen=True)
class Contrast:
    """Parts of the hardest-contrastive loss, () each.

    Attributes:
        near: of the pairs.
        far: of the nearest that is no counterpart, averaged over both directions.
        right: share of pairs that are nearer than any other of the second cloud, as far as others count.
    """

    near: Tensor
    far: Tensor
    right: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum."""
        return self.near + self.far


def hardest_contrastive(first: Tensor, second: Tensor, apart: Tensor) -> Contrast:
    """Squared hinges on the distances of pairs and of the nearest others (Choy et al., FCGF, 2019).

    Args:
        first, second: (n, d) unit descriptors; the i-th of both belong together.
        apart: (n, n) bool which of the first and the second shall not be alike.
    """
    with full_precision(first):
        squares = (2.0 - 2.0 * first.float() @ second.float().T).clamp(min=0.0)
    distances = (squares + 1e-9).sqrt()
    pairs = distances.diagonal()
    others = distances.masked_fill(~apart, torch.inf)
    there, back = others.amin(dim=1), others.amin(dim=0)
    far = 0.5 * (_hinge(FAR - there) + _hinge(FAR - back))
    return Contrast(_hinge(pairs - NEAR), far, (pairs < there).float().mean())


def chamfer(first: Tensor, second: Tensor) -> Tensor:
    """() mean Chamfer distance of patches that should lie on each other: both means of squared distances.

    Args:
        first, second: (b, 3, k).
    """
    one, other = first.transpose(1, 2).float(), second.transpose(1, 2).float()
    with full_precision(first):
        products = one @ other.transpose(1, 2)
    squares = ((one**2).sum(2)[:, :, None] + (other**2).sum(2)[:, None] - 2.0 * products).clamp(min=0.0)
    return squares.amin(dim=2).mean() + squares.amin(dim=1).mean()


def _hinge(values: Tensor) -> Tensor:
    """Mean square of what is above zero; minus infinity counts as zero."""
    return values.clamp(min=0.0).square().mean()
