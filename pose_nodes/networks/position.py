"""How a block tells voxels where they stand to each other: attention itself knows nothing of places."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear

from pose_nodes.networks.neighbourhood import PAIR_FEATURES
from pose_nodes.networks.sparse_convolution import SubmanifoldConvolution
from pose_nodes.networks.voxel_level import VoxelLevel


class ConvolutionPosition(nn.Module):
    """A sparse convolution of 27 cells, as published (xCPE): it knows the directions of the cloud's frame."""

    def __init__(self, channels: int) -> None:
        """Build a layer."""
        super().__init__()
        self.convolution = SubmanifoldConvolution(channels, channels, 3, bias=True)
        self.linear = nn.Linear(channels, channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, features: Tensor, level: VoxelLevel) -> Tensor:
        """(m, c) -> (m, c)."""
        return self.norm(self.linear(self.convolution(features, level.kernel(3))))


NEIGHBOURS = 16
REACH = 3.0
"""Neighbours of a voxel, and sides of a voxel within which they are (our choice)."""
KERNELS = 8
"""Learned functions of pair features (our choice)."""
GEOMETRY = 32
"""Channels of the first layer of the PointNet of a neighbourhood (our choice)."""


class PairPosition(nn.Module):
    """A convolution whose kernel depends on point pair features, which no rotation changes (our choice).

    Each neighbour's features are weighted by functions of its pair features, learned ones, and summed, as in
    Wu, Qi and Fuxin, "PointConv", CVPR 2019.
    """

    def __init__(self, channels: int, norm: nn.Module) -> None:
        """Build a layer."""
        super().__init__()
        self.kernel = nn.Sequential(
            nn.Linear(PAIR_FEATURES, 2 * KERNELS), nn.GELU(), nn.Linear(2 * KERNELS, KERNELS)
        )
        self.linear = nn.Linear(channels * KERNELS, channels)
        self.norm = norm

    def forward(self, features: Tensor, level: VoxelLevel) -> Tensor:
        """(m, c) -> (m, c)."""
        around = level.neighbourhood(NEIGHBOURS, REACH)
        kernel = self.kernel(around.pairs) * around.weights[..., None]
        gathered = features.index_select(0, around.neighbours.flatten()).view(*around.neighbours.shape, -1)
        sums = torch.bmm(kernel.transpose(1, 2), gathered)
        return self.norm(self.linear(sums.flatten(1)))


class PairGeometry(nn.Module):
    """What surrounds voxels, by point pair features alone: a PointNet of each neighbourhood (our choice).

    As in Deng, Birdal and Ilic, "PPFNet", CVPR 2018.
    """

    def __init__(self, channels: int, neighbours: int, reach: float, norm: nn.Module) -> None:
        """Build a layer that sees so many neighbours within so many sides of a voxel."""
        super().__init__()
        self.neighbours, self.reach = neighbours, reach
        self.first = nn.Linear(PAIR_FEATURES, GEOMETRY)
        self.second = nn.Linear(GEOMETRY, channels)
        self.linear = nn.Linear(2 * channels, channels)
        self.norm = norm

    def forward(self, level: VoxelLevel) -> Tensor:
        """(m, c) features of the voxels."""
        around = level.neighbourhood(self.neighbours, self.reach)
        pairs = gelu(self.first(around.pairs))
        mean = self.second(torch.bmm(around.weights[:, None], pairs)[:, 0])
        most = _most(linear(pairs, self.second.weight)) + self.second.bias  # once, not for each neighbour
        return gelu(self.norm(self.linear(torch.cat([mean, most], dim=1))))


def _most(values: Tensor) -> Tensor:
    """(m, k, c) -> (m, c); amax takes a twentieth of the time of max, but twice its time on the way back."""
    return values.max(dim=1).values if values.requires_grad else values.amax(dim=1)


FARTHEST = 8.0
"""Sides of a voxel from which on attention is told no more how far apart voxels are (our choice)."""


class PairBias(nn.Module):
    """What attention is told of how two voxels stand to each other: a number for each head (our choice).

    After the geometric self-attention of Qin et al., "Geometric Transformer for Fast and Robust Point Cloud
    Registration", CVPR 2022, here of point pair features.
    """

    def __init__(self, heads: int) -> None:
        """Build a layer."""
        super().__init__()
        self.first = nn.Linear(PAIR_FEATURES, 2 * KERNELS)
        self.second = nn.Linear(2 * KERNELS, heads)

    def forward(self, pairs: Tensor) -> Tensor:
        """(w, k, k, 7) pair features -> (w, heads, k, k)."""
        return self.second(gelu(self.first(pairs))).permute(0, 3, 1, 2)
