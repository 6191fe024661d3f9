"""Of kitchens: counters, sinks, refrigerators, stoves, and machines."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.drawers import carcass
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cylinder, loft, oval, tubes
from pose_nodes.synthetic.rooms.piece import Piece, Top, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def base_cabinet(rng: np.random.Generator, width: float, high: float, paint: Paint) -> Piece:
    """What a counter lies on."""
    columns = max(1, round(width / 0.5))
    return piece("cabinet", carcass(rng, paint, 0.56, width, 0.0, high, 1, columns, doors=True))


def counter(
    rng: np.random.Generator, width: float, hole: tuple[float, float, float] | None, paint: Paint
) -> Piece:
    """A slab with its lower side at z = 0, with or without an upstand at the wall.

    Args:
        rng: sizes.
        width: metres.
        hole: middle along y, and size along x and y, of what is cut out for a sink; None for none.
        paint: of the slab.
    """
    depth, thick = 0.62, between(rng, 0.03, 0.05)
    parts: list[Part] = []
    spans = [(-0.5 * width, 0.5 * width)]
    if hole is not None:
        y, deep, wide = hole
        spans = [(-0.5 * width, y - wide / 2), (y + wide / 2, 0.5 * width)]
        strip = 0.5 * (depth - deep)
        parts += [
            box(paint, (strip, wide, thick), (s * 0.5 * (depth - strip), y, thick / 2)) for s in (-1, 1)
        ]
    parts += [box(paint, (depth, b - a, thick), (0, 0.5 * (a + b), thick / 2)) for a, b in spans]
    if chance(rng, 0.5):
        parts.append(box(paint, (0.02, width, 0.1), (-0.5 * depth + 0.01, 0, thick + 0.05)))
    tops = tuple(Top((-0.26, a + 0.03), (0.28, b - 0.03), thick, 0.4) for a, b in spans if b - a > 0.3)
    return piece("counter", parts, tops)


def sink(rng: np.random.Generator, depth: float, width: float) -> Piece:
    """A basin that hangs in a hole of a slab: its rim lies at z = 0 and below is the basin."""
    paint = p.metal(rng) if chance(rng, 0.6) else p.white(rng)
    exponent, deep = float(rng.choice((2.0, 3.0, 8.0))), between(rng, 0.12, 0.2)
    rim = [oval(depth + 0.03, width + 0.03, 0.006, sides=20, exponent=9.0)]
    inner = [
        oval(s * depth, s * width, z, sides=20, exponent=exponent)
        for s, z in ((0.94, 0.006), (0.9, -0.5 * deep), (0.6, -deep))
    ]
    basin = loft(paint, [*rim, *inner], bottom=False)
    return piece("sink", [basin, *faucet(rng, -0.5 * depth - 0.0, 0.006)])


def faucet(rng: np.random.Generator, x: float, z: float) -> list[Part]:
    """A bent tube that reaches over the basin (+x)."""
    metal, high, reach = p.metal(rng), between(rng, 0.1, 0.28), between(rng, 0.1, 0.18)
    line = [
        (x, 0, z),
        (x, 0, z + high),
        (x + 0.5 * reach, 0, z + high + 0.02),
        (x + reach, 0, z + 0.8 * high),
    ]
    return [cylinder(metal, 0.022, z, z + 0.03, (x, 0), sides=8), *tubes(metal, line, 0.011)]


def refrigerator(rng: np.random.Generator) -> Piece:
    """One door, two doors above each other or side by side; or a small one."""
    small = chance(rng, 0.25)
    depth, width = between(rng, 0.58, 0.78), between(rng, 0.48, 0.6) if small else between(rng, 0.58, 0.92)
    high = between(rng, 0.82, 1.2) if small else between(rng, 1.5, 1.9)
    paint = p.white(rng) if chance(rng, 0.55) else p.metal(rng)
    parts = [box(paint, (depth - 0.06, width, high - 0.03), (-0.03, 0, 0.03 + (high - 0.03) / 2))]
    parts.append(box(p.dark(rng), (depth - 0.12, width - 0.04, 0.03), (-0.03, 0, 0.015)))
    x, grip = 0.5 * depth - 0.03, p.metal(rng)
    if width > 0.8 and not small:
        doors = [(-0.25 * width, 0.5 * width, 0.05, high), (0.25 * width, 0.5 * width, 0.05, high)]
    else:
        cut = between(rng, 0.3, 0.75) * high if not small else high
        doors = [(0.0, width, 0.05, cut), (0.0, width, cut, high)][: 1 if small else 2]
    for y, wide, low, top in doors:
        parts.append(box(paint, (0.055, wide - 0.008, top - low - 0.008), (x, y, 0.5 * (low + top))))
        edge = y + (0.42 * wide if y <= 0 else -0.42 * wide)
        parts.append(
            box(grip, (0.02, 0.02, min(0.4, 0.6 * (top - low))), (x + 0.05, edge, 0.5 * (low + top)))
        )
    tops = (Top((-0.4 * depth, -0.4 * width), (0.3 * depth, 0.4 * width), high, 0.3),)
    return piece("refrigerator", parts, tops)


def stove(rng: np.random.Generator) -> Piece:
    """An oven with hot plates; no data set has a class for it."""
    depth, width, high = 0.62, between(rng, 0.55, 0.76), between(rng, 0.86, 0.93)
    body, black = (p.white(rng) if chance(rng, 0.5) else p.metal(rng)), p.dark(rng)
    parts = [box(body, (depth, width, high), (0, 0, high / 2))]
    parts.append(box(black, (0.01, 0.8 * width, 0.35), (0.5 * depth + 0.005, 0, 0.45)))
    parts.append(box(p.metal(rng), (0.02, 0.8 * width, 0.02), (0.5 * depth + 0.04, 0, 0.72)))
    spots = [(x, y) for x in (-0.14, 0.14) for y in (-0.24 * width, 0.24 * width)]
    parts += [cylinder(black, 0.09, high, high + 0.012, spot) for spot in spots]
    if chance(rng, 0.5):
        parts.append(box(body, (0.06, width, 0.15), (-0.5 * depth + 0.03, 0, high + 0.075)))
    return piece("clutter", parts)


def washing_machine(rng: np.random.Generator) -> Piece:
    """A white cube with a round door, or a dish washer."""
    width, high = between(rng, 0.58, 0.68), between(rng, 0.82, 0.98)
    body = p.white(rng)
    parts = [box(body, (0.58, width, high), (0, 0, high / 2))]
    if chance(rng, 0.6):
        angles = np.linspace(0, 2 * np.pi, 17)[:-1]
        ring = np.stack([np.full(16, 0.3), 0.19 * np.cos(angles), 0.5 + 0.19 * np.sin(angles)], axis=1)
        parts.append(loft(p.dark(rng), [ring, ring * (1, 0.8, 1) + (0.03, 0, 0)], bottom=False))
    parts.append(box(p.dark(rng), (0.008, 0.9 * width, 0.08), (0.294, 0, high - 0.08)))
    return piece("clutter", parts)


def microwave(rng: np.random.Generator) -> Piece:
    """On a counter."""
    depth, width, high = between(rng, 0.32, 0.42), between(rng, 0.44, 0.54), between(rng, 0.25, 0.32)
    parts = [box(p.white(rng) if chance(rng, 0.5) else p.metal(rng), (depth, width, high), (0, 0, high / 2))]
    parts.append(
        box(p.dark(rng), (0.008, 0.7 * width, 0.8 * high), (depth / 2 + 0.004, -0.12 * width, high / 2))
    )
    return piece("clutter", parts)
