"""The occupied voxels of a batch of clouds at one resolution, and what follows from their places alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from pose_nodes.networks.kernel_map import KernelMap, kernel_map
from pose_nodes.networks.nearest import nearest
from pose_nodes.networks.neighbourhood import Neighbourhood, neighbourhood, pair_features
from pose_nodes.networks.point_batch import PointBatch
from pose_nodes.networks.serialisation import (
    Windows,
    curve_codes,
    cut_windows,
    parent_codes,
    refuse_wider,
)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, eq=False)
class VoxelLevel:
    """m voxels, sorted by cloud and along the z-order curve.

    Attributes:
        cells: (m, 3) int64 place in the grid of the cloud, from 0 on.
        clouds: (m,) int64 cloud of each.
        centres: (m, 3) float32 mean of the points, which is not the middle of the voxel.
        normals: (m, 3) float32 unit mean of the normals (zero where they cancel), or None.
        side: of a voxel, in the unit of the points.
        keys: (m,) int64 codes along the z-order curve, ascending.
        codes: (curves, m) int64 codes along the curves that attention goes along.
        counts: voxels of each cloud.
    """

    cells: Tensor
    clouds: Tensor
    centres: Tensor
    normals: Tensor | None
    side: float
    keys: Tensor
    codes: Tensor
    counts: tuple[int, ...]
    _memory: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.cells)

    def along(self, curves: Sequence[int]) -> VoxelLevel:
        """The same voxels, with the curves in another order."""
        return replace(self, codes=self.codes[list(curves)], _memory={})

    def kernel(self, size: int) -> KernelMap:
        """Neighbours within a cube of `size` cells."""
        return self._once(("kernel", size), lambda: kernel_map(self.cells, self.clouds, size))

    def windows(self, curve: int, size: int) -> Windows:
        """Windows of `size` voxels along one of the curves; the number is taken modulo that of the curves."""
        curve %= len(self.codes)
        return self._once(
            ("windows", curve, size), lambda: cut_windows(self.codes[curve].argsort(), self.counts, size)
        )

    def neighbourhood(self, count: int, reach: float) -> Neighbourhood:
        """The `count` nearest voxels of each within `reach` sides; the level must have normals."""
        assert self.normals is not None  # the network asks for normals before
        centres, normals, radius = self.centres, self.normals, reach * self.side
        return self._once(
            ("neighbourhood", count, reach),
            lambda: neighbourhood(centres, normals, *self.nearest(count), radius),
        )

    def window_pairs(self, curve: int, size: int, reach: float) -> tuple[Tensor, ...]:
        """(w, k, k, 7) features of the pairs of voxels of windows; beyond `reach` sides all are alike."""
        assert self.normals is not None
        centres, normals, tables = self.centres, self.normals, self.windows(curve, size).tables
        curve %= len(self.codes)
        return self._once(
            ("window pairs", curve, size, reach),
            lambda: tuple(_all_pairs(centres[table], normals[table], reach * self.side) for table in tables),
        )

    def nearest(self, count: int) -> tuple[Tensor, Tensor]:
        """(m, count) nearest voxels, and which there are; of a wider search before, if there was one."""
        found = self._memory.get("nearest")
        if found is None or found[0].shape[1] < count:
            found = nearest(self.centres, self.counts, self.centres, self.counts, count)
            self._memory["nearest"] = found
        table, present = found
        return table[:, :count], present[:, :count]

    def _once(self, key: Hashable, make: Callable[[], ResultT]) -> ResultT:
        if key not in self._memory:
            self._memory[key] = make()
        result: ResultT = self._memory[key]
        return result


def voxelise(batch: PointBatch, side: float, curves: Sequence[str]) -> tuple[VoxelLevel, Tensor]:
    """Put points into voxels; those of one become one (our choice: the mean of places and normals).

    The grid of each cloud begins at its least coordinates, as the published one does for a cloud alone.

    Args:
        batch: points.
        side: of a voxel, in the unit of the points.
        curves: names of CURVES.

    Returns:
        the voxels, and (n,) int64 the voxel of each point.

    Raises:
        InvalidInputError: a cloud is larger than 65,536 voxels.
    """
    clouds = batch.clouds
    cells = _cells(batch.points, clouds, len(batch.offsets), side)
    keys, voxels = curve_codes(cells, clouds, ("z",))[0].unique(return_inverse=True)
    cells, clouds = _any_member(cells, voxels, len(keys)), _any_member(clouds, voxels, len(keys))
    level = VoxelLevel(
        cells,
        clouds,
        _mean(batch.points, voxels, len(keys)),
        _mean_direction(batch.normals, voxels, len(keys)),
        side,
        keys,
        curve_codes(cells, clouds, curves),
        _counts(clouds, len(batch.offsets)),
    )
    return level, voxels


def coarser(level: VoxelLevel, curves: Sequence[int]) -> tuple[VoxelLevel, Tensor]:
    """Voxels of twice the side.

    Args:
        level: the finer voxels.
        curves: in which order the curves are used from here on.

    Returns:
        the coarser voxels, and (m,) int64 in which of them each finer one is.
    """
    keys, parents, sizes = parent_codes(level.keys).unique_consecutive(
        return_inverse=True, return_counts=True
    )
    heads = sizes.cumsum(0) - sizes
    clouds = level.clouds[heads]
    pooled = VoxelLevel(
        level.cells[heads] >> 1,
        clouds,
        _mean(level.centres, parents, len(keys)),
        _mean_direction(level.normals, parents, len(keys)),
        2.0 * level.side,
        keys,
        parent_codes(level.codes[list(curves)][:, heads]),
        _counts(clouds, len(level.counts)),
    )
    return pooled, parents


def _all_pairs(centres: Tensor, normals: Tensor, radius: float) -> Tensor:
    """(w, k, 3) -> (w, k, k, 7); coordinates are put apart first, so that each lies without gaps."""
    places, own = centres.movedim(-1, 0).contiguous(), normals.movedim(-1, 0).contiguous()
    apart = places[:, :, None] - places[..., None]
    one, other = own[..., None].movedim(0, -1), own[:, :, None].movedim(0, -1)
    return pair_features(apart.movedim(0, -1), one, other, radius)


def _cells(points: Tensor, clouds: Tensor, count: int, side: float) -> Tensor:
    lowest = points.new_full((count, 3), torch.inf)
    lowest.scatter_reduce_(0, clouds[:, None].expand(-1, 3), points, "amin")
    cells = (points - lowest[clouds]) / side
    refuse_wider(float(cells.max()))  # whole numbers of 64 bits would turn around
    return cells.long()


def _any_member(values: Tensor, groups: Tensor, count: int) -> Tensor:
    """A value of each group, all of whose members have the same."""
    chosen = values.new_empty((count, *values.shape[1:]))
    chosen[groups] = values
    return chosen


def _mean(values: Tensor, groups: Tensor, count: int) -> Tensor:
    sums = values.new_zeros(count, values.shape[1]).index_add_(0, groups, values)
    return sums / torch.bincount(groups, minlength=count)[:, None]


def _mean_direction(normals: Tensor | None, groups: Tensor, count: int) -> Tensor | None:
    if normals is None:
        return None
    return torch.nn.functional.normalize(_mean(normals, groups, count), eps=1e-6)


def _counts(clouds: Tensor, count: int) -> tuple[int, ...]:
    return tuple(torch.bincount(clouds, minlength=count).tolist())
