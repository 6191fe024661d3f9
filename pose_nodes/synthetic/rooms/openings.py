"""Doors and windows of a room, with frames, leaves, curtains and blinds."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.furniture import wall_hung
from pose_nodes.synthetic.rooms.furniture.bathroom import curtain_rod
from pose_nodes.synthetic.rooms.occupancy import Block
from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.rooms.plan import Opening, Wall
from pose_nodes.synthetic.shapes.choice import between, chance

_APART = 0.15
"""Least distance of an opening from corners and other openings, metres."""


def add_doors(room: Arranger, count: int) -> None:
    """Doors that are closed, or open into the room; what stands before them is kept free."""
    rng = room.rng
    for _ in range(count):
        width, high = between(rng, 0.82, 1.0), min(between(rng, 2.0, 2.12), room.plan.height - 0.1)
        found = _free_span(room, width)
        if found is None:
            continue
        index, left = found
        wall, middle = room.plan.walls[index], left + width / 2
        swing = _before(wall, middle, width, 0.95, 0.0, high)
        opened = chance(rng, 0.55) and room.is_free(swing)
        # A leaf that is open by more than a right angle could reach into the next wall.
        angle = between(rng, 0.3, 1.5) if opened else 0.0
        room.openings.append(Opening(index, left, left + width, 0.0, high, 0.15, beyond=opened))
        frame, leaf = wall_hung.door(rng, width, high, angle)
        for piece in (frame, leaf):
            _add(room, Placed(piece, _at(wall, middle, -0.07, 0.0), wall.yaw))
        room.keep_free(swing)


def add_windows(room: Arranger, count: int, curtains: float) -> None:
    """Windows, each with curtains, a blind, or nothing."""
    rng = room.rng
    for _ in range(count):
        width, sill = (
            between(rng, 0.7, 2.2),
            float(rng.choice((0.05, 0.45, 0.8, 0.95, 1.1), p=(0.07, 0.1, 0.35, 0.33, 0.15))),
        )
        high = min(room.plan.height - 0.15, between(rng, 1.95, 2.35)) - sill
        found = _free_span(room, width)
        if found is None or high < 0.5:
            continue
        index, left = found
        room.openings.append(Opening(index, left, left + width, sill, sill + high))
        wall, middle = room.plan.walls[index], left + width / 2
        _add(room, Placed(wall_hung.window(rng, width, high), _at(wall, middle, -0.08, sill), wall.yaw))
        drawn = chance(rng, curtains) and _hang(room, wall, middle, width, sill, sill + high)
        if not drawn and chance(rng, 0.3):
            low = sill + between(rng, 0.1, 0.8) * high
            _add(
                room,
                Placed(
                    wall_hung.blind(rng, width - 0.04, low, sill + high - 0.06),
                    _at(wall, middle, -0.02, 0.0),
                    wall.yaw,
                ),
            )
        room.keep_free(_before(wall, middle, width, 0.12, sill + 0.05, sill + high))
        if not drawn and sill > 0.7 and chance(rng, 0.4):
            room.at_wall(wall_hung.radiator(rng), wall, middle, 0.0, 0.02)


def _hang(room: Arranger, wall: Wall, middle: float, width: float, sill: float, top: float) -> bool:
    """A pair of curtains, more or less drawn, or one for all of the window."""
    rng = room.rng
    low = 0.03 if chance(rng, 0.6) else max(0.03, sill - 0.15)
    rod_z = min(top + 0.1, room.plan.height - 0.05)
    share = between(rng, 0.18, 0.5)
    each = share * width + 0.1
    spots = [middle - 0.5 * width - 0.1 + each / 2, middle + 0.5 * width + 0.1 - each / 2]
    if share > 0.46:
        each, spots = width + 0.15, [middle]
    hung = [room.at_wall(wall_hung.curtain(rng, each, low, rod_z - 0.02), wall, s, 0.0, 0.03) for s in spots]
    if any(hung):
        room.at_wall(curtain_rod(rng, width + 0.25), wall, middle, rod_z, 0.06)
    return any(hung)


def _free_span(room: Arranger, width: float) -> tuple[int, float] | None:
    """A wall with a place for an opening: its index, and where the opening begins, metres."""
    rng, walls = room.rng, room.plan.walls
    lengths = np.array([wall.length for wall in walls])
    for _ in range(12):
        index = int(rng.choice(len(walls), p=lengths / lengths.sum()))
        space = lengths[index] - width - 2 * _APART
        if space <= 0:
            continue
        left = _APART + between(rng, 0.0, space)
        others = [hole for hole in room.openings if hole.wall == index]
        if all(left + width + _APART < hole.left or hole.right + _APART < left for hole in others):
            return index, left
    return None


def _at(wall: Wall, s: float, off: float, z: float) -> np.ndarray:
    return np.array([*wall.point(s, off), z])


def _add(room: Arranger, placed: Placed) -> None:
    """In the wall, where nothing else can be."""
    room.things.append(placed)


def _before(wall: Wall, middle: float, width: float, reach: float, low: float, high: float) -> Block:
    """The place before an opening."""
    x, y = wall.point(middle, reach / 2)
    return Block(float(x), float(y), reach / 2, width / 2, wall.yaw, low, high)
