"""Edges that are not where they are: foreground that grows over the background, in places the reverse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import FatteningConfig
from pose_nodes.synthetic.sensor.edges import JUMP, farthest_around, nearest_around, void_far
from pose_nodes.synthetic.sensor.noise import normal_field

_RAGGED_LENGTH = 3.0
"""Correlation length of the growth along an edge, pixels (our choice)."""

Image = NDArray[np.float32]


def fatten(depth: Image, config: FatteningConfig, rng: np.random.Generator) -> Image:
    """Move edges: where the growth is negative, the background grows over the foreground.

    Args:
        depth: (h, w) float32 metres, NaN where nothing, which is grown over but never grows.
        config: mean and variation of the growth; zero changes nothing.
        rng: what it is drawn with.

    Returns:
        (h, w) float32 metres.
    """
    if config.radius == config.ragged == 0.0:
        return depth
    noise = normal_field(depth.shape, _RAGGED_LENGTH, rng)
    growth = np.float32(config.radius) + np.float32(config.ragged) * noise
    before = void_far(depth)
    moved, nearest, farthest = depth.copy(), before, np.nan_to_num(depth)
    for pixels in range(1, round(config.radius + 2.0 * config.ragged) + 1):
        nearest = nearest_around(nearest)
        taken = (growth >= pixels - 0.5) & (nearest * np.float32(1.0 + JUMP * pixels) < before)
        np.copyto(moved, nearest, where=taken)
    for pixels in range(1, round(2.0 * config.ragged - config.radius) + 1):
        farthest = farthest_around(farthest)
        taken = (growth <= 0.5 - pixels) & (farthest > np.float32(1.0 + JUMP * pixels) * before)
        np.copyto(moved, farthest, where=taken)
    return moved
