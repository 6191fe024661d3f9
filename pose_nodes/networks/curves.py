"""Space-filling curves: integers along which cells that are near in space are mostly near, too.

The z-order curve interleaves the bits of the coordinates, x having the highest. The Hilbert curve is that of
Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707, 2004. Their "trans" variants
exchange x and y first (Wu et al., "Point Transformer V3", CVPR 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

DEEPEST = 16
"""Most bits of a coordinate (Point Transformer V3)."""
CODE_BITS = 3 * DEEPEST

Curve = Callable[[Tensor, int], Tensor]


def z_order(cells: Tensor, depth: int) -> Tensor:
    """Codes along the z-order curve.

    Args:
        cells: (n, 3) int64, from 0 to 2^depth - 1.
        depth: bits of a coordinate; the codes do not depend on it.

    Returns:
        (n,) int64 of 3 depth bits.
    """
    x, y, z = (_spread(cells[:, axis]) for axis in range(3))
    return x << 2 | y << 1 | z


def hilbert(cells: Tensor, depth: int) -> Tensor:
    """Codes along the Hilbert curve that fills a cube of 2^depth cells a side; see `z_order`."""
    axes = list(cells.unbind(1))
    for bit in range(depth - 1, 0, -1):
        low = (1 << bit) - 1
        for axis in range(3):
            turned = (axes[axis] >> bit & 1) == 1
            swapped = (axes[0] ^ axes[axis]) & low
            first = torch.where(turned, axes[0] ^ low, axes[0] ^ swapped)
            if axis:
                axes[axis] = torch.where(turned, axes[axis], axes[axis] ^ swapped)
            axes[0] = first
    return z_order(torch.stack(_gray(axes, depth), dim=1), depth)


CURVES: Mapping[str, Curve] = {
    "z": z_order,
    "z-trans": lambda cells, depth: z_order(cells[:, [1, 0, 2]], depth),
    "hilbert": hilbert,
    "hilbert-trans": lambda cells, depth: hilbert(cells[:, [1, 0, 2]], depth),
}


def _spread(values: Tensor) -> Tensor:
    """Two zero bits between any two bits of numbers of 16 bits."""
    values = (values | values << 16) & 0x0000_FF00_00FF
    values = (values | values << 8) & 0x00F0_0F00_F00F
    values = (values | values << 4) & 0x0C30_C30C_30C3
    return (values | values << 2) & 0x2492_4924_9249


def _gray(axes: list[Tensor], depth: int) -> list[Tensor]:
    x, y, z = axes
    y = y ^ x
    z = z ^ y
    flips = torch.zeros_like(z)
    for bit in range(depth - 1, 0, -1):
        flips ^= torch.where((z >> bit & 1) == 1, (1 << bit) - 1, 0)
    return [x ^ flips, y ^ flips, z ^ flips]
