"""Of bathrooms: toilets, wash basins, bathtubs, shower curtains."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.kitchen import faucet
from pose_nodes.synthetic.rooms.parts import Part, box, cylinder, loft, oval, rounded, sheet, tube
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def toilet(rng: np.random.Generator) -> Piece:
    """A bowl with seat and lid, open or closed; with a tank, or hung on the wall."""
    white = p.white(rng)
    width, long, rim = between(rng, 0.34, 0.4), between(rng, 0.42, 0.52), between(rng, 0.38, 0.45)
    tank = chance(rng, 0.8)
    x = 0.0
    foot = 0.0 if tank else between(rng, 0.05, 0.1)
    body = ((0.6, foot, -0.06), (0.52, 0.4 * rim, -0.05), (0.95, 0.85 * rim, 0.0), (1.0, rim, 0.0))
    outer = [oval(s * long, s * width, z, (x + dx, 0)) for s, z, dx in body]
    inner = [
        oval(s * long, s * width, z, (x, 0)) for s, z in ((0.72, rim), (0.6, 0.7 * rim), (0.25, 0.5 * rim))
    ]
    parts = [loft(white, [*outer, *inner])]
    back = -0.5 * long
    parts.append(box(white, (0.24, 0.6 * width, rim - foot - 0.02), (back, 0, 0.5 * (rim + foot) - 0.01)))
    if tank:
        high, deep, wide = between(rng, 0.3, 0.42), between(rng, 0.16, 0.22), between(rng, 0.36, 0.48)
        parts.append(rounded(white, (deep, wide, high), (back - 0.1, 0, rim + high / 2), 0.04))
        parts.append(
            rounded(white, (deep + 0.03, wide + 0.03, 0.03), (back - 0.1, 0, rim + high + 0.015), 0.04)
        )
    return piece("toilet", parts + _lid(rng, long, width, rim, x))


def _lid(rng: np.random.Generator, long: float, width: float, rim: float, x: float) -> list[Part]:
    """The seat, and the lid that lies on it or stands against the tank."""
    seat = p.white(rng) if chance(rng, 0.85) else p.dark(rng)
    ring = [
        oval(s * long, s * width, z, (x, 0))
        for s, z in ((1.02, rim + 0.002), (1.02, rim + 0.02), (0.7, rim + 0.02), (0.7, rim + 0.002))
    ]
    parts = [loft(seat, ring, bottom=False, top=False)]
    if chance(rng, 0.55):
        parts.append(loft(seat, [oval(1.02 * long, 1.02 * width, rim + z, (x, 0)) for z in (0.022, 0.04)]))
    else:
        loops = []
        for z in (0.0, 0.018):
            flat = oval(long, width, 0.0)
            hinge = -0.5 * long + 0.03
            loops.append(
                np.column_stack(
                    [
                        hinge + z + 0.1 * (-flat[:, 0] - long / 2) * 0.6,
                        flat[:, 1],
                        rim + 0.02 + flat[:, 0] + long / 2,
                    ]
                )
            )
        parts.append(loft(seat, loops))
    return parts


def wash_basin(rng: np.random.Generator) -> Piece:
    """On a pedestal, or hung on the wall with its drain below; its rim is where hands are."""
    white = p.white(rng)
    depth, width, deep = between(rng, 0.36, 0.52), between(rng, 0.42, 0.65), between(rng, 0.14, 0.2)
    exponent = float(rng.choice((2.5, 4.0, 8.0)))
    rim = between(rng, 0.8, 0.88)
    outer = [
        oval(s * depth, s * width, z, sides=20, exponent=exponent)
        for s, z in ((0.5, rim - deep), (0.9, rim - 0.6 * deep), (1, rim))
    ]
    inner = [
        oval(s * depth, s * width, z, (0.03, 0), 20, exponent)
        for s, z in ((0.78, rim), (0.7, rim - 0.4 * deep), (0.3, rim - 0.7 * deep))
    ]
    parts = [loft(white, [*outer, *inner]), *faucet(rng, -0.42 * depth, rim)]
    if chance(rng, 0.45):
        parts.append(cylinder(white, 0.11, 0.0, rim - 0.8 * deep, (-0.02, 0), 0.08, sides=12))
    else:  # the drain; it keeps what is below free, too
        parts.append(cylinder(p.metal(rng), 0.02, 0.0, rim - 0.9 * deep, (-0.2 * depth, 0), sides=8))
    return piece("sink", parts)


def bathtub(rng: np.random.Generator) -> Piece:
    """Built in (a block) or free-standing (round); empty. Long along y."""
    white = p.white(rng)
    depth, width, rim = between(rng, 0.7, 0.82), between(rng, 1.45, 1.75), between(rng, 0.42, 0.6)
    free = chance(rng, 0.25)
    exponent = 3.0 if free else 12.0
    low = ((0.75, 0.0), (0.85, 0.5 * rim), (1.0, rim)) if free else ((1.0, 0.0), (1.0, 0.5 * rim), (1.0, rim))
    outer = [oval(s * depth, s * width, z, sides=28, exponent=exponent) for s, z in low]
    hollow = ((0.84, 0.9, rim), (0.78, 0.86, 0.6 * rim), (0.66, 0.76, 0.25 * rim), (0.5, 0.6, 0.2 * rim))
    inner = [oval(a * depth, b * width, z, sides=28, exponent=4.0) for a, b, z in hollow]
    return piece("bathtub", [loft(white, [*outer, *inner])])


def shower_curtain(rng: np.random.Generator, width: float, top: float) -> Piece:
    """Hangs from a rod at `top` and covers `width` along y, both metres; z = 0 is the floor."""
    paint = p.white(rng) if chance(rng, 0.5) else p.fabric(rng)
    low = between(rng, 0.12, 0.35)
    columns = max(12, int(width / 0.035))
    y = np.linspace(-0.5 * width, 0.5 * width, columns)
    grid = np.empty((3, columns, 3))
    waves = np.sin(y * 2 * np.pi / between(rng, 0.1, 0.22) + between(rng, 0, 6))
    for row, (z, share) in enumerate(((low, 1.0), (0.5 * (low + top), 0.8), (top, 0.5))):
        grid[row] = np.column_stack([share * 0.035 * waves, y, np.full(columns, z)])
    return piece("shower_curtain", [sheet(paint, grid)])


def curtain_rod(rng: np.random.Generator, width: float) -> Piece:
    """Along y at z = 0."""
    return piece("clutter", [tube(p.metal(rng), (0, -0.5 * width, 0), (0, 0.5 * width, 0), 0.012)])
