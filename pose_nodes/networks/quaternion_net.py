"""A small PointNet that turns a patch into an attitude of its own choice (the QNet of DIP and GeDi)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, relu


class QuaternionNet(nn.Module):
    """Patches to rotations."""

    def __init__(self, point_widths: Sequence[int], widths: Sequence[int]) -> None:
        """Build a network.

        Args:
            point_widths: of the layers that see single points.
            widths: of the layers after the maximum over all points.
        """
        super().__init__()
        self.point_layers = _layers([3, *point_widths])
        self.layers = _layers([point_widths[-1], *widths])
        self.last = nn.Linear(widths[-1], 4)
        nn.init.zeros_(self.last.bias)

    def forward(self, patches: Tensor) -> Tensor:
        """(b, 3, k) patches -> (b, 3, 3) rotations, for columns of coordinates."""
        count, _, size = patches.shape
        features = patches.transpose(1, 2).reshape(count * size, 3)
        for place, (linear, norm) in enumerate(self.point_layers):
            features = norm(linear(features))
            if place < len(self.point_layers) - 1:
                features = relu(features, inplace=True)
        features = features.view(count, size, -1).amax(dim=1)
        for linear, norm in self.layers:
            features = relu(norm(linear(features)), inplace=True)
        identity = features.new_tensor([1.0, 0.0, 0.0, 0.0])
        return rotations(normalize(self.last(features) + identity, dim=1))


def rotations(quaternions: Tensor) -> Tensor:
    """(b, 4) unit quaternions (w, x, y, z) -> (b, 3, 3)."""
    w, x, y, z = quaternions.unbind(1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)


def _layers(widths: Sequence[int]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.ModuleList([nn.Linear(width, following, bias=False), nn.BatchNorm1d(following)])
        for width, following in pairwise(widths)
    )
