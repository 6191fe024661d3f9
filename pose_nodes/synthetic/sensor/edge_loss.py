"""Holes at silhouettes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import EdgeLossConfig
from pose_nodes.synthetic.sensor.edges import distance_from, edge_sides
from pose_nodes.synthetic.sensor.noise import holes


def edge_holes(
    depth: NDArray[np.float32], config: EdgeLossConfig, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The pixels that lose their depth for being near an edge.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        config: how many and how near.
        rng: what they are drawn with.

    Returns:
        (h, w) bool.
    """
    if config.share == config.back_share == 0.0:
        return np.zeros(depth.shape, bool)
    front, back = edge_sides(depth)
    from_front, from_back = distance_from(front), distance_from(back)
    # A pixel is on the side of that edge which is nearer.
    share = np.where(from_front <= from_back, np.float32(config.share), np.float32(config.back_share))
    decay = np.exp(-((np.minimum(from_front, from_back) / np.float32(config.width)) ** 2))
    return holes(share * decay, depth.shape, config.length, rng)
