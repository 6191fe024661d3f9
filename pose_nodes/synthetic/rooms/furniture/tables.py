"""Tables and desks: rectangular, round, oval, on legs, pedestals, frames and drawers."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.drawers import drawer_block
from pose_nodes.synthetic.rooms.furniture.legs import four_legs, pedestal, slabs, sled
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, loft, mirrored, oval, rounded
from pose_nodes.synthetic.rooms.piece import Piece, Top, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def _board(
    rng: np.random.Generator, paint: Paint, depth: float, width: float, top: float, exponent: float
) -> Part:
    """A table top with its upper side at `top`: exponent 2 is an ellipse, above 10 a rectangle."""
    thick = between(rng, 0.018, 0.05)
    if exponent > 10:
        return rounded(paint, (depth, width, thick), (0, 0, top - thick / 2), between(rng, 0.002, 0.06))
    loops = [oval(depth, width, z, sides=28, exponent=exponent) for z in (top - thick, top)]
    return loft(paint, loops)


def _table(
    rng: np.random.Generator, kind: str, depth: float, width: float, top: float, exponent: float
) -> Piece:
    main = p.panel(rng)
    under = main if chance(rng, 0.5) else p.metal(rng)
    share = 0.68 if exponent < 3 else 0.93
    inner = (share * depth, share * width)
    high, which = top - 0.02, float(rng.random())
    if (exponent < 3 and which < 0.6) or which < 0.08:
        legs = pedestal(rng, under, depth, width, high)
    elif which < 0.75:
        legs = four_legs(rng, under, *inner, high, between(rng, 0.035, 0.08))
        if chance(rng, 0.4):
            legs.append(box(under, (0.9 * inner[0], 0.9 * inner[1], 0.06), (0, 0, top - 0.06)))
    elif which < 0.9:
        legs = sled(under, *inner, high, between(rng, 0.03, 0.06))
    else:
        legs = slabs(under, *inner, high, between(rng, 0.03, 0.06))
    if kind != "table" and chance(rng, 0.35):
        legs.append(box(main, (0.9 * inner[0], 0.9 * inner[1], 0.02), (0, 0, between(rng, 0.2, 0.5) * top)))
    usable = (0.5 * (0.7 if exponent < 3 else 0.95)) * np.array([depth, width])
    tops = (Top((-usable[0], -usable[1]), (usable[0], usable[1]), top),)
    return piece(kind, [_board(rng, main, depth, width, top, exponent), *legs], tops)


def dining_table(rng: np.random.Generator) -> Piece:
    """For two to eight, any outline."""
    top, which = between(rng, 0.7, 0.78), float(rng.random())
    if which < 0.25:
        side = between(rng, 0.7, 1.3)
        return _table(rng, "table", side, side, top, 2.0)
    depth = between(rng, 0.65, 1.05)
    width = depth * between(rng, 1.0, 2.1)
    return _table(rng, "table", depth, width, top, 12.0 if which < 0.85 else between(rng, 2.0, 5.0))


def conference_table(rng: np.random.Generator, width: float) -> Piece:
    """A long table of a given width in metres, boat-shaped, oval or rectangular."""
    depth, top = min(between(rng, 1.0, 1.5), 0.6 * width), between(rng, 0.71, 0.76)
    exponent = float(rng.choice((2.5, 4.0, 12.0)))
    main, under = p.wood(rng), p.panel(rng)
    half = 0.3 * width
    legs = [
        box(under, (0.5 * depth, 0.08 + 0.1 * width, top - 0.03), (0, s * half, 0.5 * top - 0.01))
        for s in (-1, 1)
    ]
    if chance(rng, 0.4):
        legs = slabs(under, 0.55 * depth, 0.6 * width, top - 0.02, 0.06)
    usable = (0.35 * depth, 0.42 * width)
    tops = (Top((-usable[0], -usable[1]), usable, top),)
    return piece("table", [_board(rng, main, depth, width, top, exponent), *legs], tops)


def work_table(rng: np.random.Generator, width: float | None = None) -> Piece:
    """A plain table of classrooms and training rooms."""
    wide = width or between(rng, 1.2, 1.8)
    return _table(rng, "table", between(rng, 0.5, 0.8), wide, between(rng, 0.7, 0.76), 12.0)


def bar_table(rng: np.random.Generator) -> Piece:
    """High, to stand at."""
    side = between(rng, 0.55, 0.8)
    return _table(rng, "table", side, side, between(rng, 0.95, 1.1), 2.0 if chance(rng, 0.7) else 12.0)


def coffee_table(rng: np.random.Generator) -> Piece:
    """Low, before a sofa."""
    depth, which = between(rng, 0.45, 0.8), float(rng.random())
    width = depth * (1.0 if which < 0.35 else between(rng, 1.3, 2.2))
    return _table(rng, "coffee_table", depth, width, between(rng, 0.32, 0.5), 2.0 if which < 0.25 else 12.0)


def end_table(rng: np.random.Generator) -> Piece:
    """Small, beside a sofa."""
    side, which = between(rng, 0.36, 0.6), float(rng.random())
    width = side * between(rng, 0.9, 1.15)
    return _table(rng, "end_table", side, width, between(rng, 0.45, 0.65), 2.0 if which < 0.4 else 12.0)


def desk(rng: np.random.Generator) -> Piece:
    """For one to sit at: on legs, boards or drawers, with a wing, a hutch or a modesty panel."""
    depth, width, top = between(rng, 0.55, 0.82), between(rng, 1.0, 1.7), between(rng, 0.7, 0.78)
    main = p.panel(rng)
    under = main if chance(rng, 0.6) else p.metal(rng)
    thick, high = between(rng, 0.02, 0.04), top - 0.025
    parts = [box(main, (depth, width, thick), (0, 0, top - thick / 2))]
    tops = [Top((-0.48 * depth, -0.48 * width), (0.48 * depth, 0.48 * width), top)]
    which = int(rng.integers(4))
    if which == 0:
        parts += four_legs(rng, under, 0.95 * depth, 0.97 * width, high, between(rng, 0.03, 0.06))
    elif which == 1:
        parts += sled(under, 0.92 * depth, 0.97 * width, high, 0.04)
    else:
        parts += slabs(under, 0.94 * depth, 0.99 * width, high, 0.025)
    parts += _below(rng, main, depth, width, high)
    if chance(rng, 0.15):
        parts += _wing(rng, main, under, depth, width, top)
    if chance(rng, 0.18):
        parts += _hutch(rng, main, depth, width, top)
        tops = [Top((-0.1 * depth, -0.46 * width), (0.48 * depth, 0.46 * width), top)]
    return piece("desk", [mirrored(part) for part in parts] if chance(rng, 0.5) else parts, tops)


def work_desk(rng: np.random.Generator, depth: float, width: float) -> Piece:
    """A desk of an open office, of a size in metres: on frames or boards, drawers at one side."""
    top, main = 0.74, p.panel(rng)
    parts = [box(main, (depth, width, 0.025), (0, 0, top - 0.0125))]
    under = p.metal(rng)
    if chance(rng, 0.6):
        parts += sled(under, 0.9 * depth, 0.96 * width, top - 0.026, 0.04)
    else:
        parts += slabs(main, 0.94 * depth, 0.99 * width, top - 0.026, 0.025)
    if chance(rng, 0.5):
        parts += drawer_block(rng, main, 0.8 * depth, 0.36, 0.06, 0.6, 0.5 * width - 0.24)
    if chance(rng, 0.5):
        parts.append(box(p.fabric(rng), (0.03, width, 0.4), (-0.5 * depth + 0.015, 0, top + 0.2)))
    return piece("desk", parts, (Top((-0.4 * depth, -0.48 * width), (0.48 * depth, 0.48 * width), top),))


def _below(rng: np.random.Generator, main: Paint, depth: float, width: float, high: float) -> list[Part]:
    """Drawers on one side or both, and a panel at the back."""
    parts = []
    wide = between(rng, 0.32, 0.42)
    sides = ((), (1,), (-1, 1))[int(rng.choice(3, p=(0.35, 0.45, 0.2)))]
    for side in sides:
        if width - len(sides) * wide > 0.5:
            y = side * (0.5 * width - wide / 2 - 0.03)
            parts += drawer_block(rng, main, 0.85 * depth, wide, 0.04, high - 0.005, y)
    if chance(rng, 0.5):
        parts.append(
            box(main, (0.018, 0.9 * width, between(rng, 0.25, 0.6)), (-0.42 * depth, 0, high - 0.32))
        )
    return parts


def _wing(
    rng: np.random.Generator, main: Paint, under: Paint, depth: float, width: float, top: float
) -> list[Part]:
    reach, wide = between(rng, 0.5, 1.0), between(rng, 0.45, 0.6)
    x, y = 0.5 * depth + reach / 2, 0.5 * (width - wide)
    return [
        box(main, (reach, wide, 0.025), (x, -y, top - 0.0125)),
        box(under, (0.03, 0.9 * wide, top - 0.03), (0.5 * depth + reach - 0.03, -y, 0.5 * (top - 0.03))),
    ]


def _hutch(rng: np.random.Generator, main: Paint, depth: float, width: float, top: float) -> list[Part]:
    high, deep = between(rng, 0.35, 0.7), between(rng, 0.22, 0.3)
    x = -0.5 * depth + deep / 2
    parts = [box(main, (deep, 0.02, high), (x, s * (0.5 * width - 0.01), top + high / 2)) for s in (-1, 0, 1)]
    parts += [box(main, (deep, width, 0.02), (x, 0, top + z)) for z in (0.6 * high, high)]
    return [*parts, box(main, (0.01, width, high), (-0.5 * depth + 0.005, 0, top + high / 2))]
