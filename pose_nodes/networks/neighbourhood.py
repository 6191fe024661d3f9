"""What surrounds each voxel, described so that no rotation of the cloud changes it.

A pair of points with normals is described by its distance and the angles between normals and the line from
one to the other, as the point pair features of Drost et al., "Model Globally, Match Locally", CVPR 2010; and
by the triple product of both normals and the line, which tells a shape from its mirror image (our choice).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

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
    centres: Tensor, normals: Tensor, table: Tensor, present: Tensor, radius: float
) -> Neighbourhood:
    """Describe the surroundings of points.

    Args:
        centres: (m, 3) float32 points.
        normals: (m, 3) float32 unit normals.
        table: (m, k) int64 nearest points of each in its cloud, itself the first.
        present: (m, k) bool which there are, see `nearest`.
        radius: beyond which points do not matter, in the unit of the points.
    """
    apart, theirs = centres[table] - centres[:, None], normals[table]
    distances = torch.linalg.vector_norm(apart, dim=2)
    weights = (1.0 - (distances / radius) ** 2).clamp(min=0.0) ** 2 * present
    weights = weights / weights.sum(dim=1, keepdim=True)
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
    (x, y, z), (u, v, w), (a, b, c) = (vectors.unbind(-1) for vectors in (apart, theirs, own))
    distances = (x * x + y * y + z * z).sqrt()
    scale = torch.where(distances > 0, 1.0 / distances, 0.0)
    x, y, z = x * scale, y * scale, z * scale
    length = (distances / radius).clamp(max=1.0)
    rise, their_rise = a * x + b * y + c * z, u * x + v * y + w * z
    likeness = a * u + b * v + c * w
    twist = (b * w - c * v) * x + (c * u - a * w) * y + (a * v - b * u) * z
    return torch.stack(
        [length, rise, their_rise, likeness, twist, rise * length, their_rise * length], dim=-1
    )
