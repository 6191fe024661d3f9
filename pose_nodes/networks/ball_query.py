"""The first few points within a radius of each centre, as PointNet++ groups them."""

from __future__ import annotations

import torch
from torch import Tensor


def ball_query(centres: Tensor, points: Tensor, radius: float, count: int) -> Tensor:
    """Neighbours in the order of their indices, not of their distances; missing ones are the first again.

    Args:
        centres: (b, m, 3), each a point of its cloud or near one.
        points: (b, n, 3).
        radius: points at just this distance are outside.
        count: of neighbours.

    Returns:
        (b, m, count) int64 indices; zeros where there is no neighbour.
    """
    inside = _squared_distances(centres, points) < radius**2
    ranks = inside.cumsum(dim=2, dtype=torch.int32)
    wanted = torch.arange(1, count + 1, dtype=torch.int32, device=points.device).expand(*ranks.shape[:2], -1)
    found = torch.searchsorted(ranks, wanted.contiguous())
    first = found[..., :1]
    missing = found == points.shape[1]
    return torch.where(missing, torch.where(first == points.shape[1], 0, first), found)


def _squared_distances(centres: Tensor, points: Tensor) -> Tensor:
    """One axis after another: a product of matrices would round differently, and (b, m, n, 3) is large."""
    total = (centres[:, :, None, 0] - points[:, None, :, 0]) ** 2
    for axis in (1, 2):
        total += (centres[:, :, None, axis] - points[:, None, :, axis]) ** 2
    return total
