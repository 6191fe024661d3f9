"""Makes correspondences ready for `consensus_kernels`, in machine code."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled
from pose_nodes.registration.consensus_types import Floats, Indices

Points = NDArray[np.float64]


@compiled
def means_of_pairs(source: Points, target: Points, pairs: Indices) -> NDArray[np.float64]:
    """(6,) means of the corresponding points; not finite if one of them is not."""
    means: Points = np.zeros(6)
    for i in range(len(pairs)):
        for axis in range(3):
            means[axis] += source[pairs[i, 0], axis]
            means[3 + axis] += target[pairs[i, 1], axis]
    means /= len(pairs)
    return means


@compiled
def arranged(
    source: Points, target: Points, pairs: Indices, order: Indices, means: NDArray[np.float64]
) -> Floats:
    """(6, n) correspondences about their means, in an order."""
    points = np.empty((6, len(pairs)), np.float32)
    for axis in range(3):
        for i in range(len(pairs)):
            points[axis, i] = source[pairs[order[i], 0], axis] - means[axis]
            points[3 + axis, i] = target[pairs[order[i], 1], axis] - means[3 + axis]
    return points


@compiled
def sampled(source: Points, mean: NDArray[np.float64], count: int) -> Floats:
    """(m, 3) of the points, evenly strided, about a mean."""
    stride = max(1, len(source) // count)
    sample = np.empty((len(source) // stride, 3), np.float32)
    for i in range(len(sample)):
        for axis in range(3):
            sample[i, axis] = source[i * stride, axis] - mean[axis]
    return sample


@compiled
def covariance(points: Floats) -> NDArray[np.float64]:
    """(3, 3) of the source points of correspondences."""
    result: Points = np.zeros((3, 3))
    for i in range(points.shape[1]):
        for a in range(3):
            for b in range(3):
                result[a, b] += points[a, i] * points[b, i]
    result /= points.shape[1]
    return result


@compiled
def limits(points: Points) -> tuple[Points, Points]:
    """(3,) least and (3,) greatest coordinates; not finite if one of them is not."""
    low, high = points[0].copy(), points[0].copy()
    for index in range(len(points)):
        for axis in range(3):
            value = points[index, axis]
            if not math.isfinite(value):
                low[axis] = math.nan
            elif value < low[axis]:
                low[axis] = value
            elif value > high[axis]:
                high[axis] = value
    return low, high


@compiled
def occupied_cells(points: Points, low: Points, shape: Indices, cell: float) -> NDArray[np.uint8]:
    """Grid that is 1 in cells that hold a point, and beyond their six faces.

    Args:
        points: (n, 3), finite.
        low: (3,) corner of the grid, a cell or more beyond every point.
        shape: (3,) of the grid, which ends a cell or more beyond every point.
        cell: edge.
    """
    cells = np.zeros((shape[0], shape[1], shape[2]), np.uint8)
    inverse, full, held = 1.0 / cell, 0, np.empty((len(points), 3), np.int64)
    for index in range(len(points)):
        i = int((points[index, 0] - low[0]) * inverse)
        j = int((points[index, 1] - low[1]) * inverse)
        k = int((points[index, 2] - low[2]) * inverse)
        if not cells[i, j, k]:
            cells[i, j, k] = 1
            held[full, 0], held[full, 1], held[full, 2] = i, j, k
            full += 1
    for index in range(full):
        i, j, k = held[index]
        cells[i - 1, j, k], cells[i + 1, j, k] = 1, 1
        cells[i, j - 1, k], cells[i, j + 1, k] = 1, 1
        cells[i, j, k - 1], cells[i, j, k + 1] = 1, 1
    return cells
