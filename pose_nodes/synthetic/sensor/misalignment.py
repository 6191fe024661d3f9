"""Depth that lies beside the colour it belongs to."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import MisalignmentConfig


def misalign(
    depth: NDArray[np.float32], config: MisalignmentConfig, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Shift depth against colour, by whole pixels: aligned depth is never interpolated.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        config: the shift; zero changes nothing.
        rng: what its change from image to image is drawn with.

    Returns:
        (h, w) float32 metres; the border that nothing moves into is NaN.
    """
    jitter = config.jitter * rng.standard_normal(2) if config.jitter > 0.0 else np.zeros(2)
    u, v = np.rint(np.array([config.u, config.v]) + jitter)
    if u == v == 0.0:
        return depth
    height, width = depth.shape
    shift = np.array([[1.0, 0.0, u], [0.0, 1.0, v]])
    moved = cv2.warpAffine(depth, shift, (width, height), flags=cv2.INTER_NEAREST, borderValue=np.nan)
    return np.asarray(moved, np.float32)
