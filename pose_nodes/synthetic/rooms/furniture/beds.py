"""Beds: single to king, box springs, frames, iron bars, bunks."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.legs import four_legs
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cushion, rounded, sheet, tube
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def bed(rng: np.random.Generator, width: float | None = None) -> Piece:
    """A bed of a width in metres (0.9 to 2), or of any; its head is at the back."""
    if width is None:
        width = float(rng.choice((0.92, 1.0, 1.4, 1.55, 1.65, 1.85, 1.95)))
    length, top = between(rng, 1.95, 2.08), between(rng, 0.42, 0.68)
    frame = p.panel(rng)
    parts = _frame(rng, frame, length, width, top)
    parts += _head(rng, frame, length, width, top)
    parts += _bedding(rng, length, width, top)
    return piece("bed", parts)


def _frame(rng: np.random.Generator, frame: Paint, length: float, width: float, top: float) -> list[Part]:
    thick = between(rng, 0.17, 0.3)
    mattress = rounded(p.white(rng), (length, width, thick), (0, 0, top - thick / 2), 0.07)
    under = top - thick
    kind = int(rng.integers(3))
    if kind == 0:  # a box spring, down to the floor or nearly so
        gap = between(rng, 0.0, 0.1)
        base = rounded(p.fabric(rng), (length, width, under - gap), (0, 0, 0.5 * (under + gap)), 0.04)
        return [mattress, base, *four_legs(rng, frame, 0.9 * length, 0.9 * width, max(gap, 0.02), 0.06)]
    rail = between(rng, 0.1, min(0.25, under))
    base = box(frame, (length + 0.06, width + 0.06, rail), (0, 0, under + 0.04 - rail / 2))
    return [mattress, base, *four_legs(rng, frame, length, width, under, 0.07)]


def _head(rng: np.random.Generator, frame: Paint, length: float, width: float, top: float) -> list[Part]:
    """A board at the head, bars, a padded board, or none; now and then one at the foot."""
    kind = int(rng.integers(5))
    high = top + between(rng, 0.25, 0.7)
    x, wide = -0.5 * length - 0.05, width + between(rng, 0.04, 0.2)
    if kind == 4:
        return []
    if kind == 0:
        parts = [cushion(p.fabric(rng), (0.12, wide, high - 0.1), (x, 0, 0.1 + (high - 0.1) / 2), 9.0)]
    elif kind == 1:
        metal = p.metal(rng)
        parts = [tube(metal, (x, s * wide / 2, 0), (x, s * wide / 2, high), 0.02) for s in (-1, 1)]
        parts += [tube(metal, (x, -wide / 2, z), (x, wide / 2, z), 0.016) for z in (high - 0.02, top)]
        bars = np.linspace(-0.42, 0.42, 8) * wide
        parts += [tube(metal, (x, y, top), (x, y, high - 0.02), 0.009) for y in bars]
    else:
        parts = [box(frame, (0.06, wide, high - 0.05), (x, 0, 0.05 + (high - 0.05) / 2))]
    if chance(rng, 0.3):
        low = top + between(rng, -0.1, 0.2)
        parts.append(
            box(frame, (0.05, width + 0.05, low - 0.05), (0.5 * length + 0.05, 0, 0.05 + (low - 0.05) / 2))
        )
    return parts


def _bedding(rng: np.random.Generator, length: float, width: float, top: float) -> list[Part]:
    count = 1 if width < 1.2 else 2 * int(rng.integers(1, 3))
    parts, each = [], width / (1 if width < 1.2 else 2)
    linen = p.white(rng) if chance(rng, 0.6) else p.fabric(rng)
    for k in range(count):
        y = 0.0 if count == 1 else (k % 2 - 0.5) * each
        x = -0.5 * length + 0.25 + 0.22 * (k // 2)
        size = (between(rng, 0.35, 0.5), 0.85 * each, between(rng, 0.12, 0.2))
        parts.append(cushion(linen if k < 2 else p.fabric(rng), size, (x, y, top + 0.05), 3.5))
    if chance(rng, 0.9):
        parts.append(_cover(rng, length, width, top))
    return parts


def _cover(rng: np.random.Generator, length: float, width: float, top: float) -> Part:
    """A blanket that lies on the mattress and hangs over three sides, made or in disorder."""
    paint = p.white(rng) if chance(rng, 0.35) else p.fabric(rng)
    start = between(rng, -0.3, 0.1) * length
    drop, puff = between(rng, 0.05, min(0.35, top - 0.08)), between(rng, 0.005, 0.06)
    x = np.concatenate([np.linspace(start, 0.5 * length + 0.02, 10), [0.5 * length + 0.04]])
    y = np.concatenate(
        [
            [-0.5 * width - 0.03],
            np.linspace(-0.5 * width - 0.01, 0.5 * width + 0.01, 10),
            [0.5 * width + 0.03],
        ]
    )
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    height = top + 0.02 + puff * rng.random(grid.shape[:2])
    height[-1] -= drop
    height[:, 0] -= drop
    height[:, -1] -= drop
    height[-1, [0, -1]] += drop
    return sheet(paint, np.concatenate([grid, height[..., None]], axis=-1))


def bunk_bed(rng: np.random.Generator) -> Piece:
    """Two beds above each other with a ladder."""
    frame, width, length = p.panel(rng), between(rng, 0.9, 1.1), between(rng, 1.95, 2.05)
    levels, top = (between(rng, 0.3, 0.45), between(rng, 1.2, 1.45)), between(rng, 1.6, 1.8)
    corners = [(sx * (length / 2 + 0.03), sy * (width / 2 + 0.03)) for sx in (-1, 1) for sy in (-1, 1)]
    parts = [box(frame, (0.07, 0.07, top), (*corner, top / 2)) for corner in corners]
    for level in levels:
        parts += [box(frame, (length, width + 0.06, 0.1), (0, 0, level - 0.05))]
        parts.append(rounded(p.white(rng), (length - 0.04, width - 0.02, 0.15), (0, 0, level + 0.075), 0.06))
        parts.append(_cover(rng, length - 0.06, width - 0.06, level + 0.15))
    rails = (levels[1] + 0.22, top - 0.05)
    parts += [
        box(frame, (length, 0.03, 0.06), (0, s * (width / 2 + 0.03), z)) for s in (-1, 1) for z in rails
    ]
    steps = np.linspace(0.2, levels[1], 5)
    parts += [box(frame, (0.4, 0.03, 0.04), (0.25 * length, width / 2 + 0.07, z)) for z in steps]
    return piece("bed", parts)
