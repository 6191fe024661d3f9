"""Where people work and learn: offices, meeting rooms, lecture halls, classrooms, lobbies, store rooms."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.furniture import chairs, kitchen, small, sofas, storage, tables, wall_hung
from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.rooms.programs import common, dwellings
from pose_nodes.synthetic.shapes.choice import between, chance


def office(room: Arranger) -> None:
    """One to four desks, shelves, filing cabinets, a board; often a place to talk."""
    rng = room.rng
    for _ in range(int(rng.integers(1, 3 + int(room.plan.area / 9)))):
        common.workplace(room)
    common.shelves(room, int(rng.integers(0, 4)))
    for placed in common.along_walls(room, storage.filing_cabinet, int(rng.integers(0, 4))):
        room.litter((small.printer, small.carton, small.books, small.plant), [placed], 0.8)
    if chance(rng, 0.4):
        common.along_walls(room, storage.cabinet, 1)
    common.boards(room, int(rng.choice((0, 1, 2), p=(0.3, 0.5, 0.2))))
    if chance(rng, 0.55):
        _talk(room)
    if chance(rng, 0.25):
        dwellings.group(room, 0.1)
    if chance(rng, 0.1):
        common.along_walls(room, kitchen.refrigerator, 1)
    common.spare_chairs(room, chairs.meeting_chair, 0.7)
    common.fill(
        room,
        (storage.bookshelf, storage.filing_cabinet, storage.cabinet, storage.bookshelf, tables.work_table),
    )
    common.bins(room, 1.2)
    common.pictures(room, 1.0)


def _talk(room: Arranger) -> None:
    """A table with chairs, or chairs for guests along a wall."""
    if chance(room.rng, 0.6):
        table = room.in_middle(tables.dining_table(room.rng), 0.4)
        if table is not None:
            common.seats_around(room, table, chairs.meeting_chair)
        return
    seed = int(room.rng.integers(2**31))
    for _ in range(int(room.rng.integers(1, 4))):
        room.against_wall(chairs.meeting_chair(np.random.default_rng(seed)), gap=(0.02, 0.2))


def open_office(room: Arranger) -> None:
    """Islands of two to six desks, back to back."""
    rng = room.rng
    width, seed = between(rng, 1.2, 1.7), int(rng.integers(2**31))
    for _ in range(max(1, int(room.plan.area / 14))):
        _island(room, width, int(rng.integers(1, 4)), seed)
    common.workplace(room)
    common.along_walls(room, storage.filing_cabinet, int(rng.integers(0, 5)))
    common.shelves(room, int(rng.integers(0, 4)))
    common.boards(room, int(rng.integers(0, 3)))
    if chance(rng, 0.3):
        dwellings.group(room)
    common.fill(room, (storage.bookshelf, storage.filing_cabinet, storage.cabinet, sofas.sofa), 0.25, 0.38)
    common.spare_chairs(room, chairs.office_chair, 1.5)
    common.bins(room, 2.5)
    common.pictures(room, 1.0)


def _island(room: Arranger, width: float, pairs: int, seed: int) -> None:
    depth = between(room.rng, 0.65, 0.8)
    first: Placed | None = None
    for row in range(pairs):
        for side in (0, 1):
            rng = np.random.default_rng(seed)
            desk = tables.work_desk(rng, depth, width)
            if first is None:
                first = placed = room.in_middle(desk, 0.6)
                if first is None:
                    return
            else:
                # Of each pair, the second stands behind the first and looks the other way.
                at = (-side * (depth + 0.03), row * (width + 0.02))
                placed = room.relative(desk, first, at, side * np.pi)
            if placed is not None:
                common.desk_with_things(room, placed)


def conference_room(room: Arranger) -> None:
    """A long table with chairs, boards and a screen."""
    rng = room.rng
    longest = max(room.plan.size) - 1.8
    table = None
    for share in (1.0, 0.8, 0.6, 0.45):
        width = float(np.clip(longest * share * between(rng, 0.7, 1.0), 1.4, 6.0))
        table = table or room.in_middle(tables.conference_table(rng, width), 0.5)
    if table is not None:
        room.litter((small.laptop, small.cup, small.paper, small.bottle), [table], 4.0)
        common.seats_around(room, table, chairs.meeting_chair, between(rng, 0.68, 0.9), 0.93)
    common.boards(room, int(rng.choice((0, 1, 2, 3), p=(0.1, 0.45, 0.35, 0.1))))
    if chance(rng, 0.4):
        room.against_wall(wall_hung.flat_screen(rng), between(rng, 0.9, 1.3), (0.0, 0.02))
    for _ in range(int(rng.integers(0, 5))):
        room.against_wall(chairs.meeting_chair(rng), gap=(0.02, 0.2))
    common.fill(
        room, (storage.cabinet, storage.bookshelf, chairs.meeting_chair, tables.work_table), 0.15, 0.3
    )
    for placed in common.along_walls(room, storage.cabinet, int(rng.integers(0, 3))):
        room.litter((small.cup, small.bottle, small.printer, small.plant), [placed], 1.0)
    if chance(rng, 0.3):
        common.shelves(room, 1)
    common.bins(room, 1.0)
    common.pictures(room, 0.8)


def _rows(
    room: Arranger, first: float, pitch_x: float, pitch_y: float, aisle: float
) -> list[tuple[float, float]]:
    """Places in rows across the y of the room, from `first` on, with aisles."""
    x_end, y_end = room.plan.size
    xs = np.arange(first, x_end - 0.6, pitch_x)
    half = int((0.5 * y_end - 1.5 * aisle) / pitch_y)
    ys = [0.5 * y_end + s * (0.5 * aisle + (k + 0.5) * pitch_y) for s in (-1, 1) for k in range(half)]
    return [(float(x), float(y)) for x in xs for y in ys]


def _front(room: Arranger) -> None:
    """A board on the wall at x = 0, and a table or lectern before it."""
    rng = room.rng
    # The wall at x = 0 is the last one of a plan without a notch there.
    front = [k for k, wall in enumerate(room.plan.walls) if wall.inward[0] > 0.9]
    for _ in range(int(rng.integers(1, 4))):
        room.against_wall(wall_hung.board(rng), between(rng, 0.8, 1.0), (0.0, 0.005), front)
    at = (between(rng, 1.0, 1.5), between(rng, 0.3, 0.7) * room.plan.size[1], 0.0)
    table = room.put(tables.work_table(rng), at, np.pi)
    if table is not None:
        room.litter((small.laptop, small.paper, small.cup), [table], 1.0)
        room.seat(chairs.meeting_chair(rng), table, (float(table.piece.high[0]), 0.0), 0.0, 0.1)


def lecture_hall(room: Arranger) -> None:
    """Rows of seats that face the boards."""
    rng = room.rng
    _front(room)
    seed, width = int(rng.integers(2**31)), between(rng, 0.6, 0.72)
    for x, y in _rows(room, between(rng, 2.4, 3.2), between(rng, 0.95, 1.2), width, between(rng, 0.7, 1.0)):
        if chance(rng, 0.97):
            room.put(chairs.hall_chair(np.random.default_rng(seed)), (x, y, 0.0), np.pi)
    common.bins(room, 1.0)


def classroom(room: Arranger) -> None:
    """Rows of tables with chairs that face the boards, or groups of tables."""
    rng = room.rng
    _front(room)
    table_seed, chair_seed = (int(value) for value in rng.integers(2**31, size=2))
    width = between(rng, 1.2, 1.6)
    pitch = (between(rng, 1.4, 1.8), width + between(rng, 0.05, 0.25))
    for x, y in _rows(room, between(rng, 2.4, 3.0), *pitch, between(rng, 0.7, 1.0)):
        table = room.put(tables.work_table(np.random.default_rng(table_seed), width), (x, y, 0.0), 0.0)
        if table is None:
            continue
        for side in (-0.25, 0.25):
            chair = chairs.meeting_chair(np.random.default_rng(chair_seed))
            room.seat(chair, table, (float(table.piece.high[0]), side * width), 0.0, between(rng, -0.1, 0.25))
        room.litter((small.paper, small.laptop, small.books), [table], 0.4)
    common.along_walls(room, storage.cabinet, int(rng.integers(0, 3)))
    common.bins(room, 1.0)
    common.pictures(room, 1.0)


def lobby(room: Arranger) -> None:
    """Groups of sofas and armchairs, tables, plants, shelves."""
    rng = room.rng
    for _ in range(max(1, int(room.plan.area / 12))):
        dwellings.group(room, 0.6)
    for _ in range(int(rng.integers(0, 3))):
        table = room.in_middle(tables.dining_table(rng) if chance(rng, 0.7) else tables.bar_table(rng), 0.4)
        if table is not None and table.piece.size[2] < 0.9:
            common.seats_around(room, table, chairs.meeting_chair)
    if chance(rng, 0.4):
        common.along_walls(room, sofas.bench, 2)
    common.shelves(room, int(rng.integers(0, 3)))
    common.fill(room, (sofas.bench, sofas.sofa, chairs.armchair, storage.bookshelf, storage.cabinet))
    common.boards(room, int(chance(rng, 0.35)))
    room.scatter((small.floor_plant, small.floor_lamp), int(rng.integers(0, 4)))
    common.bins(room, 1.2)
    common.pictures(room, 2.0)


def store_room(room: Arranger) -> None:
    """Racks, cabinets, a table with a printer, cartons."""
    rng = room.rng
    common.along_walls(room, storage.rack, int(rng.integers(1, 5)))
    common.along_walls(
        room, storage.filing_cabinet if chance(rng, 0.5) else storage.cabinet, int(rng.integers(0, 4))
    )
    table = room.against_wall(tables.work_table(rng))
    if table is not None:
        room.litter((small.printer, small.carton, small.paper), [table], 2.0)
    common.spare_chairs(room, chairs.office_chair, 1.0)
    room.scatter((small.carton,), int(rng.integers(1, 6)))
    common.boards(room, int(chance(rng, 0.3)))
    common.bins(room, 1.2)
