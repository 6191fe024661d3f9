"""What furniture stands on."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cylinder, tube, turned
from pose_nodes.synthetic.shapes.choice import between, chance


def four_legs(
    rng: np.random.Generator, paint: Paint, depth: float, width: float, height: float, thickness: float
) -> list[Part]:
    """Legs at the corners of a rectangle: square, round, tapered or splayed."""
    kind = int(rng.integers(4))
    x, y = 0.5 * (depth - thickness), 0.5 * (width - thickness)
    # A leg that is splayed must not leave the rectangle.
    inset = between(rng, 0.1, 0.3) * min(x, y) if kind == 3 else 0.0
    parts = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = (sx * x, sy * y)
            if kind == 0:
                parts.append(box(paint, (thickness, thickness, height), (*foot, height / 2)))
            elif kind == 3:
                top = (sx * (x - inset), sy * (y - inset), height)
                parts.append(tube(paint, (*foot, 0.01), top, 0.4 * thickness))
            else:
                narrow = thickness / 2 * (0.5 if kind == 2 else 1.0)
                parts.append(cylinder(paint, narrow, 0.0, height, foot, thickness / 2, 8))
    return parts


def star_base(
    rng: np.random.Generator, paint: Paint, radius: float, height: float, arms: int = 5
) -> list[Part]:
    """A column on a star of arms, with or without castors."""
    parts = [cylinder(paint, 0.028, 0.08, height, sides=10)]
    castors = chance(rng, 0.8)
    start = between(rng, 0.0, 2 * np.pi)
    for angle in start + 2 * np.pi * np.arange(arms) / arms:
        tip = radius * np.array([np.cos(angle), np.sin(angle)])
        parts.append(tube(paint, (0, 0, 0.1), (*tip, 0.06 if castors else 0.025), 0.02))
        if castors:
            parts.append(cylinder(paint, 0.026, 0.0, 0.052, (tip[0], tip[1]), sides=8))
    return parts


def pedestal(rng: np.random.Generator, paint: Paint, depth: float, width: float, height: float) -> list[Part]:
    """One column on a disc, a cross or a plate."""
    reach = 0.5 * min(depth, width) * between(rng, 0.6, 0.85)
    parts = [cylinder(paint, between(rng, 0.03, 0.07), 0.02, height, sides=12)]
    if chance(rng, 0.5):
        return [*parts, cylinder(paint, reach, 0.0, between(rng, 0.02, 0.05), sides=16)]
    bar = box(paint, (2 * reach, 0.07, 0.04), (0, 0, 0.02))
    return [*parts, bar, turned(bar, np.pi / 2)]


def sled(paint: Paint, depth: float, width: float, height: float, bar: float) -> list[Part]:
    """Two closed frames, left and right."""
    parts = []
    for side in (-1, 1):
        y = side * 0.5 * (width - bar)
        parts += [box(paint, (depth, bar, bar), (0, y, z)) for z in (bar / 2, height - bar / 2)]
        ends = (-0.5 * (depth - bar), 0.5 * (depth - bar))
        parts += [box(paint, (bar, bar, height - 2 * bar), (x, y, height / 2)) for x in ends]
    return parts


def slabs(paint: Paint, depth: float, width: float, height: float, thickness: float) -> list[Part]:
    """Two upright boards, left and right."""
    y = 0.5 * (width - thickness)
    return [box(paint, (depth, thickness, height), (0, side * y, height / 2)) for side in (-1, 1)]
