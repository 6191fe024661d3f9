"""Kitchens and bathrooms."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.furniture import bathroom as b
from pose_nodes.synthetic.rooms.furniture import chairs, kitchen, small, sofas, storage, tables, wall_hung
from pose_nodes.synthetic.rooms.occupancy import Block
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import rounded
from pose_nodes.synthetic.rooms.piece import Piece, Placed, piece
from pose_nodes.synthetic.rooms.programs import common, dwellings
from pose_nodes.synthetic.shapes.choice import between, chance


def kitchen_room(room: Arranger) -> None:
    """Runs of cabinets under counters with a sink, a stove and a refrigerator; a table if there is room."""
    rng = room.rng
    front, slab = (
        p.panel(rng),
        p.toned(
            rng,
            ((0.25, 0.24, 0.24), (0.75, 0.72, 0.68), (0.5, 0.4, 0.3))[int(rng.integers(3))],
            0.15,
            grain=0.03,
        ),
    )
    run(room, between(rng, 1.4, 3.2), True, front, slab)
    common.along_walls(room, kitchen.refrigerator, 1)
    if chance(rng, 0.7):
        run(room, between(rng, 0.8, 2.2), False, front, slab)
    common.along_walls(room, kitchen.stove, 1)
    if chance(rng, 0.3):
        common.along_walls(room, kitchen.washing_machine, 1)
    if chance(rng, 0.2):
        island(room, slab)
    elif room.plan.area > 8:
        dwellings.eating_place(room)
    common.fill(room, (storage.cabinet, storage.bookshelf, chairs.chair, kitchen.washing_machine))
    common.spare_chairs(room, chairs.chair, 0.6)
    common.bins(room, 1.0)
    common.pictures(room, 0.6)


def run(room: Arranger, width: float, with_sink: bool, front: Paint, slab: Paint) -> Placed | None:
    """Base cabinets, the counter on them, perhaps a sink in it, and cabinets on the wall above."""
    rng = room.rng
    high = between(rng, 0.83, 0.9)
    base = None
    for share in (1.0, 0.8, 0.6):
        width *= share
        # The counter is deeper than what it lies on.
        base = base or room.against_wall(
            kitchen.base_cabinet(rng, width, high, front), gap=(0.03, 0.03), margin=0.03
        )
        if base is not None:
            break
    if base is None:
        return None
    hole = (
        (between(rng, -0.3, 0.3) * (width - 0.6), between(rng, 0.36, 0.44), between(rng, 0.42, 0.5))
        if with_sink
        else None
    )
    counter = room.relative(kitchen.counter(rng, width, hole, slab), base, (0.0, 0.0), 0.0, high, base)
    if counter is None:
        return base
    thick = float(counter.piece.tops[0].z) if counter.piece.tops else 0.04
    if hole is not None:
        basin = kitchen.sink(rng, hole[1], hole[2])
        room.relative(basin, counter, (0.0, hole[0]), 0.0, high + thick, counter)
    if chance(rng, 0.4):
        room.on_top(kitchen.microwave(rng), counter, 0.0)
    room.litter(small.ON_COUNTERS, [counter], 3.0)
    if chance(rng, 0.8):
        above = kitchen_wall_cabinet(rng, width)
        x = float(base.piece.low[0]) - 0.02 + 0.5 * float(above.size[0])
        room.relative(above, base, (x, 0.0), 0.0, between(rng, 1.38, 1.55))
    return counter


def kitchen_wall_cabinet(rng: np.random.Generator, width: float) -> Piece:
    """Over a counter of a width in metres."""
    return storage.wall_cabinet(rng, width * (1.0 if chance(rng, 0.6) else between(rng, 0.5, 0.9)))


def island(room: Arranger, slab: Paint) -> None:
    """A counter in the middle, or a bar, with stools."""
    rng = room.rng
    width, high = between(rng, 1.2, 2.0), between(rng, 0.85, 0.92)
    base = room.in_middle(kitchen.base_cabinet(rng, width, high, p.panel(rng)), 0.5)
    if base is None:
        return
    counter = room.relative(kitchen.counter(rng, width, None, slab), base, (0.0, 0.0), 0.0, high, base)
    if counter is not None:
        room.litter(small.ON_COUNTERS, [counter], 2.0)
    for y in np.linspace(-0.3, 0.3, 3) * width:
        room.relative(small.stool(rng), base, (-0.55, float(y)), 0.0)


def bathroom(room: Arranger) -> None:
    """A toilet, one or two basins, a bathtub or a shower with its curtain."""
    rng = room.rng
    tub = None
    if chance(rng, 0.75):
        tub = room.against_wall(b.bathtub(rng), gap=(0.0, 0.01)) or room.against_wall(
            b.bathtub(rng), gap=(0.0, 0.01)
        )
    if tub is not None and chance(rng, 0.7):
        curtain_before(room, tub)
    elif chance(rng, 0.4):
        shower(room)
    room.against_wall(b.toilet(rng), gap=(0.0, 0.03), margin=0.08) or room.against_wall(
        b.toilet(rng), gap=(0.0, 0.02)
    )
    basin_place(room)
    if chance(rng, 0.25):
        common.along_walls(room, kitchen.washing_machine, 1)
    if chance(rng, 0.3):
        room.against_wall(storage.wall_cabinet(rng), between(rng, 1.2, 1.5), (0.0, 0.005))
    common.bins(room, 0.8)
    common.pictures(room, 0.4)


def curtain_before(room: Arranger, tub: Placed) -> None:
    """A shower curtain on the room's side of a bathtub, drawn or pushed to one end."""
    rng = room.rng
    long, top = float(tub.piece.size[1]), min(between(rng, 1.85, 2.1), room.plan.height - 0.05)
    width = long * (between(rng, 0.75, 1.0) if chance(rng, 0.55) else between(rng, 0.2, 0.45))
    side = 1 if chance(rng, 0.5) else -1
    x = float(tub.piece.high[0]) + 0.05
    room.relative(b.shower_curtain(rng, width, top), tub, (x, side * 0.5 * (long - width)), 0.0)
    room.relative(b.curtain_rod(rng, long), tub, (x, 0.0), 0.0, top + 0.015)


def shower(room: Arranger) -> None:
    """A corner with a curtain before it."""
    rng, side = room.rng, between(room.rng, 0.8, 1.0)
    tray = room.against_wall(
        piece("clutter", [rounded(p.white(rng), (side, side, 0.08), (0, 0, 0.04), 0.08)]), gap=(0.0, 0.005)
    )
    if tray is None:
        return
    place = Block(float(tray.at[0]), float(tray.at[1]), side / 2 - 0.01, side / 2 - 0.01, tray.yaw, 0.09, 2.0)
    curtain_before(room, tray)
    room.keep_free(place)


def basin_place(room: Arranger) -> None:
    """A wash basin at the wall, or one in a counter on a cabinet; a mirror above."""
    rng = room.rng
    if chance(rng, 0.5):
        slab = p.toned(rng, (0.8, 0.78, 0.74), 0.1, grain=0.04)
        counter = run_of_vanity(room, between(rng, 0.7, 1.4), slab)
        if counter is not None:
            return
    basin = room.against_wall(b.wash_basin(rng), gap=(0.0, 0.005))
    if basin is not None and chance(rng, 0.8):
        _mirror(room, basin)


def run_of_vanity(room: Arranger, width: float, slab: Paint) -> Placed | None:
    """A cabinet with a counter and a basin in it."""
    rng = room.rng
    high = between(rng, 0.74, 0.84)
    base = room.against_wall(
        kitchen.base_cabinet(rng, width, high, p.panel(rng)), gap=(0.03, 0.03), margin=0.03
    )
    if base is None:
        return None
    hole = (0.0, between(rng, 0.32, 0.4), between(rng, 0.4, 0.5))
    counter = room.relative(kitchen.counter(rng, width, hole, slab), base, (0.0, 0.0), 0.0, high, base)
    if counter is None:
        return None
    thick = 0.04
    room.relative(kitchen.sink(rng, hole[1], hole[2]), counter, (0.0, 0.0), 0.0, high + thick, counter)
    room.litter((small.bottle, small.cup, small.bottle), [counter], 1.5)
    _mirror(room, base)
    return counter


def _mirror(room: Arranger, below: Placed) -> None:
    x = float(below.piece.low[0]) - (0.02 if below.kind == "cabinet" else 0.0) + 0.02
    room.relative(wall_hung.mirror(room.rng), below, (x, 0.0), 0.0, between(room.rng, 1.15, 1.3))


def pantry(room: Arranger) -> None:
    """An office's kitchen: a run, a refrigerator, high or low tables with chairs."""
    rng = room.rng
    run(room, between(rng, 1.5, 3.0), True, p.panel(rng), p.toned(rng, (0.6, 0.58, 0.55), 0.1, grain=0.03))
    common.along_walls(room, kitchen.refrigerator, 1)
    for _ in range(int(rng.integers(1, 4))):
        table = room.in_middle(tables.bar_table(rng) if chance(rng, 0.3) else tables.dining_table(rng), 0.4)
        if table is not None and table.piece.size[2] < 0.9:
            common.seats_around(room, table, chairs.chair)
    if chance(rng, 0.4):
        dwellings.group(room)
    common.fill(room, (storage.cabinet, storage.bookshelf, sofas.bench, tables.work_table), 0.15, 0.3)
    common.bins(room, 1.5)
    common.pictures(room, 1.0)
