"""Random fields with a given spatial correlation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import special

_COARSE_FROM = 3.0
"""Correlation length, pixels, from which a field is drawn on a coarser grid (three times as fast)."""


def normal_field(shape: tuple[int, int], length: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(h, w) float32 field of mean 0 and variance 1.

    Args:
        shape: (h, w).
        length: standard deviation of the Gaussian that white noise is blurred with, pixels: pixels d apart
            correlate by exp(-d^2 / (4 length^2)); 0 for white noise.
        rng: what it is drawn with.
    """
    if length < _COARSE_FROM:
        return _blurred(rng.standard_normal(shape, dtype=np.float32), length)
    step = int(length / 1.5)
    coarse = (shape[0] // step + 3, shape[1] // step + 3)
    field = _blurred(rng.standard_normal(coarse, dtype=np.float32), length / step)
    size = (coarse[1] * step, coarse[0] * step)
    fine = cv2.resize(field, size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]]
    return np.asarray(fine, np.float32)


def holes(
    probability: NDArray[np.float32] | float, shape: tuple[int, int], length: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """(h, w) bool: each pixel is a hole with its probability; near pixels agree by the correlation length.

    Args:
        probability: (h, w) or one for all; NaN is 0.
        shape, length, rng: as of `normal_field`.
    """
    field = normal_field(shape, length, rng)
    if np.isscalar(probability):
        return np.asarray(field < special.ndtri(float(probability)))  # type: ignore[arg-type]
    drawn = np.zeros(shape, bool)
    # Few pixels may be holes, and the distribution function costs more than the field.
    possible = np.asarray(probability) > 1e-4
    drawn[possible] = special.ndtr(field[possible]) < np.asarray(probability)[possible]
    return drawn


def _blurred(white: NDArray[np.float32], length: float) -> NDArray[np.float32]:
    """White noise blurred by a Gaussian, with the variance it had."""
    if length <= 0.0:
        return white
    kernel = np.asarray(cv2.getGaussianKernel(2 * int(np.ceil(3 * length)) + 1, length), np.float32)
    kernel /= np.sqrt((kernel**2).sum())
    return np.asarray(cv2.sepFilter2D(white, cv2.CV_32F, kernel, kernel), np.float32)
