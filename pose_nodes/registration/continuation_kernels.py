"""Whether the measured surface goes on beyond an object's rim as if it were the object's own.

A flat side that slid onto a table, a wall or a larger box agrees with depth wherever it lies in it; that it
has no end there is all that tells. A plane is linear in 1 / z over the image: what the last pixels of a flat
side extrapolate to is compared with what was measured beside it. Our choice; no tracker that we know of looks
for it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled

_INWARDS = 2
"""Cells of the grid between the three of a side by which it is flat, and extrapolated."""
_BEYOND = 3
"""Cells of the grid beyond the rim that must all lie on the extrapolated side."""
_NEAREST_CELL, _NEAREST_PIXEL = 2, 4
"""Of these the first, cells and pixels from the rim at least: a pose is a pixel or two off, and a depth
camera smears edges over as many."""
_FLAT = 0.3
"""Share of the sensor's tolerance by which a side may be off a plane."""
_ON, _NEARER, _OTHER = range(3)


@compiled
def continued_rim(
    drawn: NDArray[np.float32],
    image: NDArray[np.float32],
    left: int,
    top: int,
    stride: int,
    constant: float,
    quadratic: float,
) -> float:
    """Share of a silhouette's rim beyond which measured depth goes on in the plane of the flat side inside of
    it; of no account is where something nearer was measured. NaN where nothing is.

    Args:
        drawn: (rows, columns) metres, NaN beside the object.
        image: (h, w) metres, NaN where nothing was measured.
        left, top, stride: of the grid, pixels of the image.
        constant, quadratic: of the `DepthTolerance`.
    """
    first = max(_NEAREST_CELL, math.ceil(_NEAREST_PIXEL / stride))
    rim = on = 0
    for row in range(drawn.shape[0]):
        for column in range(drawn.shape[1]):
            if not drawn[row, column] > 0.0:
                continue
            for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                if _is_hit(drawn, row + down, column + right):
                    continue
                slope, is_flat = _slope(drawn, row, column, down, right, constant, quadratic)
                beside = _OTHER
                if is_flat:
                    beside = _beside(
                        image, top + stride * row, left + stride * column, stride * down, stride * right,
                        1.0 / drawn[row, column], slope, first, constant, quadratic,
                    )  # fmt: skip
                rim += beside != _NEARER
                on += beside == _ON
    return on / rim if rim else np.nan


@compiled
def _is_hit(drawn: NDArray[np.float32], row: int, column: int) -> bool:
    inside = 0 <= row < drawn.shape[0] and 0 <= column < drawn.shape[1]
    return inside and bool(drawn[row, column] > 0.0)


@compiled
def _slope(
    drawn: NDArray[np.float32],
    row: int,
    column: int,
    down: int,
    right: int,
    constant: float,
    quadratic: float,
) -> tuple[float, bool]:
    """By how much 1 / z grows with each cell outwards, and whether it does so evenly."""
    middle = row - _INWARDS * down, column - _INWARDS * right
    last = row - 2 * _INWARDS * down, column - 2 * _INWARDS * right
    if not (_is_hit(drawn, middle[0], middle[1]) and _is_hit(drawn, last[0], last[1])):
        return 0.0, False
    z = drawn[row, column]
    b, c = 1.0 / drawn[middle[0], middle[1]], 1.0 / drawn[last[0], last[1]]
    even = 2.0 * b - c
    if even <= 0.0 or abs(1.0 / even - z) > _FLAT * (constant + quadratic * z * z):
        return 0.0, False
    return (1.0 / z - c) / (2.0 * _INWARDS), True


@compiled
def _beside(
    image: NDArray[np.float32], row: int, column: int, down: int, right: int, inverse: float, slope: float,
    first: int, constant: float, quadratic: float,
) -> int:  # fmt: skip
    """What was measured beyond a rim pixel of a flat side: all _ON its plane, some _NEARER, or _OTHER."""
    height, width = image.shape
    nearer = False
    for cells in range(first, first + _BEYOND):
        v, u = row + cells * down, column + cells * right
        plane = inverse + cells * slope
        if not (0 <= v < height and 0 <= u < width and plane > 0.0):
            return _OTHER
        expected = 1.0 / plane
        offset = (image[v, u] - expected) / (constant + quadratic * expected * expected)
        if offset < -1.0:
            nearer = True
        elif not offset <= 1.0:  # nor where nothing was measured
            return _OTHER
    return _NEARER if nearer else _ON
