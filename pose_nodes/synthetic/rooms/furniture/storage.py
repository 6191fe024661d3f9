"""Cabinets, wardrobes, dressers, night stands and bookshelves."""

from __future__ import annotations

import itertools

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.drawers import carcass, drawer_block
from pose_nodes.synthetic.rooms.furniture.legs import four_legs
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, moved, turned
from pose_nodes.synthetic.rooms.piece import Piece, Top, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def _top(depth: float, width: float, z: float) -> tuple[Top, ...]:
    return (Top((-0.46 * depth, -0.48 * width), (0.46 * depth, 0.48 * width), z),)


def cabinet(rng: np.random.Generator) -> Piece:
    """A closed cabinet on the floor: low or high, of doors or drawers."""
    depth, width, high = between(rng, 0.35, 0.6), between(rng, 0.45, 1.6), between(rng, 0.6, 1.5)
    columns = max(1, round(width / between(rng, 0.4, 0.6)))
    doors = chance(rng, 0.65)
    rows = (1 if high < 1.1 else int(rng.integers(1, 3))) if doors else max(1, round(high / 0.25))
    parts = carcass(rng, p.panel(rng), depth, width, 0.0, high, rows, columns, doors)
    return piece("cabinet", parts, _top(depth, width, high))


def filing_cabinet(rng: np.random.Generator) -> Piece:
    """Of steel, two to five drawers."""
    rows = int(rng.integers(2, 6))
    depth, width = between(rng, 0.42, 0.7), between(rng, 0.36, 0.5)
    high = rows * between(rng, 0.26, 0.34)
    paint = p.toned(rng, ((0.7, 0.7, 0.68), (0.3, 0.3, 0.32), (0.8, 0.76, 0.66))[int(rng.integers(3))], 0.02)
    parts = carcass(rng, paint, depth, width, 0.0, high, rows, 1, doors=False)
    return piece("cabinet", parts, _top(depth, width, high))


def wardrobe(rng: np.random.Generator) -> Piece:
    """High, with two to four doors."""
    columns = int(rng.integers(2, 5))
    depth, width, high = between(rng, 0.5, 0.65), columns * between(rng, 0.4, 0.52), between(rng, 1.8, 2.25)
    parts = carcass(rng, p.panel(rng), depth, width, 0.0, high, 1, columns, doors=True)
    return piece("wardrobe", parts, _top(depth, width, high))


def wall_cabinet(rng: np.random.Generator, width: float | None = None) -> Piece:
    """Hung on a wall; its lower side is at z = 0."""
    wide, depth, high = width or between(rng, 0.5, 1.4), between(rng, 0.28, 0.38), between(rng, 0.5, 0.8)
    columns = max(1, round(wide / 0.45))
    parts = carcass(rng, p.panel(rng), depth, wide, 0.001, high, 1, columns, doors=True)
    return piece("cabinet", parts)


def dresser(rng: np.random.Generator) -> Piece:
    """Drawers in one to three columns, on a plinth or on legs."""
    columns, rows = int(rng.choice((1, 2, 2, 3))), int(rng.integers(3, 6))
    depth, width = between(rng, 0.42, 0.58), max(0.6, columns * between(rng, 0.42, 0.65))
    high, legs = between(rng, 0.72, 1.3), between(rng, 0.08, 0.2)
    paint = p.panel(rng)
    if chance(rng, 0.5):
        parts = carcass(rng, paint, depth, width, 0.0, high, rows, columns, doors=False)
    else:
        parts = carcass(rng, paint, depth, width, legs, high, rows, columns, doors=False)
        parts += four_legs(rng, p.wood(rng), depth - 0.04, width - 0.04, legs, 0.05)
    return piece("dresser", parts, _top(depth, width, high))


def night_stand(rng: np.random.Generator) -> Piece:
    """Small: drawers, or an open box with one."""
    depth, width, high = between(rng, 0.34, 0.5), between(rng, 0.38, 0.66), between(rng, 0.45, 0.75)
    paint, legs = p.panel(rng), between(rng, 0.03, 0.3)
    if chance(rng, 0.5):
        parts = drawer_block(rng, paint, depth, width, legs, high)
    else:
        middle = legs + between(rng, 0.4, 0.7) * (high - legs)
        parts = drawer_block(rng, paint, depth, width, middle, high)
        y, tall = 0.5 * width - 0.01, middle - legs
        parts += [box(paint, (depth, 0.02, tall), (0, s * y, legs + tall / 2)) for s in (-1, 1)]
        parts.append(box(paint, (depth, width - 0.04, 0.02), (0, 0, legs + 0.01)))
    parts += four_legs(rng, paint, depth - 0.02, width - 0.02, legs, 0.04)
    return piece("night_stand", parts, _top(depth, width, high))


def bookshelf(rng: np.random.Generator) -> Piece:
    """Open shelves with books and boxes; with or without a back, low, high or narrow."""
    depth, width, high = between(rng, 0.24, 0.42), between(rng, 0.6, 1.7), between(rng, 0.8, 2.25)
    paint = p.panel(rng) if chance(rng, 0.85) else p.metal(rng)
    board = between(rng, 0.015, 0.03)
    levels = np.linspace(
        between(rng, 0.03, 0.12), high - board / 2, max(3, round(high / between(rng, 0.28, 0.4)) + 1)
    )
    parts = [box(paint, (depth, board, high), (0, s * (0.5 * width - board / 2), high / 2)) for s in (-1, 1)]
    middles = [0.0] if width > 1.1 else []
    parts += [box(paint, (depth, board, high - 0.03), (0, y, high / 2)) for y in middles]
    parts += [box(paint, (depth, width - 2 * board, board), (0, 0, z)) for z in levels]
    if chance(rng, 0.7):
        parts.append(box(paint, (0.008, width, high - 0.03), (-0.5 * depth + 0.004, 0, high / 2)))
    edges = [-0.5 * width + board, *middles, 0.5 * width - board]
    filled = between(rng, 0.35, 1.0)
    for low, above in itertools.pairwise(levels):
        for left, right in itertools.pairwise(edges):
            if chance(rng, filled):
                parts += _shelf(rng, depth, left + board, right - board, low + board / 2, above - board / 2)
    return piece("bookshelf", parts, _top(depth, width, high))


def _shelf(
    rng: np.random.Generator, depth: float, left: float, right: float, low: float, high: float
) -> list[Part]:
    """What stands on one shelf: blocks of books, or boxes, up to some place along it."""
    end = left + between(rng, 0.4, 1.0) * (right - left)
    parts: list[Part] = []
    y = left + 0.005
    tall = high - low - 0.02
    boxes = chance(rng, 0.2)
    while True:
        thick = between(rng, 0.2, 0.35) if boxes else between(rng, 0.02, 0.07)
        if y + thick > end:
            return parts
        share = between(rng, 0.6, 0.95) if not boxes else 0.8
        deep = between(rng, 0.5, 0.9) * depth
        size = (deep, thick - 0.003, share * tall)
        paint = p.vivid(rng)
        parts.append(
            box(paint, size, (0.48 * depth - deep / 2 - 0.02, y + thick / 2, low + share * tall / 2))
        )
        y += thick + (between(rng, 0.05, 0.2) if chance(rng, 0.08) else 0.0)


def rack(rng: np.random.Generator) -> Piece:
    """A steel rack with boxes, as in store rooms; a bookcase to those who label it."""
    depth, width, high = between(rng, 0.4, 0.6), between(rng, 0.9, 1.8), between(rng, 1.6, 2.2)
    steel = p.metal(rng)
    parts = four_legs_square(steel, depth, width, high)
    levels = np.linspace(0.12, high - 0.03, int(rng.integers(4, 6)))
    parts += [box(steel, (depth, width, 0.025), (0, 0, z)) for z in levels]
    for low, above in itertools.pairwise(levels):
        parts += _boxes(rng, depth, width, low + 0.0125, above - 0.03)
    return piece("bookshelf", parts)


def four_legs_square(paint: Paint, depth: float, width: float, high: float) -> list[Part]:
    """Four thin square posts."""
    corners = [(sx * (depth / 2 - 0.02), sy * (width / 2 - 0.02)) for sx in (-1, 1) for sy in (-1, 1)]
    return [box(paint, (0.04, 0.04, high), (*corner, high / 2)) for corner in corners]


def _boxes(rng: np.random.Generator, depth: float, width: float, low: float, high: float) -> list[Part]:
    parts: list[Part] = []
    y = -0.5 * width + 0.05
    while True:
        wide = between(rng, 0.15, 0.45)
        if y + wide > 0.5 * width - 0.05:
            return parts
        if chance(rng, 0.75):
            tall = between(rng, 0.3, 0.95) * (high - low)
            one = box(p.vivid(rng), (between(rng, 0.5, 0.85) * depth, wide - 0.03, tall), (0, 0, tall / 2))
            parts.append(moved(turned(one, between(rng, -0.05, 0.05)), (0, y + wide / 2, low)))
        y += wide + 0.02
