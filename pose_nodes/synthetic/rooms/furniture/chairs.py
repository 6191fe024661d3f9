"""Chairs: wooden, swivelling, of tubes, shells, folding, in rows, and armchairs."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.furniture.legs import four_legs, star_base
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part, box, cushion, mirrored, plate, rounded, tube, tubes, turned
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def dining_chair(rng: np.random.Generator) -> Piece:
    """Four legs, a seat, and a back of slats, rails, a panel or cushioned."""
    width, depth, seat = between(rng, 0.4, 0.5), between(rng, 0.4, 0.5), between(rng, 0.42, 0.48)
    main = p.wood(rng) if chance(rng, 0.7) else p.metal(rng)
    thickness = between(rng, 0.025, 0.045)
    parts = four_legs(rng, main, depth, width, seat - 0.02, thickness)
    if chance(rng, 0.5):
        cover = p.fabric(rng)
        parts.append(cushion(cover, (depth, width, 0.08), (0, 0, seat), 7.0))
    else:
        parts.append(rounded(main, (depth, width, 0.03), (0, 0, seat), 0.04))
    return piece("chair", parts + _back(rng, main, depth, width, seat))


def _back(rng: np.random.Generator, main: Paint, depth: float, width: float, seat: float) -> list[Part]:
    """Leaned back by some degrees."""
    top, lean = seat + between(rng, 0.35, 0.55), between(rng, 0.05, 0.22)
    x = -0.5 * depth + 0.02
    high = top - seat
    posts = [box(main, (0.03, 0.03, high), (x, s * (0.5 * width - 0.02), seat + high / 2)) for s in (-1, 1)]
    kind = int(rng.integers(4))
    if kind == 0:
        across = np.linspace(-0.36, 0.36, int(rng.integers(3, 7))) * width
        filling = [box(main, (0.014, 0.03, 0.8 * high), (x, y, seat + 0.55 * high)) for y in across]
        filling.append(box(main, (0.022, width - 0.04, 0.06), (x, 0, top - 0.03)))
    elif kind == 1:
        levels = np.linspace(0.3, 0.92, int(rng.integers(2, 5)))
        filling = [box(main, (0.018, width - 0.04, 0.06), (x, 0, seat + level * high)) for level in levels]
    elif kind == 2:
        filling = [box(main, (0.02, width - 0.04, 0.6 * high), (x, 0, top - 0.31 * high))]
    else:
        filling = [cushion(p.fabric(rng), (0.07, width, 0.85 * high), (x, 0, top - 0.42 * high), 7.0)]
    return [turned(part, -lean, 1, (x, 0, seat)) for part in posts + filling]


def office_chair(rng: np.random.Generator) -> Piece:
    """A swivel chair, with or without arms and head rest."""
    seat, width, depth = between(rng, 0.42, 0.52), between(rng, 0.45, 0.54), between(rng, 0.43, 0.5)
    base = p.dark(rng) if chance(rng, 0.6) else p.metal(rng)
    cover = p.dark(rng) if chance(rng, 0.4) else p.fabric(rng)
    high = between(rng, 0.35, 0.75)
    parts = star_base(rng, base, between(rng, 0.28, 0.34), seat - 0.04)
    parts.append(cushion(cover, (depth, width, 0.1), (0, 0, seat), 6.0))
    x = -0.5 * depth
    back = [cushion(cover, (0.09, width * 0.95, high), (x, 0, seat + 0.1 + high / 2), 5.0)]
    back.append(box(base, (0.03, 0.06, 0.24), (x - 0.03, 0, seat + 0.06)))
    lean = between(rng, 0.02, 0.25)
    parts += [turned(part, -lean, 1, (x, 0, seat)) for part in back]
    return piece(
        "chair",
        parts + (_arms(base, depth, width, seat, between(rng, 0.18, 0.25)) if chance(rng, 0.65) else []),
    )


def _arms(paint: Paint, depth: float, width: float, seat: float, high: float) -> list[Part]:
    y = 0.5 * width + 0.03
    one = [
        box(paint, (0.04, 0.03, high + 0.04), (0, y, seat + high / 2 - 0.02)),
        box(paint, (0.04, 0.07, 0.02), (0, y - 0.03, seat - 0.03)),
        rounded(paint, (0.6 * depth, 0.06, 0.03), (0.02, y, seat + high), 0.03),
    ]
    return one + [mirrored(part) for part in one]


def shell_chair(rng: np.random.Generator) -> Piece:
    """One bent shell on wooden legs, tubes or a swivel base."""
    seat, width = between(rng, 0.42, 0.47), between(rng, 0.44, 0.58)
    shell = p.plastic(rng) if chance(rng, 0.7) else p.wood(rng)
    profile = np.array(
        [
            [0.24, -0.03],
            [0.18, 0.0],
            [-0.1, -0.02],
            [-0.2, 0.03],
            [-0.25, 0.18],
            [-0.29, between(rng, 0.33, 0.42)],
        ]
    )
    across = np.linspace(-1, 1, 7)
    wrap = between(rng, 0.0, 0.12)
    grid = np.empty((len(profile), len(across), 3))
    grid[..., 1] = 0.5 * width * across * np.array([0.85, 1, 1, 1, 0.95, 0.8])[:, None]
    grid[..., 0] = profile[:, :1] + wrap * across**2 * np.array([0, 0, 0, 0.5, 1, 1])[:, None]
    grid[..., 2] = seat + profile[:, 1:] + wrap * across**2 * np.array([0, 0.6, 0.8, 0.8, 0, 0])[:, None]
    parts = plate(shell, grid, (0.008, 0, 0.008))
    metal = p.metal(rng)
    if chance(rng, 0.25):
        parts += star_base(rng, metal, 0.28, seat - 0.02, int(rng.integers(4, 6)))
    else:
        legs = p.wood(rng) if chance(rng, 0.5) else metal
        parts += four_legs(rng, legs, 0.44, 0.44, seat - 0.02, 0.035)
    return piece("chair", parts)


def cantilever_chair(rng: np.random.Generator) -> Piece:
    """A bent tube on two runners, with seat and back."""
    seat, half, depth = between(rng, 0.42, 0.47), between(rng, 0.21, 0.26), between(rng, 0.42, 0.5)
    metal, cover = p.metal(rng), p.fabric(rng)
    top, x = seat + between(rng, 0.35, 0.5), 0.5 * depth
    arms = chance(rng, 0.5)
    side: list[Part] = []
    for y in (-half, half):
        line = [
            (-x, y, 0.012),
            (x, y, 0.012),
            (x - 0.02, y, seat - 0.02),
            (-x + 0.02, y, seat - 0.02),
            (-x - 0.06, y, top),
        ]
        side += tubes(metal, line, 0.012)
        if arms:
            side += tubes(
                metal, [(x - 0.02, y, seat - 0.02), (x - 0.04, y, seat + 0.2), (-x, y, seat + 0.2)], 0.012
            )
    bar = tube(metal, (-x, -half, 0.012), (-x, half, 0.012), 0.012)
    parts = [*side, bar, box(cover, (depth - 0.04, 2 * half, 0.04), (0, 0, seat))]
    back = box(cover, (0.03, 2 * half, 0.65 * (top - seat)), (-x, 0, seat + 0.62 * (top - seat)))
    return piece("chair", [*parts, turned(back, -0.1, 1, (-x, 0, seat))])


def folding_chair(rng: np.random.Generator) -> Piece:
    """Crossed legs, a thin seat and back."""
    seat, half = between(rng, 0.42, 0.46), between(rng, 0.2, 0.23)
    metal = p.metal(rng) if chance(rng, 0.7) else p.wood(rng)
    board = p.plastic(rng) if chance(rng, 0.5) else metal
    top = seat + between(rng, 0.33, 0.42)
    parts = []
    for y in (-half, half):
        parts += tubes(metal, [(0.22, y, 0.0), (-0.16, y, seat), (-0.26, y, top)], 0.012)
        parts.append(tube(metal, (-0.24, 0.92 * y, 0.0), (0.18, 0.92 * y, seat), 0.012))
    parts.append(rounded(board, (0.38, 2 * half - 0.03, 0.02), (0.02, 0, seat), 0.06))
    return piece(
        "chair",
        [
            *parts,
            turned(box(board, (0.015, 2 * half, 0.18), (-0.23, 0, top - 0.1)), -0.2, 1, (-0.23, 0, top)),
        ],
    )


def hall_chair(rng: np.random.Generator) -> Piece:
    """A seat of a lecture hall, with or without a writing board."""
    seat, width = between(rng, 0.42, 0.46), between(rng, 0.46, 0.54)
    cover, base = p.fabric(rng), p.dark(rng)
    parts = [cushion(cover, (0.42, width, 0.08), (0.02, 0, seat), 7.0)]
    parts.append(
        turned(cushion(cover, (0.08, width, 0.5), (-0.2, 0, seat + 0.27), 7.0), -0.18, 1, (-0.2, 0, seat))
    )
    for side in (-1, 1):
        y = side * (0.5 * width + 0.02)
        parts.append(box(base, (0.3, 0.03, seat + 0.18), (-0.06, y, 0.5 * (seat + 0.18))))
        parts.append(box(base, (0.34, 0.05, 0.03), (-0.04, y, seat + 0.19)))
    if chance(rng, 0.3):
        parts.append(box(p.panel(rng), (0.26, 0.3, 0.015), (0.22, 0.5 * width - 0.14, seat + 0.23)))
    return piece("chair", parts)


def stacking_chair(rng: np.random.Generator) -> Piece:
    """A tube frame of four legs with two boards, as in schools and waiting rooms."""
    seat, half = between(rng, 0.4, 0.47), between(rng, 0.2, 0.25)
    metal = p.metal(rng)
    cover = p.fabric(rng) if chance(rng, 0.5) else p.wood(rng)
    top = seat + between(rng, 0.32, 0.42)
    parts = []
    for y in (-half, half):
        parts += tubes(
            metal, [(0.2, y, 0.0), (0.18, y, seat - 0.015), (-0.18, y, seat - 0.015), (-0.26, y, top)], 0.011
        )
        parts.append(tube(metal, (-0.22, y, 0.0), (-0.15, y, seat - 0.015), 0.011))
    parts.append(rounded(cover, (0.42, 2 * half, 0.035), (0.01, 0, seat), 0.08))
    return piece(
        "chair",
        [
            *parts,
            turned(box(cover, (0.025, 2 * half, 0.2), (-0.25, 0, top - 0.09)), -0.2, 1, (-0.25, 0, top)),
        ],
    )


_CHAIRS = (dining_chair, shell_chair, cantilever_chair, folding_chair, stacking_chair)


def chair(rng: np.random.Generator) -> Piece:
    """Any chair of a household."""
    return _CHAIRS[int(rng.choice(5, p=(0.45, 0.2, 0.12, 0.08, 0.15)))](rng)


def meeting_chair(rng: np.random.Generator) -> Piece:
    """Any chair of an office."""
    return (office_chair, cantilever_chair, stacking_chair, shell_chair)[
        int(rng.choice(4, p=(0.5, 0.2, 0.2, 0.1)))
    ](rng)


def armchair(rng: np.random.Generator) -> Piece:
    """Padded and wide: a block with arms, or an open frame."""
    width, depth, seat = between(rng, 0.68, 0.95), between(rng, 0.7, 0.92), between(rng, 0.38, 0.46)
    cover, top = p.fabric(rng), between(rng, 0.72, 1.0)
    if chance(rng, 0.3):
        wood = p.wood(rng)
        parts = four_legs(rng, wood, depth, width, seat - 0.1, 0.05)
        parts += [
            box(wood, (depth * 0.8, 0.05, 0.04), (0, s * (0.5 * width - 0.03), seat + 0.2)) for s in (-1, 1)
        ]
        parts += [
            box(wood, (0.04, 0.04, 0.34), (0.3 * depth, s * (0.5 * width - 0.03), seat + 0.03))
            for s in (-1, 1)
        ]
        arm = 0.08
    else:
        arm = between(rng, 0.12, 0.2)
        parts = [
            cushion(
                cover, (depth, arm, seat + 0.1), (0, s * 0.5 * (width - arm), 0.06 + (seat + 0.1) / 2), 6.0
            )
            for s in (-1, 1)
        ]
        parts += four_legs(rng, p.wood(rng), 0.85 * depth, 0.85 * width, 0.12, 0.05)
        parts.append(box(cover, (0.9 * depth, width - arm, seat - 0.2), (0, 0, 0.5 * seat)))
    inner = width - 2 * arm
    parts.append(cushion(cover, (0.75 * depth, inner, 0.18), (0.06, 0, seat - 0.06), 6.0))
    back = cushion(
        cover, (0.2, inner + 0.06, top - seat + 0.1), (-0.5 * depth + 0.14, 0, 0.5 * (top + seat) - 0.03), 5.0
    )
    return piece("armchair", [*parts, turned(back, -0.12, 1, (-0.4 * depth, 0, seat))])
