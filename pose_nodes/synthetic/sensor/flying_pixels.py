"""Pixels at an edge with a depth where there is nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import FlyingPixelsConfig
from pose_nodes.synthetic.sensor.edges import edge_sides, farthest_around, nearest_around, void_far

Image = NDArray[np.float32]


def add_flying_pixels(depth: Image, config: FlyingPixelsConfig, rng: np.random.Generator) -> Image:
    """Give some pixels at edges a depth between foreground and background.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        config: their share; zero changes nothing. Beside nothing, none fly.
        rng: what they are drawn with.

    Returns:
        (h, w) float32 metres.
    """
    if config.share == 0.0:
        return depth
    front, back = edge_sides(depth)
    rows, columns = np.nonzero(front | back)
    chosen = rng.random(len(rows)) < config.share
    weights = rng.random(len(rows), dtype=np.float32)[chosen]
    rows, columns = rows[chosen], columns[chosen]
    far = void_far(depth)
    near_side, far_side = nearest_around(far)[rows, columns], farthest_around(far)[rows, columns]
    between = np.isfinite(far_side)
    flying = depth.copy()
    flying[rows[between], columns[between]] = (near_side + weights * (far_side - near_side))[between]
    return flying
