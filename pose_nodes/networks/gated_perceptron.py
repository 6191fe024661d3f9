"""A perceptron whose inner layer is gated (SwiGLU; Shazeer, "GLU variants improve transformer", 2020)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import silu

_MULTIPLE = 8
"""Inner channels are rounded up to one of these, as DINOv2 does."""


class GatedPerceptron(nn.Module):
    """Two linear layers side by side, one the gate of the other, and a third.

    Attributes:
        inner: channels between, two thirds of those of a plain perceptron: so it has as many weights.
    """

    def __init__(self, channels: int, ratio: float) -> None:
        """Build a perceptron; `ratio` as that of a plain one."""
        super().__init__()
        self.inner = -(-int(int(channels * ratio) * 2 / 3) // _MULTIPLE) * _MULTIPLE
        self.first = nn.Linear(channels, 2 * self.inner)
        self.second = nn.Linear(self.inner, channels)

    def forward(self, features: Tensor) -> Tensor:
        """(..., c) -> (..., c)."""
        gate, value = self.first(features).chunk(2, dim=-1)
        return self.second(silu(gate) * value)
