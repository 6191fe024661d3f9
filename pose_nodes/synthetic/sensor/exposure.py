"""Brightness and tint of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import ExposureConfig

Image = NDArray[np.float32]


def expose(light: Image, config: ExposureConfig, rng: np.random.Generator) -> Image:
    """Multiply the channels of an image by gains.

    Args:
        light: (h, w, 3) float32 linear intensity.
        config: the gains; zero changes nothing.
        rng: what their change from image to image is drawn with.

    Returns:
        (h, w, 3) float32; may exceed 1.
    """
    if config.stops == config.stops_spread == config.tint == 0.0:
        return light
    stops = config.stops + config.stops_spread * rng.standard_normal()
    gains = 2.0**stops * np.exp(config.tint * rng.standard_normal(3))
    return light * gains.astype(np.float32)
