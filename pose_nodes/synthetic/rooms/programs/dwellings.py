"""Where people live: bedrooms, living rooms, dining rooms, studios."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.furniture import beds, chairs, kitchen, small, sofas, storage, tables
from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.rooms.programs import common
from pose_nodes.synthetic.shapes.choice import between, chance


def bedroom(room: Arranger) -> None:
    """One bed or two, or a bunk; night stands, dresser, wardrobe, often a desk."""
    rng = room.rng
    _beds(room)
    if chance(rng, 0.7):
        common.along_walls(room, storage.wardrobe, 1)
    _dresser(room, 0.75)
    if chance(rng, 0.45):
        common.workplace(room, chairs.chair if chance(rng, 0.5) else chairs.office_chair)
    if chance(rng, 0.3):
        common.shelves(room, 1)
    if chance(rng, 0.3):
        room.against_wall(chairs.armchair(rng), gap=(0.02, 0.3))
    common.fill(
        room,
        (
            storage.dresser,
            storage.bookshelf,
            storage.cabinet,
            chairs.armchair,
            storage.night_stand,
            storage.wardrobe,
        ),
    )
    common.spare_chairs(room, chairs.chair, 0.3)
    common.bins(room, 0.5)
    common.pictures(room, 1.5)


def _beds(room: Arranger) -> None:
    rng = room.rng
    kind = float(rng.random())
    if kind < 0.12:
        room.against_wall(beds.bunk_bed(rng))
        return
    twins = kind < 0.35
    seed, width = int(rng.integers(2**31)), between(rng, 0.92, 1.4)
    first = room.against_wall(beds.bed(np.random.default_rng(seed), width) if twins else beds.bed(rng))
    if first is None:
        first = room.against_wall(beds.bed(rng, 0.92))
    if first is None:
        return
    stand = int(rng.integers(2**31))
    for side in (-1, 1):
        if chance(rng, 0.8):
            placed = room.beside(
                storage.night_stand(np.random.default_rng(stand)), first, side, between(rng, 0.0, 0.12)
            )
            room.litter((small.table_lamp, small.books, small.cup), [placed] if placed else [], 1.0)
    if twins:
        for side in (-1, 1):
            gap = between(rng, 0.6, 0.9)
            if room.beside(beds.bed(np.random.default_rng(seed), width), first, side, gap):
                break
    if chance(rng, 0.15):
        room.before(small.ottoman(rng), first, 0.05, facing=False)


def _dresser(room: Arranger, share: float) -> None:
    if chance(room.rng, share):
        for placed in common.along_walls(room, storage.dresser, 1 + int(chance(room.rng, 0.2))):
            if chance(room.rng, 0.4):
                common.screen_on(room, placed)
            room.litter(small.ON_SHELVES, [placed], 1.5)


def living_room(room: Arranger) -> None:
    """Sofas about a low table, a television, shelves; a place to eat if it is large."""
    rng = room.rng
    group(room)
    for low in common.along_walls(room, storage.cabinet, int(rng.integers(1, 3))):
        if chance(rng, 0.6):
            common.screen_on(room, low)
        room.litter(small.ON_SHELVES, [low], 1.5)
    common.shelves(room, int(rng.integers(0, 3)))
    if (room.plan.area > 18 and chance(rng, 0.8)) or chance(rng, 0.2):
        eating_place(room)
    if chance(rng, 0.25):
        common.workplace(room)
    if chance(rng, 0.2):
        _dresser(room, 1.0)
    common.fill(room, (storage.cabinet, storage.bookshelf, chairs.armchair, sofas.sofa, tables.end_table))
    common.spare_chairs(room, chairs.chair, 0.7)
    common.bins(room, 0.4)
    common.pictures(room, 2.5)


def group(room: Arranger, middle: float = 0.25) -> Placed | None:
    """A sofa, and what belongs to it: a low table, armchairs, another sofa, end tables."""
    rng = room.rng
    piece = sofas.sofa(rng)
    sofa = room.in_middle(piece, 0.2) if chance(rng, middle) else room.against_wall(piece, gap=(0.0, 0.15))
    if sofa is None:
        sofa = room.against_wall(sofas.bench(rng))
    if sofa is None:
        return None
    for side in (-1, 1):
        if chance(rng, 0.4):
            end = room.beside(tables.end_table(rng), sofa, side, between(rng, 0.02, 0.15))
            room.litter((small.table_lamp, small.books, small.cup), [end] if end else [], 1.0)
    table = (
        room.before(tables.coffee_table(rng), sofa, between(rng, 0.25, 0.5), False, between(rng, -0.2, 0.2))
        if chance(rng, 0.75)
        else None
    )
    if table is not None:
        room.litter((small.books, small.cup, small.vase, small.paper, small.bottle), [table], 1.5)
    anchor = table or sofa
    if chance(rng, 0.35):
        room.before(sofas.sofa(rng), anchor, between(rng, 0.3, 0.6), True)
    for side in (-1, 1):
        if chance(rng, 0.4):
            seat = chairs.armchair(rng)
            away = 0.5 * float(anchor.piece.size[1]) + between(rng, 0.3, 0.6) + 0.5 * float(seat.size[0])
            turn = -side * np.pi / 2 + between(rng, -0.4, 0.4)
            room.relative(seat, anchor, (0.1, side * away), turn)
    return sofa


def eating_place(room: Arranger) -> Placed | None:
    """A table with chairs, in the middle or at a wall."""
    rng = room.rng
    piece = tables.dining_table(rng)
    table = room.in_middle(piece, 0.45) if chance(rng, 0.75) else None
    table = table or room.against_wall(piece, gap=(0.0, 0.3)) or room.in_middle(tables.dining_table(rng), 0.3)
    if table is not None:
        room.litter((small.vase, small.cup, small.bottle, small.plant), [table], 1.2)
        common.seats_around(room, table, chairs.chair)
    return table


def dining_room(room: Arranger) -> None:
    """A table with chairs and cabinets."""
    eating_place(room)
    for placed in common.along_walls(room, storage.cabinet, int(room.rng.integers(1, 4))):
        room.litter(small.ON_SHELVES, [placed], 1.5)
    common.shelves(room, int(room.rng.integers(0, 2)))
    common.fill(room, (storage.cabinet, storage.dresser, chairs.chair, storage.bookshelf))
    common.bins(room, 0.3)
    common.pictures(room, 2.5)


def studio(room: Arranger) -> None:
    """A bed, a desk, shelves and a small refrigerator: a student's room or a hotel's."""
    rng = room.rng
    _beds(room)
    common.workplace(room, chairs.chair if chance(rng, 0.4) else chairs.office_chair)
    if chance(rng, 0.3):
        common.workplace(room)
    common.shelves(room, int(rng.integers(0, 3)))
    common.along_walls(room, storage.wardrobe if chance(rng, 0.6) else storage.cabinet, 1)
    if chance(rng, 0.55):
        common.along_walls(room, kitchen.refrigerator, 1)
    _dresser(room, 0.4)
    if chance(rng, 0.3):
        group(room, 0.0)
    common.fill(room, (storage.bookshelf, storage.dresser, storage.cabinet, tables.desk, chairs.chair))
    common.bins(room, 1.0)
    common.pictures(room, 1.5)
