"""Detail that is lost as one depth is found for a window of pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import MatchingWindowConfig
from pose_nodes.synthetic.sensor.edges import JUMP, void_far


def smooth(depth: NDArray[np.float32], config: MatchingWindowConfig) -> NDArray[np.float32]:
    """Average depth over a window, where the window holds one surface alone.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
        config: the window; up to one pixel changes nothing.

    Returns:
        (h, w) float32 metres.
    """
    if config.size <= 1:
        return depth
    window = np.ones((config.size, config.size), np.uint8)
    far = void_far(depth)
    highest = cv2.dilate(far, window, borderType=cv2.BORDER_REPLICATE)
    lowest = cv2.erode(far, window, borderType=cv2.BORDER_REPLICATE)
    # Twice the jump: a slanted surface spans more depth in a window than between neighbours.
    whole = highest < (1.0 + 2.0 * JUMP) * lowest
    mean = cv2.blur(np.nan_to_num(depth), (config.size, config.size), borderType=cv2.BORDER_REPLICATE)
    return np.where(whole, mean, depth)
