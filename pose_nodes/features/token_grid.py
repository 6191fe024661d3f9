"""Vectors of the patches of an image: read between the patches, and compared with those of another image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sampled(tokens: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bilinear interpolation between the middles of patches; beyond the outermost, these.

    Args:
        tokens: (rows, columns, d).
        places: (n, 2) to the right and down, in shares of the image, 0 to 1.

    Returns:
        (n, d) float32.
    """
    rows, columns = tokens.shape[:2]
    x = np.clip(places[:, 0] * columns - 0.5, 0.0, columns - 1.0)
    y = np.clip(places[:, 1] * rows - 0.5, 0.0, rows - 1.0)
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    a, b = (x - left).astype(np.float32)[:, None], (y - top).astype(np.float32)[:, None]
    upper = (1.0 - a) * tokens[top, left] + a * tokens[top, right]
    lower = (1.0 - a) * tokens[bottom, left] + a * tokens[bottom, right]
    return np.asarray((1.0 - b) * upper + b * lower, np.float32)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., d) vectors made as long as one; those of length zero stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0.0, lengths, 1.0), np.float32)


def covered(mask: NDArray[np.bool_], patches: int) -> NDArray[np.float64]:
    """(patches, patches) share of each patch of a square mask (n, n) that is set; n is a multiple."""
    size = len(mask) // patches
    return np.asarray(mask.reshape(patches, size, patches, size).mean(axis=(1, 3)))
