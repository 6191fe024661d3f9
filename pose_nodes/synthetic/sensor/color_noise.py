"""Noise of light and electronics in a colour image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import ColorNoiseConfig

Image = NDArray[np.float32]


def add_color_noise(light: Image, config: ColorNoiseConfig, rng: np.random.Generator) -> Image:
    """Add noise whose variance grows with intensity.

    Args:
        light: (h, w, 3) float32 linear intensity.
        config: the strength; zero changes nothing.
        rng: what it is drawn with.

    Returns:
        (h, w, 3) float32; may be below 0.
    """
    if config.read == config.shot == 0.0:
        return light
    variance = np.float32(config.read**2) + np.float32(config.shot) * np.maximum(light, 0.0)
    return light + np.sqrt(variance) * rng.standard_normal(light.shape, dtype=np.float32)
