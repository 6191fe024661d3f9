"""A furnished room: made from a configuration and random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.rooms import paint as p
from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.furniture import small
from pose_nodes.synthetic.rooms.openings import add_doors, add_windows
from pose_nodes.synthetic.rooms.parts import Part
from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.rooms.plan import Opening, Plan, flat, random_plan, wall_surface
from pose_nodes.synthetic.rooms.programs.registry import PROGRAMS, Program
from pose_nodes.synthetic.shapes.choice import between, chance


@dataclass(frozen=True)
class RoomConfig:
    """What rooms are made. Figures are our choice, after usual buildings."""

    kind: str = option("bedroom", "what the room is for", choices=tuple(PROGRAMS))
    lowest: float = option(2.35, "least height of the ceiling", unit="m", minimum=2.2, maximum=6.0)
    highest: float = option(3.1, "greatest height of the ceiling", unit="m", minimum=2.2, maximum=6.0)
    l_share: float = option(0.3, "share of L-shaped rooms", minimum=0.0, maximum=1.0)
    scale: float = option(1.0, "of the floor's area against the usual one", minimum=0.5, maximum=3.0)
    disorder: float = option(0.5, "how far things are from straight places", minimum=0.0, maximum=1.0)
    clutter: float = option(1.0, "times the usual number of things that lie about", minimum=0.0, maximum=3.0)

    def __post_init__(self) -> None:
        if self.kind not in PROGRAMS:
            raise InvalidConfigError(f"room: kind '{self.kind}' is unknown; use one of {', '.join(PROGRAMS)}")
        if self.lowest > self.highest:
            raise InvalidConfigError(
                f"room: 'lowest' is {self.lowest:g}, more than 'highest', which is {self.highest:g}"
            )


@dataclass(frozen=True, eq=False)
class Room:
    """A furnished room; z is up, the floor at z = 0, one corner of its rectangle at the origin, metres.

    Attributes:
        kind: what it is for.
        plan: its floor and height.
        shell: floor, walls and what is seen through open doors.
        ceiling: kept apart, as some scanners never see it.
        things: all that stands or hangs in it.
    """

    kind: str
    plan: Plan
    shell: tuple[Part, ...]
    ceiling: tuple[Part, ...]
    things: tuple[Placed, ...]


def make_room(rng: np.random.Generator, config: RoomConfig | None = None) -> Room:
    """Furnish a room.

    Args:
        rng: of all choices; the same state makes the same room.
        config: what room.
    """
    config = config or RoomConfig()
    program = PROGRAMS[config.kind]
    area = between(rng, *program.area) * config.scale
    height = between(rng, config.lowest, config.highest)
    plan = random_plan(rng, area, height, config.l_share, program.longest)
    room = Arranger(plan, rng, config.disorder * between(rng, 0.2, 1.5))
    add_doors(room, 1 + int(chance(rng, 0.25)))
    add_windows(room, int(rng.poisson(program.windows)), program.curtains)
    program.furnish(room)
    room.scatter(small.ON_FLOORS, int(rng.poisson(program.clutter * config.clutter)))
    room.litter(small.ON_DESKS, room.of_kind("desk"), 2.5 * config.clutter)
    walls = _shell(rng, plan, room.openings, program)
    return Room(config.kind, plan, walls, _ceiling(rng, plan), tuple(room.things))


def _shell(
    rng: np.random.Generator, plan: Plan, openings: Sequence[Opening], program: Program
) -> tuple[Part, ...]:
    """Floor and walls; one wall in six rooms has a colour of its own."""
    wall = p.wall_tiles(rng) if program.wet and chance(rng, 0.5) else p.wall_paint(rng)
    reveal = p.lacquer(rng)
    accent = int(rng.integers(len(plan.walls))) if chance(rng, 1 / 6) else -1
    parts = [flat(plan, 0.0, p.flooring(rng, program.wet), downward=False)]
    for index in range(len(plan.walls)):
        paint = p.vivid(rng) if index == accent else wall
        parts += wall_surface(plan, index, openings, paint, reveal)
    return tuple(parts)


def _ceiling(rng: np.random.Generator, plan: Plan) -> tuple[Part, ...]:
    """White, plain or of tiles."""
    paint = p.toned(rng, (0.9, 0.9, 0.9), -0.1, "tiles", 0.6) if chance(rng, 0.4) else p.white(rng)
    return (flat(plan, plan.height, paint, downward=True),)
