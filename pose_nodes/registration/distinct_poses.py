"""Poses that are not near one another, out of many, in machine code: see `field_registration`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
def different(
    poses: Array, order: NDArray[np.int64], points: Array, apart: float, most: int
) -> NDArray[np.int64]:
    """Indices of poses, in an order, that move the middle or the ends of points apart by some metres from
    where those before have them."""
    low, high = points[0].copy(), points[0].copy()
    for index in range(len(points)):
        for axis in range(3):
            low[axis], high[axis] = min(low[axis], points[index, axis]), max(high[axis], points[index, axis])
    chosen, count = np.empty(most, np.int64), 0
    for index in order:
        is_new = True
        for other in chosen[:count]:
            farthest = 0.0
            for corner in range(8):
                probe = np.array([(high if corner >> axis & 1 else low)[axis] for axis in range(3)])
                offset = (poses[index, :3, :3] - poses[other, :3, :3]) @ probe
                offset += poses[index, :3, 3] - poses[other, :3, 3]
                farthest = max(farthest, math.sqrt((offset**2).sum()))
            is_new = is_new and farthest > apart
        if is_new and count < most:
            chosen[count] = index
            count += 1
    return chosen[:count]
