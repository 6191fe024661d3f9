"""Pixels that show the depth beside their own: ragged edges, noise on slopes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import HALF_PI, LateralNoiseConfig
from pose_nodes.synthetic.sensor.noise import normal_field

_STEEPEST = 1.48
"""Radians (85 degrees). The term of the angle has a pole at 90 (our choice)."""

Image = NDArray[np.float32]


def add_lateral_noise(
    depth: Image, angle: Image | None, config: LateralNoiseConfig, rng: np.random.Generator
) -> Image:
    """Take each pixel's depth from a place beside it.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        angle: (h, w) float32 angle of incidence, radians; needed for the term of the angle alone.
        config: the strength; all zero changes nothing.
        rng: what it is drawn with.

    Returns:
        (h, w) float32 metres, values of `depth`.
    """
    if config.constant == config.grazing == 0.0:
        return depth
    sigma: Image | np.float32 = np.float32(config.constant)
    if angle is not None and config.grazing > 0.0:
        known = np.clip(np.nan_to_num(angle), 0.0, _STEEPEST)
        sigma = sigma + np.float32(config.grazing) * known / (np.float32(HALF_PI) - known)
    height, width = depth.shape
    u = np.arange(width, dtype=np.float32) + sigma * normal_field((height, width), config.length, rng)
    v = np.arange(height, dtype=np.float32)[:, None] + sigma * normal_field(
        (height, width), config.length, rng
    )
    return np.asarray(cv2.remap(depth, u, v, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE), np.float32)
