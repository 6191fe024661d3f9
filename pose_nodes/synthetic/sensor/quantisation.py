"""Steps of disparity, and of the unit that depth is stored in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import QuantisationConfig

Image = NDArray[np.float32]


def quantise(depth: Image, focal_length: float, config: QuantisationConfig) -> Image:
    """Round the disparity, then the depth.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        focal_length: along x, pixels.
        config: the steps; zero leaves a step out.

    Returns:
        (h, w) float32 metres; NaN where depth rounds to nothing, or disparity to none.
    """
    if config.disparity > 0.0:
        depth = _by_disparity(depth, focal_length * config.baseline / config.disparity)
    if config.unit > 0.0:
        # In double precision, so that the result is the float32 nearest to the decimal number.
        steps_a_metre = 1.0 / config.unit
        steps = np.rint(depth.astype(np.float64) * steps_a_metre)
        depth = np.where(steps > 0.0, steps / steps_a_metre, np.nan).astype(np.float32)
    return depth


def _by_disparity(depth: Image, steps_times_depth: float) -> Image:
    """Depth whose disparity, `steps_times_depth` / depth, is a whole number of steps."""
    constant = np.float32(steps_times_depth)
    with np.errstate(divide="ignore"):
        steps = np.rint(constant / depth)
        return np.where(steps > 0.0, constant / steps, np.float32(np.nan))
