"""Cameras all around an object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry.camera import PinholeCamera

_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def directions_around(count: int) -> NDArray[np.float64]:
    """(count, 3) unit vectors spread evenly over the sphere, on a Fibonacci spiral."""
    z = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    radius, angle = np.sqrt(1.0 - z * z), _GOLDEN_ANGLE * np.arange(count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def camera_for(size: float, distance: float, pixels: int) -> PinholeCamera:
    """The square camera in whose image a ball just fits.

    Args:
        size: diameter of the ball, metres.
        distance: of the camera from its middle, metres, greater than half of that.
        pixels: along a side of the image.
    """
    slope = 0.5 * size / np.sqrt(distance**2 - 0.25 * size**2)
    focal, middle = 0.5 * pixels / float(slope), 0.5 * (pixels - 1)
    return PinholeCamera(focal, focal, middle, middle, pixels, pixels)
