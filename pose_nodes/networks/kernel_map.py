"""Which cells a sub-manifold convolution multiplies with which part of its kernel.

Sub-manifold: there is an output at the occupied cells alone (Graham, Engelcke and van der Maaten, "3D
Semantic Segmentation with Submanifold Sparse Convolutional Networks", CVPR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class KernelMap:
    """Pairs of a cell and a neighbour of it, sorted by the offset between them.

    Attributes:
        targets, sources: (p,) int64, a cell and its neighbour at cell + offset.
        counts: pairs of each of the size^3 offsets, in the order of x, y, z from the most negative on.
    """

    targets: Tensor
    sources: Tensor
    counts: tuple[int, ...]


def kernel_map(cells: Tensor, clouds: Tensor, size: int) -> KernelMap:
    """Find all neighbours within a cube.

    Args:
        cells: (n, 3) int64, from 0 on, no two of a cloud alike.
        clouds: (n,) int64, which cloud each belongs to.
        size: odd side of the cube, in cells.
    """
    reach = size // 2
    side = (
        int(cells.max()) + 1 + 2 * reach
    )  # room on each side: no neighbour is taken for one of the next row
    keys = _keys(torch.cat([clouds[:, None], cells + reach], dim=1), side)
    keys, order = keys.sort()
    found = _search(keys, side, size)
    offsets, targets = (found >= 0).nonzero(as_tuple=True)
    counts = torch.bincount(offsets, minlength=size**3)
    return KernelMap(order[targets], order[found[offsets, targets]], tuple(counts.tolist()))


def _keys(cells: Tensor, side: int) -> Tensor:
    cloud, x, y, z = cells.unbind(1)
    return ((cloud * side + x) * side + y) * side + z


def _search(keys: Tensor, side: int, size: int) -> Tensor:
    """(size^3, n) int64, the place of each neighbour among the sorted keys, or -1.

    Neighbours that differ in z alone follow each other there, so that only the first is searched for.
    """
    steps = torch.arange(size, device=keys.device) - size // 2
    rows = (steps[:, None] * side + steps).reshape(-1, 1) * side - size // 2
    wanted = keys + rows
    places = torch.searchsorted(keys, wanted)
    padded = torch.cat([keys, keys.new_full((1,), -1)])
    found = keys.new_full((size**2, size, len(keys)), -1)
    for step in range(size):
        hit = padded[places] == wanted + step
        found[:, step] = torch.where(hit, places, -1)
        places = places + hit
    return found.view(size**3, -1)
