"""Noise along z that grows with range and angle of incidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import HALF_PI, AxialNoiseConfig
from pose_nodes.synthetic.sensor.noise import normal_field

_STEEPEST = 1.48
"""Radians (85 degrees). The term of the angle has a pole at 90 (our choice)."""

Image = NDArray[np.float32]


def add_axial_noise(
    depth: Image, angle: Image | None, config: AxialNoiseConfig, rng: np.random.Generator
) -> Image:
    """Add the noise along z.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        angle: (h, w) float32 angle of incidence, radians; needed for the term of the angle alone.
        config: the strength; all zero changes nothing.
        rng: what it is drawn with.

    Returns:
        (h, w) float32 metres.
    """
    if config.constant == config.quadratic == config.grazing == 0.0:
        return depth
    sigma = axial_sigma(depth, angle, config)
    noise = normal_field(depth.shape, config.length, rng)
    if config.length > 0.0 and config.white > 0.0:
        noise *= np.float32(np.sqrt(1.0 - config.white))
        noise += np.float32(np.sqrt(config.white)) * rng.standard_normal(depth.shape, dtype=np.float32)
    return depth + sigma * noise


def axial_sigma(depth: Image, angle: Image | None, config: AxialNoiseConfig) -> Image:
    """(h, w) float32 standard deviation of the noise, metres; arguments as of `add_axial_noise`."""
    sigma = np.float32(config.constant) + np.float32(config.quadratic) * depth * depth
    if angle is not None and config.grazing > 0.0:
        known = np.clip(np.nan_to_num(angle), 0.0, _STEEPEST)
        # NIL print (pi/2 - a)^2 below a^2.
        steepness = (known / (np.float32(HALF_PI) - known)) ** 2
        sigma = sigma + np.float32(config.grazing) * steepness / np.sqrt(depth)
    return sigma
