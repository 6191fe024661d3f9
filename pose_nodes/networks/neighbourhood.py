"""What surrounds each voxel, described so that no rotation of the cloud changes it.

A pair of points with normals is described by its distance and the angles between normals and the line from
one to the other, as the point pair features of Drost et al., "Model Globally, Match Locally", CVPR 2010; and
by the triple product of both normals and the line, which tells a shape from its mirror image (our choice).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pose_nodes.networks.nearest import nearest

PAIR_FEATURES = 7


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The k nearest of m voxels around each; the voxel itself is the first.

    Attributes:
        neighbours: (m, k) int64; where a cloud has fewer points, the voxel itself stands again.
        weights: (m, k) float32, zero there, of sum 1 in each row. They fade to zero at the radius: what comes
            in or goes out of sight there changes nothing at once.
        pairs: (m, k, 7) float32 features of a voxel and its neighbour, from -1 to 1; of the voxel with itself
            where the weight is zero, so that the largest of all needs no weights.
        apart: (m, k, 3) from a voxel to its neighbour, in radii.
        normals: (m, k, 3) of the neighbour.
    """

    neighbours: Tensor
    weights: Tensor
    pairs: Tensor
    apart: Tensor
    normals: Tensor


def neighbourhood(
    centres: Tensor, normals: Tensor, counts: Sequence[int], neighbours: int, radius: float
) -> Neighbourhood:
    """Describe the surroundings of points.

    Args:
        centres: (m, 3) float32 points.
        normals: (m, 3) float32 unit normals.
        counts: points of each cloud.
        neighbours: at most so many.
        radius: beyond which points do not matter, in the unit of the points.
    """
    table, present = nearest(centres, counts, centres, counts, neighbours)
    apart = centres[table] - centres[:, None]
    distances = torch.linalg.vector_norm(apart, dim=2)
    weights = (1.0 - (distances / radius) ** 2).clamp(min=0.0) ** 2 * present
    weights = weights / weights.sum(dim=1, keepdim=True)
    theirs = normals[table]
    pairs = pair_features(apart, normals[:, None], theirs, radius)
    outside = (weights == 0)[..., None]
    return Neighbourhood(table, weights, torch.where(outside, pairs[:, :1], pairs), apart / radius, theirs)


def pair_features(apart: Tensor, own: Tensor, theirs: Tensor, radius: float) -> Tensor:
    """Features of pairs of points; a point with itself has only zeros and a one.

    Args:
        apart: (..., 3) from the point to the other.
        own: unit normals of the point, of a shape that can be broadcast to that.
        theirs: unit normals of the other, as well.
        radius: distance from which on all are alike, in the unit of the points.

    Returns:
        (..., 7), from -1 to 1.
    """
    own, theirs = own.expand_as(apart), theirs.expand_as(apart)
    distances = torch.linalg.vector_norm(apart, dim=-1)
    line = apart / distances.clamp(min=1e-9)[..., None]
    length = (distances / radius).clamp(max=1.0)
    rise, their_rise = (own * line).sum(-1), (theirs * line).sum(-1)
    twist = (torch.linalg.cross(own, theirs) * line).sum(-1)
    return torch.stack(
        [length, rise, their_rise, (own * theirs).sum(-1), twist, rise * length, their_rise * length], dim=-1
    )
