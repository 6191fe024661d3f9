"""A smooth error of the depth that stays the same from image to image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import DistortionConfig
from pose_nodes.synthetic.sensor.noise import normal_field


def distort(depth: NDArray[np.float32], config: DistortionConfig) -> NDArray[np.float32]:
    """Multiply depth by the fixed pattern of a camera.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        config: strength and number of the camera; zero changes nothing.

    Returns:
        (h, w) float32 metres.
    """
    if config.share == 0.0:
        return depth
    pattern = normal_field(depth.shape, config.length, np.random.default_rng(config.device))
    return depth * (1.0 + np.float32(config.share) * pattern)
