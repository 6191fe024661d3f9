"""What a vision transformer adds to its tokens to say where in the image they are."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

TRAINED_SIDE = 37
"""Patches along a side of the images of 518 pixels that DINOv2 was trained on last."""
_OFFSET = 0.1
"""Is added to the wanted side before it is divided, as the published weights without registers expect."""


class PositionGrid(nn.Module):
    """A learned vector for the class token, and one for each place of a square grid.

    For images of another size the grid is interpolated bicubically, as the published code does: for networks
    with registers to the wanted size with anti-aliasing, for the older ones by a factor that is a little
    larger than needed, without.
    """

    def __init__(self, channels: int, antialias: bool) -> None:
        """Build a grid of random vectors."""
        super().__init__()
        self.antialias = antialias
        self.vectors = nn.Parameter(0.02 * torch.randn(1, 1 + TRAINED_SIDE**2, channels))

    def forward(self, rows: int, columns: int) -> Tensor:
        """(1, 1 + rows columns, c): of the class token, then of the patches row by row."""
        if rows == columns == TRAINED_SIDE:
            return self.vectors
        grid = self.vectors[:, 1:].unflatten(1, (TRAINED_SIDE, TRAINED_SIDE)).permute(0, 3, 1, 2)
        resized = self._resized(grid, rows, columns)
        return torch.cat([self.vectors[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)

    def _resized(self, grid: Tensor, rows: int, columns: int) -> Tensor:
        if self.antialias:
            return interpolate(grid, size=(rows, columns), mode="bicubic", antialias=True)
        factors = ((rows + _OFFSET) / TRAINED_SIDE, (columns + _OFFSET) / TRAINED_SIDE)
        return interpolate(grid, scale_factor=factors, mode="bicubic")
