"""What many kinds of rooms have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_nodes.synthetic.rooms.arranger import Arranger, Family
from pose_nodes.synthetic.rooms.furniture import chairs, small, storage, tables, wall_hung
from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.shapes.choice import between, chance


def pictures(room: Arranger, mean: float) -> None:
    """Pictures on the walls, now and then a clock or a screen."""
    for _ in range(int(room.rng.poisson(mean))):
        room.against_wall(wall_hung.picture(room.rng), between(room.rng, 1.15, 1.65), (0.0, 0.005))
    if chance(room.rng, 0.2):
        room.against_wall(wall_hung.clock(room.rng), between(room.rng, 1.8, 2.0), (0.0, 0.002))


def boards(room: Arranger, count: int) -> list[Placed]:
    """Boards to write on."""
    hung = [
        room.against_wall(wall_hung.board(room.rng), between(room.rng, 0.8, 1.0), (0.0, 0.005))
        for _ in range(count)
    ]
    return [board for board in hung if board is not None]


def bins(room: Arranger, mean: float) -> None:
    """Waste bins, mostly at walls."""
    for _ in range(int(room.rng.poisson(mean))):
        room.against_wall(small.bin_(room.rng), gap=(0.01, 0.12))


def along_walls(room: Arranger, family: Family, count: int) -> list[Placed]:
    """As many as fit."""
    placed = [room.against_wall(family(room.rng)) for _ in range(count)]
    return [thing for thing in placed if thing is not None]


def fill(room: Arranger, families: Sequence[Family], low: float = 0.2, high: float = 0.36) -> None:
    """More along the walls until some share of the floor, between two shares, is covered."""
    wanted = between(room.rng, low, high) * room.plan.area
    for _ in range(8):
        standing = [
            thing for thing in room.things if thing.at[2] < 0.1 and thing.kind not in ("curtain", "window")
        ]
        if sum(float(thing.piece.size[0] * thing.piece.size[1]) for thing in standing) > wanted:
            return
        room.against_wall(families[int(room.rng.integers(len(families)))](room.rng), gap=(0.0, 0.06))


def seats_around(
    room: Arranger, table: Placed, family: Family, spacing: float = 0.65, share: float = 0.9
) -> None:
    """Chairs of one design round a table; `share` of the places along its sides or circle are taken."""
    seed = int(room.rng.integers(2**31))
    depth, width = (float(value) for value in table.piece.size[:2])
    places: list[tuple[tuple[float, float], float]] = []
    if abs(depth - width) < 0.1 and chance(room.rng, 0.5):
        start = between(room.rng, 0, 2 * np.pi)
        for angle in start + 2 * np.pi * np.arange(max(2, int(np.pi * depth / 0.8))) / max(
            2, int(np.pi * depth / 0.8)
        ):
            places.append(((0.5 * depth * np.cos(angle), 0.5 * depth * np.sin(angle)), float(angle)))
    else:
        for y in _spread(width, spacing):
            places += [((0.5 * depth, y), 0.0), ((-0.5 * depth, y), np.pi)]
        for x in _spread(depth, spacing) if chance(room.rng, 0.7) else ():
            places += [((x, 0.5 * width), np.pi / 2), ((x, -0.5 * width), -np.pi / 2)]
    for at, outward in places:
        if chance(room.rng, share):
            chair = family(np.random.default_rng(seed))
            room.seat(chair, table, at, outward, between(room.rng, -0.25, 0.28))


def _spread(length: float, spacing: float) -> list[float]:
    """Places along a side of a table, symmetric about its middle."""
    count = max(1, int((length - 0.05) / spacing))
    return [float((k - 0.5 * (count - 1)) * spacing) for k in range(count)]


def desk_with_things(room: Arranger, desk: Placed, family: Family = chairs.office_chair) -> None:
    """A chair, a screen or two with a keyboard, and what lies about; a computer and a bin below."""
    rng = room.rng
    width = float(desk.piece.size[1])
    shift = between(rng, -0.15, 0.15) * width
    screens = (0.0,) if chance(rng, 0.65) else (-0.31, 0.31)
    if chance(rng, 0.75):
        seed = int(rng.integers(2**31))
        for y in screens:
            screen = small.monitor(np.random.default_rng(seed))
            top = desk.piece.tops[0]
            x = top.low[0] + 0.5 * float(screen.size[0]) + 0.04
            room.relative(screen, desk, (x, y + shift), between(rng, -0.15, 0.15), desk.at[2] + top.z, desk)
        top = desk.piece.tops[0]
        room.relative(small.keyboard(rng), desk, (top.high[0] - 0.14, shift), 0.0, desk.at[2] + top.z, desk)
    rim = (float(desk.piece.high[0]), shift)
    if desk.piece.size[0] > 0.95:  # the rim of an L-shaped desk is farther back
        rim = (float(desk.piece.low[0]) + 0.75, 0.0)
    if chance(rng, 0.92):
        room.seat(family(rng), desk, rim, 0.0, between(rng, -0.3, 0.25))
    if chance(rng, 0.4):
        tower = small.tower(rng)
        place = (0.1, (0.38 if chance(rng, 0.5) else -0.38) * width)
        room.relative(tower, desk, place, 0.0, ignored=(desk,))
    if chance(rng, 0.35):
        room.beside(small.bin_(rng), desk, 1 if chance(rng, 0.5) else -1, between(rng, 0.02, 0.15))


def workplace(room: Arranger, family: Family = chairs.office_chair) -> Placed | None:
    """A desk at a wall, or facing into the room with its chair at the wall."""
    desk = tables.desk(room.rng)
    placed = room.against_wall(desk, gap=(0.0, 0.06)) if chance(room.rng, 0.8) else room.in_middle(desk, 0.5)
    if placed is not None:
        desk_with_things(room, placed, family)
    return placed


def screen_on(room: Arranger, host: Placed) -> None:
    """A television on a cabinet or on the wall above it."""
    screen = wall_hung.flat_screen(room.rng)
    z = float(host.at[2] + host.piece.high[2])
    if host.piece.size[2] > 1.1 or screen.size[1] > host.piece.size[1] + 0.5:
        return
    if chance(room.rng, 0.5):
        room.relative(screen, host, (0.0, 0.0), 0.0, z + 0.002, host)
    else:
        x = float(host.piece.low[0]) + 0.03
        room.relative(screen, host, (x, 0.0), 0.0, z + between(room.rng, 0.1, 0.4))


def shelves(room: Arranger, count: int) -> list[Placed]:
    """Bookshelves along the walls, with things on top of low ones."""
    placed = along_walls(room, storage.bookshelf, count)
    room.litter(small.ON_SHELVES, [shelf for shelf in placed if shelf.piece.size[2] < 1.7], 1.0)
    return placed


def spare_chairs(room: Arranger, family: Family, mean: float) -> None:
    """Chairs that were left anywhere."""
    for _ in range(int(room.rng.poisson(mean))):
        room.in_middle(family(room.rng), 0.04, straight=False)
