"""Fewer numbers for vectors: their coordinates along the directions in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """A change of coordinates.

    Attributes:
        mean: (d,) float64 that is taken off.
        axes: (k, d) float64 unit vectors, those of the greatest variance first.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]

    @classmethod
    def fitted(cls, vectors: NDArray[np.float32], count: int) -> PrincipalComponents:
        """The axes of some vectors.

        An axis and its opposite are as good; the one whose largest entry is positive is taken, so that the
        same vectors give the same axes on every machine.

        Args:
            vectors: (n, d).
            count: of axes; fewer where there are not so many numbers in a vector.

        Raises:
            InvalidInputError: there are fewer than two vectors, or one of them is not finite.
        """
        if len(vectors) < 2 or not np.isfinite(vectors).all():
            raise InvalidInputError(
                f"principal components: {len(vectors)} vectors; at least two are needed, all of them finite"
            )
        mean = vectors.mean(axis=0, dtype=np.float64)
        offsets = vectors.astype(np.float64) - mean
        _, columns = np.linalg.eigh(offsets.T @ offsets)
        axes = columns.T[::-1][:count]
        largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
        return cls(mean, np.ascontiguousarray(axes * np.sign(largest)))

    def of(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, d) -> (n, k) float32."""
        return np.asarray((vectors - self.mean) @ self.axes.T, np.float32)
