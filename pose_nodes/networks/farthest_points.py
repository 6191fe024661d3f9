"""Farthest-point sampling: each point chosen is the one farthest from those chosen before.

Qi et al., "PointNet++: Deep Hierarchical Feature Learning on Point Sets in a Metric Space", NeurIPS 2017.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEAR_ORIGIN = 1e-3
"""Squared norm up to which the CUDA code that GeDi uses takes a point for padding."""


def farthest_points(points: Tensor, count: int, skip_origin: bool = False) -> Tensor:
    """Choose points of each cloud, the first point first.

    Args:
        points: (b, n, 3).
        count: how many; more than n gives the first point again.
        skip_origin: never choose points near the origin, apart from the first point.

    Returns:
        (b, count) int64 indices.
    """
    rows = torch.arange(len(points), device=points.device)
    nearest = torch.full(points.shape[:2], torch.inf, dtype=points.dtype, device=points.device)
    if skip_origin:
        nearest[(points**2).sum(dim=2) <= NEAR_ORIGIN] = -1.0
    chosen = torch.zeros(len(points), count, dtype=torch.int64, device=points.device)
    for step in range(1, count):
        last = points[rows, chosen[:, step - 1]]
        nearest = torch.minimum(nearest, ((points - last[:, None]) ** 2).sum(dim=2))
        farthest, chosen[:, step] = nearest.max(dim=1)
        chosen[:, step] *= farthest > 0
    return chosen
