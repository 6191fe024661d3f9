"""What hangs on walls or fills their openings: pictures, boards, curtains, windows, doors, mirrors, screens.

The back of all is towards -x, where the wall is; z = 0 is the lower edge, but for doors and curtains, which
count from the floor.
"""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.parts import Part, box, cylinder, frame, moved, sheet, tube, turned
from pose_nodes.synthetic.rooms.piece import Piece, piece
from pose_nodes.synthetic.shapes.choice import between, chance


def picture(rng: np.random.Generator) -> Piece:
    """A print with or without a frame: portrait or landscape, of patches of colour."""
    high = between(rng, 0.25, 0.95)
    width, deep = high * between(rng, 0.6, 1.5), between(rng, 0.012, 0.04)
    parts = [box(p.vivid(rng), (deep, width, high), (0, 0, high / 2))]
    for _ in range(int(rng.integers(1, 4))):
        a, b = rng.uniform(0.1, 0.45, 2)
        y, z = between(rng, -0.5 + a, 0.5 - a) * width, between(rng, b, 1 - b) * high
        parts.append(box(p.vivid(rng), (0.004, 1.8 * a * width, 1.8 * b * high), (deep / 2, y, z)))
    if chance(rng, 0.7):
        bar = between(rng, 0.015, 0.05)
        parts += frame(p.panel(rng), width + bar, -bar / 2, high + bar / 2, bar, deep + 0.016)
    return piece("picture", parts)


def board(rng: np.random.Generator) -> Piece:
    """A white, green or black board, or one of cork, with a frame and mostly a tray."""
    width, high = between(rng, 1.0, 3.2), between(rng, 0.85, 1.25)
    color = ((0.94, 0.94, 0.94), (0.15, 0.3, 0.22), (0.13, 0.14, 0.15), (0.68, 0.52, 0.35))[
        int(rng.choice(4, p=(0.7, 0.12, 0.08, 0.1)))
    ]
    parts = [box(p.toned(rng, color, 0.03, grain=0.2, gloss=0.15), (0.02, width, high), (0, 0, high / 2))]
    metal = p.metal(rng)
    parts += frame(metal, width + 0.03, -0.015, high + 0.015, 0.03, 0.035)
    if chance(rng, 0.7):
        parts.append(box(metal, (0.08, 0.8 * width, 0.015), (0.05, 0, -0.01)))
    return piece("board", parts)


def curtain(rng: np.random.Generator, width: float, low: float, top: float) -> Piece:
    """One side of a pair in folds, between two heights above the floor, metres."""
    columns = max(10, int(width / 0.03))
    y = np.linspace(-0.5 * width, 0.5 * width, columns)
    deep = between(rng, 0.02, 0.05)
    waves = deep * np.sin(y * 2 * np.pi / between(rng, 0.09, 0.2) + between(rng, 0, 6))
    rows = [np.column_stack([waves * s, y, np.full(columns, z)]) for z, s in ((low, 1.0), (top, 0.7))]
    return piece("curtain", [sheet(p.fabric(rng), np.stack(rows))])


def blind(rng: np.random.Generator, width: float, low: float, top: float) -> Piece:
    """A roller blind or slats, drawn down to `low`; most data sets call it a curtain or nothing."""
    paint = p.white(rng) if chance(rng, 0.6) else p.fabric(rng)
    parts = [box(paint, (0.004, width, top - low), (0, 0, 0.5 * (low + top)))]
    return piece("clutter", [*parts, box(paint, (0.05, width, 0.06), (0, 0, top))])


def window(rng: np.random.Generator, width: float, high: float) -> Piece:
    """A frame with panes, for an opening of that size in metres."""
    paint = p.lacquer(rng) if chance(rng, 0.7) else p.metal(rng)
    bar, deep = between(rng, 0.04, 0.08), between(rng, 0.05, 0.09)
    parts = frame(paint, width, 0.0, high, bar, deep)
    panes = max(1, round(width / between(rng, 0.6, 1.1)))
    for y in np.linspace(-0.5, 0.5, panes + 1)[1:-1] * width:
        parts.append(box(paint, (deep, bar, high - 2 * bar), (0, y, high / 2)))
    if chance(rng, 0.35):
        parts.append(
            box(paint, (0.8 * deep, width - 2 * bar, 0.8 * bar), (0, 0, high * between(rng, 0.4, 0.75)))
        )
    parts.append(box(p.glass(rng), (0.008, width - 2 * bar, high - 2 * bar), (0, 0, high / 2)))
    if chance(rng, 0.5):
        parts.append(box(paint, (deep + 0.12, width + 0.06, 0.03), (0.06, 0, -0.015)))
    return piece("window", parts)


def door(rng: np.random.Generator, width: float, high: float, angle: float) -> tuple[Piece, Piece]:
    """A frame (first) and a leaf (second) that is open by an angle into the room, for an opening in metres.

    The leaf hangs at the right (-y) edge. Its piece has its own middle; it belongs at `leaf_shift` from the
    middle of the opening.
    """
    paint = p.panel(rng)
    casing = frame_of_door(rng, width, high)
    wide = width - 0.07
    parts: list[Part] = [box(paint, (0.04, wide, high - 0.05), (0, wide / 2, 0.5 * (high - 0.05) + 0.01))]
    kind = int(rng.integers(4))
    if kind == 0:
        glass = p.glass(rng)
        parts.append(box(glass, (0.045, 0.5 * wide, 0.4 * high), (0, wide / 2, 0.68 * high)))
    elif kind == 1:
        fields = [(0.26, 0.3), (0.72, 0.4)]
        parts += [box(paint, (0.056, 0.6 * wide, s * high), (0, wide / 2, z * high)) for z, s in fields]
    metal = p.metal(rng)
    for side in (-1, 1):
        parts.append(box(metal, (0.05, 0.12, 0.02), (side * 0.03, wide - 0.11, 1.02)))
    leaf = [turned(part, -angle) for part in parts]
    return casing, Piece("door", tuple(moved(part, (0, -0.5 * wide, 0)) for part in leaf))


def frame_of_door(rng: np.random.Generator, width: float, high: float) -> Piece:
    """Two posts and a lintel."""
    paint, bar, deep = p.panel(rng), 0.035, between(rng, 0.12, 0.2)
    posts = [box(paint, (deep, bar, high), (0, s * 0.5 * (width - bar), high / 2)) for s in (-1, 1)]
    return piece("clutter", [*posts, box(paint, (deep, width - 2 * bar, bar), (0, 0, high - bar / 2))])


def mirror(rng: np.random.Generator) -> Piece:
    """A pane that depth cameras see through."""
    width, high = between(rng, 0.4, 1.1), between(rng, 0.5, 1.0)
    glass = p.toned(rng, (0.7, 0.75, 0.78), 0.2, grain=0.3, gloss=0.8)
    parts = [box(glass, (0.012, width, high), (0, 0, high / 2))]
    return piece(
        "clutter",
        parts
        + (frame(p.panel(rng), width + 0.04, -0.02, high + 0.02, 0.04, 0.03) if chance(rng, 0.5) else []),
    )


def flat_screen(rng: np.random.Generator) -> Piece:
    """A television or display on the wall."""
    width = between(rng, 0.7, 1.5)
    return piece("clutter", [box(p.dark(rng), (0.05, width, 0.57 * width), (0, 0, 0.285 * width))])


def radiator(rng: np.random.Generator) -> Piece:
    """Below a window; stands on the floor by its ribs' lower edge at z = 0."""
    width, high = between(rng, 0.6, 1.4), between(rng, 0.4, 0.65)
    paint = p.white(rng)
    ribs = np.linspace(-0.5, 0.5, max(4, int(width / 0.1))) * width
    parts = [box(paint, (0.08, 0.05, high), (0, y, high / 2 + 0.08)) for y in ribs]
    return piece("clutter", [*parts, tube(paint, (0, -0.5 * width, 0.12), (0, 0.5 * width, 0.12), 0.02)])


def clock(rng: np.random.Generator) -> Piece:
    """A disc on the wall."""
    radius = between(rng, 0.1, 0.18)
    disc = turned(cylinder(p.white(rng), radius, 0.0, 0.03, sides=16), np.pi / 2, 1)
    return piece("clutter", [moved(disc, (0, 0, radius))])
