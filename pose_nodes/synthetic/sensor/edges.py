"""Where depth jumps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

JUMP = 0.03
"""Share of the depth by which neighbours differ at an edge (our choice: at 0.5 m 15 mm, which a surface at 85
degrees of incidence reaches with a focal length of 600 pixels)."""

_SQUARE = np.ones((3, 3), np.uint8)

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def void_far(depth: Image) -> Image:
    """The depth with infinity where there is nothing."""
    return np.where(np.isnan(depth), np.float32(np.inf), depth)


def nearest_around(depth: Image) -> Image:
    """Smallest depth of the 3 x 3 pixels around each; takes infinity for nothing."""
    return np.asarray(cv2.erode(depth, _SQUARE, borderType=cv2.BORDER_REPLICATE), np.float32)


def farthest_around(depth: Image) -> Image:
    """Largest depth of the 3 x 3 pixels around each; takes infinity for nothing."""
    return np.asarray(cv2.dilate(depth, _SQUARE, borderType=cv2.BORDER_REPLICATE), np.float32)


def edge_sides(depth: Image) -> tuple[Mask, Mask]:
    """The pixels at edges, on the foreground's and on the background's side, both (h, w) bool.

    The surface beside nothing is foreground; nothing is never a pixel of an edge.

    Args:
        depth: (h, w) float32 metres, NaN where nothing.
    """
    far = void_far(depth)
    valid = np.isfinite(depth)
    front = valid & (farthest_around(far) > (1.0 + JUMP) * far)
    back = valid & (nearest_around(far) < far / (1.0 + JUMP))
    return front, back


def distance_from(mask: Mask) -> Image:
    """(h, w) float32 distance of each pixel from the nearest one of a mask, pixels; inf if it is empty."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
