"""Fronts of drawers and doors with handles, on the front (+x) of a block."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cylinder, turned
from pose_nodes.synthetic.shapes.choice import between

GAP = 0.004
"""Between fronts, metres."""
FRONT = 0.018
"""Thickness of a front, metres."""


def handle(rng: np.random.Generator, paint: Paint, kind: int, x: float, y: float, z: float) -> list[Part]:
    """A knob (0), a level bar (1), an upright bar (2), or none on a front at x."""
    if kind == 0:
        knob = cylinder(paint, 0.014, 0.0, 0.025, sides=8)
        return [_at(turned(knob, np.pi / 2, 1), (x, y, z))]
    if kind in (1, 2):
        size = (0.012, 0.13, 0.012) if kind == 1 else (0.012, 0.012, 0.16)
        return [box(paint, size, (x + 0.024, y, z))]
    return []


def _at(part: Part, shift: tuple[float, float, float]) -> Part:
    return Part(part.vertices + np.asarray(shift), part.faces, part.paint)


def fronts(
    rng: np.random.Generator,
    paint: Paint,
    x: float,
    left: float,
    right: float,
    low: float,
    high: float,
    rows: int,
    columns: int,
    doors: bool,
) -> list[Part]:
    """A grid of fronts between y left..right and z low..high on a face at x, all with the same handles."""
    metal, kind = p.metal(rng), int(rng.integers(4))
    wide, tall = (right - left) / columns, (high - low) / rows
    parts = []
    for row in range(rows):
        for column in range(columns):
            y, z = left + (column + 0.5) * wide, low + (row + 0.5) * tall
            parts.append(box(paint, (FRONT, wide - GAP, tall - GAP), (x + FRONT / 2, y, z)))
            if doors:
                edge = 0.5 * wide - 0.05
                hand = edge if column % 2 == 0 else -edge
                parts += handle(rng, metal, 2 if kind == 1 else kind, x + FRONT, y + hand, z + 0.2 * tall)
            else:
                parts += handle(rng, metal, 1 if kind == 2 else kind, x + FRONT, y, z)
    return parts


def drawer_block(
    rng: np.random.Generator,
    paint: Paint,
    depth: float,
    width: float,
    low: float,
    high: float,
    y: float = 0.0,
) -> list[Part]:
    """A block of two to four drawers about x = 0."""
    body = box(paint, (depth - FRONT, width, high - low), (-FRONT / 2, y, 0.5 * (low + high)))
    rows, x = int(rng.integers(2, 5)), 0.5 * depth - FRONT
    front = paint if rng.random() < 0.7 else p.panel(rng)
    return [body, *fronts(rng, front, x, y - width / 2, y + width / 2, low, high, rows, 1, doors=False)]


def carcass(
    rng: np.random.Generator,
    paint: Paint,
    depth: float,
    width: float,
    low: float,
    high: float,
    rows: int,
    columns: int,
    doors: bool,
) -> list[Part]:
    """A closed cabinet about x = 0, y = 0 with drawers or doors, on a plinth when it starts at the floor."""
    plinth = between(rng, 0.04, 0.1) if low == 0.0 else 0.0
    parts = [
        box(paint, (depth - FRONT, width, high - low - plinth), (-FRONT / 2, 0, 0.5 * (low + plinth + high)))
    ]
    if plinth:
        parts.append(box(paint, (depth - 0.08, width - 0.02, plinth), (-0.03, 0, plinth / 2)))
    front = paint if rng.random() < 0.75 else p.panel(rng)
    x = 0.5 * depth - FRONT
    return parts + fronts(rng, front, x, -width / 2, width / 2, low + plinth, high, rows, columns, doors)
