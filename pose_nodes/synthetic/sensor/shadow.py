"""What the second eye of a depth camera, its projector or other camera, does not see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import ShadowConfig

_TOLERANCE = 2.0
"""Pixels of disparity by which something must be nearer to hide a pixel (our choice: slanted surfaces, whose
pixels crowd in the second eye, then hide themselves only where it sees them at a very grazing angle)."""


def shadow_holes(depth: NDArray[np.float32], focal_length: float, config: ShadowConfig) -> NDArray[np.bool_]:
    """The pixels that the second eye does not see, as something nearer is before them.

    Eyes are rectified: a pixel of disparity d in column u is in column u - d of the second eye, same row.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        focal_length: along x, pixels.
        config: the baseline; zero makes no hole.

    Returns:
        (h, w) bool.
    """
    if config.baseline == 0.0:
        return np.zeros(depth.shape, bool)
    if config.baseline < 0.0:
        mirrored = ShadowConfig(-config.baseline)
        return shadow_holes(depth[:, ::-1], focal_length, mirrored)[:, ::-1]
    disparity = np.nan_to_num(np.float32(focal_length * config.baseline) / depth)
    height, width = depth.shape
    second = np.arange(width, dtype=np.float32) - disparity
    # Columns left of the second eye's image are kept: its field of view is taken to be wide enough.
    margin = int(np.ceil(disparity.max(initial=0.0))) + 1
    column = np.floor(second).astype(np.int32) + margin
    flat = column + np.arange(height, dtype=np.int32)[:, None] * np.int32(width + margin + 2)
    nearest = np.zeros(height * (width + margin + 2), np.float32)
    # A pixel covers the two columns that it lies between.
    for step in (0, 1):
        np.maximum.at(nearest, (flat + step).ravel(), disparity.ravel())
    seen = np.maximum(nearest[flat], nearest[flat + 1])
    return np.asarray(np.isfinite(depth) & (seen > disparity + _TOLERANCE))
