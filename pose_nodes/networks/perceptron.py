"""A perceptron of two layers."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import gelu


class Perceptron(nn.Module):
    """Linear, GELU, linear; `ratio` times as wide between."""

    def __init__(self, channels: int, ratio: float) -> None:
        """Build a perceptron."""
        super().__init__()
        self.first = nn.Linear(channels, int(channels * ratio))
        self.second = nn.Linear(int(channels * ratio), channels)

    def forward(self, features: Tensor) -> Tensor:
        """(..., c) -> (..., c)."""
        return self.second(gelu(self.first(features)))
