"""Defocus, and motion during the exposure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import BlurConfig

Image = NDArray[np.float32]


def blur(light: Image, config: BlurConfig, rng: np.random.Generator) -> Image:
    """Blur an image.

    Args:
        light: (h, w, 3) float32 linear intensity.
        config: the width; zero changes nothing.
        rng: what length and direction of the motion are drawn with.

    Returns:
        (h, w, 3) float32.
    """
    if config.motion > 0.0:
        kernel = motion_kernel(config.motion * rng.random(), np.pi * rng.random())
        light = np.asarray(cv2.filter2D(light, -1, kernel), np.float32)
    if config.defocus > 0.0:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), config.defocus), np.float32)
    return light


def motion_kernel(length: float, direction: float) -> Image:
    """(k, k) float32 kernel, sum 1, of a straight path of a length (pixels) in a direction (radians)."""
    half = int(np.ceil(length / 2.0))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    along = np.linspace(-length / 2.0, length / 2.0, 8 * half + 1)
    columns = np.rint(half + along * np.cos(direction)).astype(int)
    rows = np.rint(half + along * np.sin(direction)).astype(int)
    np.add.at(kernel, (rows, columns), 1.0)
    return kernel / kernel.sum()
