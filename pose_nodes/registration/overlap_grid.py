"""How much of one cloud comes to lie near another at many poses, by NumPy or torch."""

from __future__ import annotations

import numpy as np

from pose_nodes.registration.array_alignment import placed
from pose_nodes.registration.array_math import Array, floats, integers, like, on_host
from pose_nodes.registration.rigid_hypothesis import refuse_not_finite

SAMPLE = 500
"""Source points that the overlap is judged by."""
CELL = 0.75
"""Edge of the cells that the overlap is judged by, in distances of an inlier (our choice)."""
MOST_CELLS = 160
"""Along an axis; they are larger in larger clouds."""
_NEIGHBOURS = np.concatenate(
    [np.zeros((1, 3), np.int64), np.eye(3, dtype=np.int64), -np.eye(3, dtype=np.int64)]
)


class OverlapGrid:
    """A target cloud as cells that hold a point, and those beyond their faces."""

    def __init__(self, source: Array, target: Array, distance: float) -> None:
        """Mark the cells.

        Args:
            source, target: (n, 3), (m, 3) points, single precision.
            distance: of an inlier, in the unit of the points.

        Raises:
            InvalidInputError: a target point is not finite.
        """
        stride = max(1, len(source) // SAMPLE)
        self._sample = source[: len(source) // stride * stride : stride]
        host = on_host(target)
        refuse_not_finite(host, "target point")
        low, high = host.min(axis=0), host.max(axis=0)
        cell = max(CELL * distance, float((high - low).max()) / MOST_CELLS)
        low = low - 1.5 * cell
        self._shape = ((high - low) / cell).astype(np.int64) + 2
        self._cell, self._origin = cell, like(low.astype(np.float32), source)
        index = ((host - low) / cell).astype(np.int64)[:, None] + _NEIGHBOURS
        cells = np.zeros(self._shape, np.float32)
        cells[tuple(index.reshape(-1, 3).T)] = 1.0
        self._cells = like(cells.ravel(), source)

    def overlaps(self, poses: Array) -> Array:
        """(k,) shares of the source cloud that are near the target cloud at (k, 3, 4) poses."""
        at = (placed(poses, self._sample) - self._origin) / self._cell
        inside = ((at >= 0.0) & (at < like(self._shape.astype(np.float32), at))).all(2)
        x, y, z = (integers(at[..., axis] * inside) for axis in range(3))
        _, rows, columns = self._shape.tolist()
        return (self._cells[(x * rows + y) * columns + z] * floats(inside)).mean(1)
