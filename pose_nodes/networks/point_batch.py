"""Several point clouds, one after another in the same tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pose_nodes.core.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class PointBatch:
    """n points of b clouds.

    Attributes:
        points: (n, 3) float32.
        normals: (n, 3) float32 unit vectors, or None.
        offsets: (b,) int64, where each cloud ends.
    """

    points: Tensor
    normals: Tensor | None
    offsets: Tensor

    def __post_init__(self) -> None:
        """Check the input.

        Raises:
            InvalidInputError: a cloud is empty, a tensor has a wrong shape, or a coordinate is not finite.
        """
        points, offsets = self.points, self.offsets
        if points.ndim != 2 or points.shape[1] != 3:
            raise InvalidInputError(f"points: shape {tuple(points.shape)} is not (n, 3)")
        if self.normals is not None and self.normals.shape != points.shape:
            raise InvalidInputError(
                f"normals: shape {tuple(self.normals.shape)} is not that of the points, {tuple(points.shape)}"
            )
        if len(offsets) == 0 or int(offsets[-1]) != len(points) or bool((self.counts < 1).any()):
            raise InvalidInputError(
                f"offsets: {offsets.tolist()} do not cut {len(points)} points into clouds of at least one; "
                "each must say where a cloud ends, the last one where all do"
            )
        if not bool(torch.isfinite(points).all()):
            raise InvalidInputError("points: a coordinate is not finite; leave pixels without depth out")
        if self.normals is not None and not bool(torch.isfinite(self.normals).all()):
            raise InvalidInputError("normals: a component is not finite; leave points without a normal out")

    @property
    def counts(self) -> Tensor:
        """(b,) int64, points of each cloud."""
        return torch.diff(self.offsets, prepend=self.offsets.new_zeros(1))

    @property
    def clouds(self) -> Tensor:
        """(n,) int64, which cloud each point belongs to."""
        numbers = torch.arange(len(self.offsets), device=self.offsets.device)
        return numbers.repeat_interleave(self.counts)
