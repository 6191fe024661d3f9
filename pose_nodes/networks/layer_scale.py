"""A learned factor for each channel of a branch (Touvron et al., "Going deeper with image transformers")."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LayerScale(nn.Module):
    """Scales channels."""

    def __init__(self, channels: int, start: float) -> None:
        """Build a layer whose factors are all `start`."""
        super().__init__()
        self.gamma = nn.Parameter(torch.full((channels,), start))

    def forward(self, branch: Tensor) -> Tensor:
        """(..., c) -> (..., c)."""
        return branch * self.gamma
