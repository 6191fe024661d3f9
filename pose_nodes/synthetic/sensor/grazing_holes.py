"""Holes where a surface is seen at a grazing angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import GrazingHolesConfig
from pose_nodes.synthetic.sensor.noise import holes


def grazing_holes(
    angle: NDArray[np.float32], config: GrazingHolesConfig, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The pixels that lose their depth for their angle of incidence.

    Args:
        angle: (h, w) float32 angle of incidence, radians, NaN where nothing.
        config: how many at which angle; a share of zero makes no hole.
        rng: what they are drawn with.

    Returns:
        (h, w) bool.
    """
    if config.share == 0.0:
        return np.zeros(angle.shape, bool)
    rise = np.exp((np.float32(config.angle) - angle) / np.float32(config.width))
    return holes(np.float32(config.share) / (1.0 + rise), angle.shape, config.length, rng)
