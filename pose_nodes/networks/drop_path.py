"""Leaving residual branches out at random while training (Huang et al., "Deep Networks with Stochastic
Depth", ECCV 2016)."""

from __future__ import annotations

from torch import Tensor, nn


class DropPath(nn.Module):
    """Leaves the branch of single points out, as Point Transformer V3 does, and makes the others larger."""

    def __init__(self, share: float) -> None:
        """Build a layer that leaves out that share of the points, in training alone."""
        super().__init__()
        self.share = share

    def forward(self, branch: Tensor) -> Tensor:
        """(n, c) -> (n, c)."""
        if not self.training or self.share == 0.0:
            return branch
        kept = branch.new_empty(len(branch), 1).bernoulli_(1.0 - self.share)
        return branch * (kept / (1.0 - self.share))
