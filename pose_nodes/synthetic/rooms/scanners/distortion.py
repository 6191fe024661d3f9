"""What reconstruction does to points: draws them together, and shifts them slowly over the room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def smoothed(points: Points, cell: float) -> Points:
    """Each point half way to the means of two grids of cells, one shifted by half a cell; edges get round."""
    means = 0.5 * (_means(points, cell, 0.0) + _means(points, cell, 0.5))
    return np.asarray(0.5 * (points + means))


def _means(points: Points, cell: float, shift: float) -> Points:
    """(n, 3) mean of the points in the cell of each point."""
    cells = np.floor((points - points.min(axis=0)) / cell + shift).astype(np.int64)
    sides = cells.max(axis=0) + 1
    keys = (cells[:, 0] * sides[1] + cells[:, 1]) * sides[2] + cells[:, 2]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    counts = np.diff(np.append(starts, len(keys)))
    sums = np.add.reduceat(points[order], starts, axis=0)
    means = np.empty_like(points)
    means[order] = np.repeat(sums / counts[:, None], counts, axis=0)
    return means


def slow_shift(points: Points, size: float, length: float, rng: np.random.Generator) -> Points:
    """Points moved by a smooth random field.

    Args:
        points: (n, 3) metres.
        size: standard deviation of the shift along each axis, metres.
        length: over which it changes, metres.
        rng: what it is drawn with.
    """
    waves = 6
    directions = rng.normal(0.0, 1.0 / length, (waves, 3))
    phases = rng.uniform(0.0, 2 * np.pi, waves)
    amplitudes = rng.normal(0.0, size * np.sqrt(2.0 / waves), (waves, 3))
    shifted = points.copy()
    # Wave by wave, as BLAS would use threads that get into the way of other processes.
    for direction, phase, amplitude in zip(directions, phases, amplitudes, strict=True):
        along = points[:, 0] * direction[0] + points[:, 1] * direction[1] + points[:, 2] * direction[2]
        shifted += np.sin(along + phase)[:, None] * amplitude
    return shifted
