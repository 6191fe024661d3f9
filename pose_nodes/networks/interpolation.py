"""How voxels hand their features back to points.

The published network gives all points of a voxel the same, so that a cloud has only as many different
descriptors as voxels. Between the nearest voxels, weighted by inverse squared distances as in the feature
propagation of Qi et al., "PointNet++", NeurIPS 2017, section 3.4, every point has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pose_nodes.networks.nearest import nearest

NEAREST = 3
"""Voxels whose features a point is given, as in the paper."""
_LEAST = 1e-6
"""Distance below which a point is where the voxel is, diameters."""


@dataclass(frozen=True, eq=False)
class Between:
    """Which voxels points are between.

    Attributes:
        table: (n, 3) int64 the nearest voxels of each point in its cloud.
        weights: (n, 3) float32, of sum 1 in each row.
    """

    table: Tensor
    weights: Tensor

    def of(self, features: Tensor) -> Tensor:
        """(m, c) features of the voxels -> (n, c) of the points."""
        gathered = features.index_select(0, self.table.flatten()).view(*self.table.shape, -1)
        # Not a product of matrices, which mixed precision would round.
        return (self.weights[..., None] * gathered).sum(dim=1)


def between(centres: Tensor, counts: Sequence[int], points: Tensor, sizes: Sequence[int]) -> Between:
    """Find what points are between.

    Args:
        centres: (m, 3) float32 of the voxels.
        counts: voxels of each cloud.
        points: (n, 3) float32.
        sizes: points of each cloud.
    """
    table, present = nearest(points, sizes, centres, counts, NEAREST)
    distances = torch.linalg.vector_norm(centres[table] - points[:, None], dim=2)
    weights = present / distances.clamp(min=_LEAST) ** 2
    return Between(table, weights / weights.sum(dim=1, keepdim=True))
