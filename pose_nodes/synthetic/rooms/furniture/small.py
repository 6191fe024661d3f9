"""Clutter, and bins: what stands on tables, shelves and floors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.parts import (
    Part,
    box,
    cushion,
    cylinder,
    loft,
    moved,
    oval,
    rounded,
    sheet,
    tube,
    turned,
    turned_shape,
)  # fmt: skip
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance

Family = Callable[[np.random.Generator], Piece]


def bin_(rng: np.random.Generator) -> Piece:
    """For waste: a tapered bucket, a rectangular one, one with a lid, or for recycling."""
    kind, paint = int(rng.integers(4)), p.plastic(rng) if chance(rng, 0.7) else p.metal(rng)
    high = between(rng, 0.26, 0.42) if kind < 2 else between(rng, 0.4, 0.78)
    width = between(rng, 0.22, 0.32) if kind < 2 else between(rng, 0.28, 0.48)
    depth = width * (1.0 if kind in (0, 2) else between(rng, 0.55, 0.95))
    exponent = 2.0 if kind in (0, 2) else 7.0
    taper = between(rng, 0.72, 0.95)
    outer = [
        oval(s * depth, s * width, z, sides=20, exponent=exponent) for s, z in ((taper, 0.0), (1.0, high))
    ]
    if kind < 2 or chance(rng, 0.3):
        inner = [
            oval(0.94 * s * depth, 0.94 * s * width, z, sides=20, exponent=exponent)
            for s, z in ((1.0, high), (taper, 0.03))
        ]
        return piece("bin", [loft(paint, [*outer, *inner])])
    lid = p.plastic(rng) if chance(rng, 0.5) else paint
    dome = [
        oval(s * depth, s * width, high + z, sides=20, exponent=exponent)
        for s, z in ((1.03, 0.0), (0.9, 0.06), (0.5, 0.1))
    ]
    return piece("bin", [loft(paint, outer), loft(lid, dome)])


def books(rng: np.random.Generator) -> Piece:
    """A pile that lies."""
    parts, z = [], 0.0
    for _ in range(int(rng.integers(1, 6))):
        size = np.array([between(rng, 0.18, 0.3), between(rng, 0.13, 0.22), between(rng, 0.01, 0.045)])
        one = turned(box(p.vivid(rng), size, (0, 0, size[2] / 2)), between(rng, -0.3, 0.3))
        parts.append(moved(one, (0, 0, z)))
        z += size[2]
    return piece("clutter", parts)


def carton(rng: np.random.Generator) -> Piece:
    """A cardboard box or another."""
    size = rng.uniform((0.15, 0.15, 0.1), (0.5, 0.5, 0.42))
    paint = p.toned(rng, (0.65, 0.5, 0.34), 0.05) if chance(rng, 0.6) else p.vivid(rng)
    return piece("clutter", [box(paint, size, (0, 0, size[2] / 2))])


def cup(rng: np.random.Generator) -> Piece:
    """A cup, a glass or a can."""
    radius, high = between(rng, 0.03, 0.045), between(rng, 0.07, 0.14)
    return piece("clutter", [cylinder(p.vivid(rng), 0.85 * radius, 0.0, high, top_radius=radius, sides=12)])


def bottle(rng: np.random.Generator) -> Piece:
    """A body with a neck."""
    radius, high = between(rng, 0.03, 0.05), between(rng, 0.18, 0.32)
    profile = [(radius, 0.0), (radius, 0.6 * high), (0.35 * radius, 0.8 * high), (0.35 * radius, high)]
    return piece("clutter", [turned_shape(p.vivid(rng), profile, sides=12)])


def monitor(rng: np.random.Generator) -> Piece:
    """A screen on a foot."""
    width, low = between(rng, 0.45, 0.68), between(rng, 0.06, 0.16)
    high = width * between(rng, 0.56, 0.66)
    black = p.dark(rng) if chance(rng, 0.8) else p.metal(rng)
    glow = p.vivid(rng) if chance(rng, 0.4) else p.dark(rng)
    parts = [box(black, (0.03, width, high), (0, 0, low + high / 2))]
    parts.append(box(glow, (0.004, width - 0.03, high - 0.03), (0.017, 0, low + high / 2)))
    parts.append(box(black, (0.03, 0.05, low + 0.1), (-0.03, 0, 0.5 * (low + 0.1))))
    return piece("clutter", [*parts, rounded(black, (0.2, 0.26, 0.015), (-0.02, 0, 0.0075), 0.05)])


def keyboard(rng: np.random.Generator) -> Piece:
    """Before a monitor."""
    return piece(
        "clutter",
        [box(p.dark(rng) if chance(rng, 0.6) else p.white(rng), (0.14, 0.44, 0.022), (0, 0, 0.011))],
    )


def laptop(rng: np.random.Generator) -> Piece:
    """Opened."""
    width, body = between(rng, 0.3, 0.38), p.metal(rng)
    base = box(body, (0.68 * width, width, 0.018), (0, 0, 0.009))
    lid = box(body, (0.008, width, 0.66 * width), (-0.34 * width, 0, 0.33 * width))
    screen = box(p.dark(rng), (0.003, 0.94 * width, 0.6 * width), (-0.34 * width + 0.006, 0, 0.33 * width))
    lean = between(rng, 0.1, 0.5)
    return piece(
        "clutter", [base, *(turned(part, -lean, 1, (-0.34 * width, 0, 0.01)) for part in (lid, screen))]
    )


def table_lamp(rng: np.random.Generator) -> Piece:
    """A foot with a shade."""
    high, radius = between(rng, 0.35, 0.65), between(rng, 0.1, 0.18)
    foot = p.vivid(rng) if chance(rng, 0.5) else p.metal(rng)
    body = [
        (0.07, 0.0),
        (0.08, 0.02),
        (between(rng, 0.02, 0.07), 0.3 * high),
        (0.015, 0.6 * high),
        (0.012, 0.7 * high),
    ]
    shade = [
        oval(2 * r, 2 * r, z) for r, z in ((radius, 0.6 * high), (between(rng, 0.5, 1.0) * radius, high))
    ]
    return piece(
        "clutter", [turned_shape(foot, body, sides=12), loft(p.white(rng), shade, bottom=False, top=False)]
    )


def floor_lamp(rng: np.random.Generator) -> Piece:
    """A shade on a pole."""
    high, radius, metal = between(rng, 1.35, 1.75), between(rng, 0.14, 0.25), p.metal(rng)
    parts = [cylinder(metal, 0.14, 0.0, 0.03), cylinder(metal, 0.012, 0.03, high - 0.05, sides=8)]
    shade = [oval(2 * r, 2 * r, z) for r, z in ((radius, high - 0.3), (0.7 * radius, high))]
    return piece("clutter", [*parts, loft(p.white(rng), shade, bottom=False, top=False)])


def plant(rng: np.random.Generator, high: float | None = None) -> Piece:
    """Leaves in a pot."""
    tall = high or between(rng, 0.2, 0.45)
    radius = between(rng, 0.22, 0.32) * min(tall, 0.6)
    pot = cylinder(p.vivid(rng), 0.75 * radius, 0.0, 0.32 * min(tall, 0.9), top_radius=radius, sides=12)
    green = p.toned(rng, (0.2, 0.38, 0.15), 0.12, grain=0.05)
    parts, base = [pot], 0.28 * min(tall, 0.9)
    for _ in range(int(rng.integers(8, 18))):
        angle, reach = between(rng, 0, 2 * np.pi), between(rng, 0.4, 1.6) * radius
        end = base + between(rng, 0.3, 1.0) * (tall - base)
        out, side = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        line = [(0.0, base), (0.5 * reach, 0.5 * (base + end) + 0.05), (reach, end)]
        widths = (0.2, 1.0, 0.1)
        half = 0.035 + 0.05 * min(tall, 1.2) * rng.random()
        grid = np.array(
            [
                [[*(r * out + s * w * half * side), z] for s in (-1, 1)]
                for (r, z), w in zip(line, widths, strict=True)
            ]
        )
        parts.append(sheet(green, grid))
    return piece("clutter", parts)


def floor_plant(rng: np.random.Generator) -> Piece:
    """A large one that stands on the floor."""
    return plant(rng, between(rng, 0.7, 1.6))


def bag(rng: np.random.Generator) -> Piece:
    """A backpack or a bag on the floor."""
    size = rng.uniform((0.16, 0.26, 0.3), (0.26, 0.4, 0.48))
    body = cushion(p.fabric(rng), size, (0, 0, size[2] / 2), 3.5)
    pocket = cushion(
        p.fabric(rng), (0.1, 0.7 * size[1], 0.45 * size[2]), (0.45 * size[0], 0, 0.3 * size[2]), 4.0
    )
    return piece("clutter", [body, pocket])


def stool(rng: np.random.Generator) -> Piece:
    """Without a back; in ScanNet's labels no chair."""
    high, radius, paint = between(rng, 0.42, 0.78), between(rng, 0.15, 0.2), p.panel(rng)
    parts: list[Part] = [cylinder(paint, radius, high - 0.04, high)]
    for angle in np.arange(4) * np.pi / 2 + 0.7:
        c, s = np.cos(angle), np.sin(angle)
        parts.append(
            tube(
                paint, (radius * c, radius * s, 0.0), (0.7 * radius * c, 0.7 * radius * s, high - 0.04), 0.015
            )
        )
    return piece("clutter", parts)


def ottoman(rng: np.random.Generator) -> Piece:
    """A padded block."""
    x, y, high = between(rng, 0.4, 0.7), between(rng, 0.4, 0.9), between(rng, 0.35, 0.45)
    return piece("clutter", [cushion(p.fabric(rng), (x, y, high), (0, 0, high / 2), 8.0)])


def vase(rng: np.random.Generator) -> Piece:
    """A turned body."""
    high = between(rng, 0.12, 0.35)
    radii = rng.uniform(0.03, 0.09, 4)
    profile = [(float(r), float(z)) for r, z in zip(radii, np.linspace(0, high, 4), strict=True)]
    return piece("clutter", [turned_shape(p.vivid(rng), profile, sides=14)])


def paper(rng: np.random.Generator) -> Piece:
    """Sheets that lie about."""
    sheets = [
        box(p.white(rng), (0.297, 0.21, 0.002), (0, 0, 0.001 + 0.002 * k))
        for k in range(int(rng.integers(1, 4)))
    ]
    return piece("clutter", [turned(one, between(rng, -0.4, 0.4)) for one in sheets])


def printer(rng: np.random.Generator) -> Piece:
    """A box with a tray."""
    depth, width, high = between(rng, 0.32, 0.5), between(rng, 0.38, 0.55), between(rng, 0.2, 0.42)
    body = p.white(rng) if chance(rng, 0.5) else p.dark(rng)
    parts = [rounded(body, (depth, width, high), (0, 0, high / 2), 0.04)]
    return piece(
        "clutter",
        [*parts, box(p.white(rng), (0.16, 0.6 * width, 0.012), (0.5 * depth + 0.06, 0, 0.3 * high))],
    )


def tower(rng: np.random.Generator) -> Piece:
    """A computer under a desk."""
    size = rng.uniform((0.38, 0.16, 0.36), (0.5, 0.21, 0.48))
    return piece("clutter", [box(p.dark(rng), size, (0, 0, size[2] / 2))])


ON_DESKS: tuple[Family, ...] = (books, cup, bottle, paper, table_lamp, plant, carton, laptop, paper, books)
ON_SHELVES: tuple[Family, ...] = (books, carton, plant, vase, table_lamp, cup, bottle)
ON_COUNTERS: tuple[Family, ...] = (bottle, cup, vase, carton, bottle, cup, plant)
ON_FLOORS: tuple[Family, ...] = (carton, bag, floor_lamp, floor_plant, carton, bag, ottoman, stool)
