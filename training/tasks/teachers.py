"""The teacher network: how it begins, and how it describes clouds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.networks.patches import PatchSampler
from training.clouds.held_out import Describe

_AT_ONCE = 500
"""Points that are described together, as in GeDi's demonstration."""


def described(
    network: nn.Module,
    sampler: PatchSampler,
    points: NDArray[np.float64],
    normals: NDArray[np.float64] | None,
    device: Any,
    seed: int = 0,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Descriptors of all points of a cloud by a teacher in evaluation.

    Args:
        network: a GeDi network.
        sampler: its patches.
        points: (n, 3) in the unit of the sampler's radius.
        normals: (n, 3) unit vectors on the outer side, where the sampler needs them.
        device: of the network.
        seed: of the points that patches are thinned to.

    Returns:
        (n, d) float32 unit vectors, zeros where a point has no frame; and (n,) bool which have one.
    """
    rng, found, usable = np.random.default_rng(seed), [], []
    for start in range(0, len(points), _AT_ONCE):
        patches, valid = sampler(points[start : start + _AT_ONCE], points, rng, normals)
        valid = valid & np.isfinite(patches).all((1, 2))
        patches[~valid] = 0.0
        with torch.inference_mode():
            rows = network(torch.from_numpy(patches).to(device))[0].float().cpu().numpy()
        found.append(np.where(valid[:, None], rows, 0.0).astype(np.float32))
        usable.append(valid)
    return np.concatenate(found), np.concatenate(usable)


def teacher_describer(network: nn.Module, device: Any) -> Describe:
    """Descriptors of single clouds by a GeDi network in evaluation."""
    sampler = PatchSampler.of(network.config)

    def describe(cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        return described(network, sampler, cloud.points / diameter, cloud.normals, device)[0]

    return describe
