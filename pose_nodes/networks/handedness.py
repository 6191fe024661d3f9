"""Which way round the surroundings of a voxel are: a left shoe from a right one, and the left half of a shoe
from its right half.

Distances and angles are the same in a mirror. So descriptors that are made of these alone take the halves of
whatever has a plane of symmetry for each other, and a pose that turns it over is supported by as many matches
as the true one. Directions that are learned, which turn with the cloud, tell them apart: the triple product
of two of them and the normal changes its sign in a mirror, and no rotation changes it (our choice; after the
vector neurons of Deng et al., "Vector Neurons: A General Framework for SO(3)-Equivariant Networks", ICCV
2021, whose features would also be those of mirror images).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from pose_nodes.networks.neighbourhood import PAIR_FEATURES
from pose_nodes.networks.voxel_level import VoxelLevel

DIRECTIONS = 8
"""Learned directions of a voxel (our choice)."""


class Handedness(nn.Module):
    """Tells voxels which way round what surrounds them is."""

    def __init__(self, channels: int, neighbours: int, reach: float, norm: nn.Module) -> None:
        """Build a layer that sees so many neighbours within so many sides of a voxel. It changes nothing
        until it is trained.

        Args:
            channels: of the features.
            neighbours, reach: how many at most, and within how many sides.
            norm: of `INVARIANTS` channels.
        """
        super().__init__()
        self.neighbours, self.reach = neighbours, reach
        self.kernel = nn.Sequential(
            nn.Linear(PAIR_FEATURES, 2 * DIRECTIONS), nn.GELU(), nn.Linear(2 * DIRECTIONS, 2 * DIRECTIONS)
        )
        self.strength = nn.Linear(channels, DIRECTIONS)
        self.norm = norm
        self.first = nn.Linear(INVARIANTS, channels)
        self.second = nn.Linear(channels, channels)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, features: Tensor, level: VoxelLevel) -> Tensor:
        """(m, c) -> (m, c) to be added."""
        assert level.normals is not None  # the network asks for normals before
        told = invariants(self._directions(features, level), level.normals)
        return self.second(gelu(self.first(self.norm(told))))

    def _directions(self, features: Tensor, level: VoxelLevel) -> Tensor:
        """(m, DIRECTIONS, 3): sums over the neighbours of where they are, and of their normals, weighted by
        learned functions of how they stand to the voxel and of what they are."""
        around = level.neighbourhood(self.neighbours, self.reach)
        theirs = self.strength(features).index_select(0, around.neighbours.flatten())
        strength = theirs.view(*around.neighbours.shape, DIRECTIONS) * around.weights[..., None]
        towards, along = self.kernel(around.pairs).chunk(2, dim=-1)
        places = torch.bmm((towards * strength).transpose(1, 2), around.apart)
        return places + torch.bmm((along * strength).transpose(1, 2), around.normals)


_LEAST = 1e-6
"""Product of two lengths below which their directions fade."""
_ONE, _OTHER = torch.triu_indices(DIRECTIONS, DIRECTIONS, offset=1).tolist()
INVARIANTS = 2 * DIRECTIONS + 2 * len(_ONE)


def invariants(directions: Tensor, normals: Tensor) -> Tensor:
    """What no rotation changes of directions and a normal: their parts along the normal, and of their parts
    across it the lengths, the products of each two, and the triple products with the normal, which change
    their sign in a mirror. Products are divided by the root of both lengths, so that all grow alike with
    the directions.

    Args:
        directions: (m, DIRECTIONS, 3).
        normals: (m, 3).

    Returns:
        (m, INVARIANTS).
    """
    up = torch.bmm(directions, normals[..., None])[..., 0]
    across = directions - up[..., None] * normals[:, None]
    lengths = torch.linalg.vector_norm(across, dim=-1)
    scale = (lengths[:, _ONE] * lengths[:, _OTHER] + _LEAST).rsqrt()
    others = across.transpose(1, 2)
    turned = torch.linalg.cross(normals[:, None].expand_as(across), across)
    along = torch.bmm(across, others)[:, _ONE, _OTHER] * scale
    twisted = torch.bmm(turned, others)[:, _ONE, _OTHER] * scale
    return torch.cat([up, lengths, along, twisted], dim=1)
