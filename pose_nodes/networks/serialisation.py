"""Codes of cells along space-filling curves, cloud by cloud, and the windows that attention looks through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.curves import CODE_BITS, CURVES, DEEPEST


def curve_codes(cells: Tensor, clouds: Tensor, curves: Sequence[str]) -> Tensor:
    """Codes of cells along several curves; all of a cloud come before all of the next.

    A curve fills the smallest cube of 2^depth cells that holds its cloud, so that a cloud has the same curve
    alone and among others. (The published code takes one depth for the whole batch.)

    Args:
        cells: (n, 3) int64, from 0 on.
        clouds: (n,) int64, which cloud each belongs to.
        curves: names of CURVES.

    Returns:
        (curves, n) int64.

    Raises:
        InvalidInputError: a cloud is larger than 65,536 cells.
    """
    depths = _depths(cells, clouds)
    codes = torch.empty((len(curves), len(cells)), dtype=torch.int64, device=cells.device)
    for depth in depths.unique().tolist():
        chosen = (depths == depth).nonzero()[:, 0]
        members = cells.index_select(0, chosen)
        codes.index_copy_(1, chosen, torch.stack([CURVES[name](members, depth) for name in curves]))
    return clouds << CODE_BITS | codes


def parent_codes(codes: Tensor) -> Tensor:
    """Codes of the cells of twice the side that hold the given ones: a curve fills each of them in one go."""
    code_part = (1 << CODE_BITS) - 1
    return codes & ~code_part | (codes & code_part) >> 3


def _depths(cells: Tensor, clouds: Tensor) -> Tensor:
    """(n,) int64: bits of the largest coordinate of the cloud that a cell belongs to."""
    largest = clouds.new_zeros(int(clouds.max()) + 1)
    largest.scatter_reduce_(0, clouds, cells.amax(dim=1), "amax")
    powers = 2 ** torch.arange(DEEPEST, device=cells.device)
    depths = torch.searchsorted(powers, largest, right=True).clamp(min=1)
    refuse_wider(int(largest.max()))
    return depths[clouds]


def refuse_wider(largest: float) -> None:
    """Raises InvalidInputError where the largest coordinate, in cells, is beyond what curves reach."""
    if not largest < 1 << DEEPEST:
        raise InvalidInputError(
            f"cloud: it extends over {largest + 1:.6g} voxels, of which at most {1 << DEEPEST} can be told "
            "apart; divide the points by the diameter of the object, and leave outliers out"
        )


@dataclass(frozen=True, eq=False)
class Windows:
    """How n cells in the order of a curve are cut into windows.

    Attributes:
        tables: each (w, k) int64, the cells of w windows of k cells.
        places: (n,) int64, where each cell stands in all tables one after another.
    """

    tables: tuple[Tensor, ...]
    places: Tensor


def cut_windows(order: Tensor, counts: Sequence[int], size: int) -> Windows:
    """Cut each cloud into windows of `size` cells.

    The last window of a cloud is filled up with the cells at the same places of the window before, which so
    belong to both (Point Transformer V3). A cloud of fewer cells is one shorter window.

    Args:
        order: (n,) int64 cells in the order of a curve, cloud by cloud.
        counts: cells of each cloud.
        size: of a window.
    """
    long = [_filled(cells, size) for cells in order.split(list(counts)) if len(cells) > size]
    short = [cells for cells in order.split(list(counts)) if len(cells) <= size]
    tables = [torch.cat(long).view(-1, size)] if long else []
    tables += [cells[None] for cells in short]
    return Windows(tuple(tables), _places(order, counts, size))


def _filled(cells: Tensor, size: int) -> Tensor:
    padding = -len(cells) % size
    first = len(cells) - size
    return torch.cat([cells, cells[first : first + padding]])


def _places(order: Tensor, counts: Sequence[int], size: int) -> Tensor:
    """The first place of each cell; those that fill a window up come later."""
    slots = [count + (-count % size if count > size else 0) for count in counts]
    next_long, next_short = 0, sum(slot for slot, count in zip(slots, counts, strict=True) if count > size)
    ranges = []
    for slot, count in zip(slots, counts, strict=True):
        first = next_long if count > size else next_short
        ranges.append(torch.arange(first, first + count, device=order.device))
        next_long += slot if count > size else 0
        next_short += 0 if count > size else slot
    places = torch.empty_like(order)
    places[order] = torch.cat(ranges)
    return places
