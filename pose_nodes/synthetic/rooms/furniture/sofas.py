"""Sofas: straight, with a chaise, of two wings, and benches with cushions."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.legs import four_legs
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cushion, mirrored, rounded, turned
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def sofa(rng: np.random.Generator) -> Piece:
    """Of two to four seats; one in five has a longer end."""
    seats = int(rng.choice((2, 3, 4), p=(0.45, 0.42, 0.13)))
    cover, depth, seat = p.fabric(rng), between(rng, 0.78, 1.0), between(rng, 0.36, 0.46)
    each, arm = between(rng, 0.5, 0.68), between(rng, 0.06, 0.24)
    top, inner = between(rng, 0.7, 0.98), seats * each
    width = inner + 2 * arm
    parts = _base(rng, cover, depth, width, seat)
    parts += _arms(rng, cover, depth, width, arm, seat)
    parts += _seats(rng, cover, depth, each, seats, seat, top)
    if chance(rng, 0.2):
        parts += _chaise(rng, cover, depth, each, 0.5 * inner - each / 2, seat)
    if chance(rng, 0.5):
        parts = [mirrored(part) for part in parts]
    if chance(rng, 0.6):
        parts += _pillows(rng, depth, inner, seat)
    return piece("sofa", parts)


def _base(rng: np.random.Generator, cover: Paint, depth: float, width: float, seat: float) -> list[Part]:
    feet = between(rng, 0.03, 0.16)
    parts = four_legs(rng, p.wood(rng), 0.9 * depth, 0.92 * width, feet, 0.05)
    parts.append(
        rounded(cover, (depth, width - 0.02, seat - 0.14 - feet), (0, 0, 0.5 * (seat - 0.14 + feet)), 0.05)
    )
    back = between(rng, 0.6, 0.78)
    slab = rounded(
        cover, (0.16, width - 0.02, back - feet), (-0.5 * depth + 0.08, 0, 0.5 * (back + feet)), 0.06
    )
    return [*parts, slab]


def _arms(
    rng: np.random.Generator, cover: Paint, depth: float, width: float, arm: float, seat: float
) -> list[Part]:
    high = seat + between(rng, 0.1, 0.26)
    y = 0.5 * (width - arm)
    if chance(rng, 0.5):
        return [cushion(cover, (depth, arm, high), (0, s * y, 0.03 + high / 2), 9.0) for s in (-1, 1)]
    return [box(cover, (depth, arm, high), (0, s * y, 0.03 + high / 2)) for s in (-1, 1)]


def _seats(
    rng: np.random.Generator, cover: Paint, depth: float, each: float, seats: int, seat: float, top: float
) -> list[Part]:
    other = cover if chance(rng, 0.8) else p.fabric(rng)
    lean, round_by = between(rng, 0.08, 0.25), between(rng, 4.0, 9.0)
    parts = []
    for k in range(seats):
        y = (k - 0.5 * (seats - 1)) * each
        parts.append(cushion(other, (depth - 0.14, each - 0.01, 0.18), (0.07, y, seat - 0.07), round_by + 1))
        high = top - seat
        back = cushion(other, (0.2, each - 0.02, high), (-0.5 * depth + 0.24, y, seat + high / 2), round_by)
        parts.append(turned(back, -lean, 1, (-0.5 * depth + 0.2, 0, seat)))
    return parts


def _chaise(
    rng: np.random.Generator, cover: Paint, depth: float, each: float, y: float, seat: float
) -> list[Part]:
    reach = between(rng, 0.5, 0.8)
    x = 0.5 * depth + reach / 2
    return [
        box(cover, (reach, each, seat - 0.2), (x, y, 0.05 + 0.5 * (seat - 0.2))),
        cushion(cover, (reach + 0.04, each - 0.01, 0.18), (x, y, seat - 0.07), 8.0),
    ]


def _pillows(rng: np.random.Generator, depth: float, inner: float, seat: float) -> list[Part]:
    parts = []
    for _ in range(int(rng.integers(1, 5))):
        side = between(rng, 0.34, 0.48)
        y = between(rng, -0.5, 0.5) * (inner - side)
        one = cushion(p.fabric(rng), (0.14, side, side), (-0.5 * depth + 0.46, y, seat + 0.48 * side), 3.5)
        parts.append(turned(one, -between(rng, 0.2, 0.5), 1, (-0.5 * depth + 0.46, 0, seat)))
    return parts


def bench(rng: np.random.Generator) -> Piece:
    """A padded bench without arms, as in lobbies; mostly without a back."""
    width, depth, seat = between(rng, 1.2, 2.2), between(rng, 0.45, 0.7), between(rng, 0.4, 0.47)
    cover = p.fabric(rng)
    parts = four_legs(rng, p.metal(rng), 0.8 * depth, 0.9 * width, seat - 0.14, 0.05)
    parts.append(cushion(cover, (depth, width, 0.18), (0, 0, seat - 0.07), 9.0))
    back = between(rng, 0.35, 0.45)
    parts.append(cushion(cover, (0.14, width, back), (-0.5 * depth + 0.07, 0, seat + back / 2 - 0.05), 8.0))
    return piece("sofa", parts)
