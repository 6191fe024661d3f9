"""Puts things into a room, each where nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from pose_nodes.synthetic.rooms.occupancy import Block, Occupancy, block_of, parts_collide
from pose_nodes.synthetic.rooms.piece import Piece, Placed
from pose_nodes.synthetic.rooms.plan import Opening, Plan, Wall
from pose_nodes.synthetic.shapes.choice import between, chance

Family = Callable[[np.random.Generator], Piece]
_TRIES = 14
"""Places that are tried for a thing before it is left out (our choice)."""


class Arranger:
    """A room while it is furnished.

    Attributes:
        plan: of the floor.
        rng: of all choices.
        things: what stands in the room so far.
        openings: of the walls so far.
        disorder: 0 to 1: how far things are from their straight places.
    """

    def __init__(self, plan: Plan, rng: np.random.Generator, disorder: float) -> None:
        self.plan = plan
        self.rng = rng
        self.disorder = disorder
        self.things: list[Placed] = []
        self.openings: list[Opening] = []
        self._taken = Occupancy(plan)

    def keep_free(self, block: Block) -> None:
        """Nothing is put there."""
        self._taken.take(block)

    def is_free(self, block: Block) -> bool:
        """Whether nothing is there so far."""
        return self._taken.free(block)

    def put(
        self,
        piece: Piece,
        at: ArrayLike,
        yaw: float,
        host: Placed | None = None,
        ignored: Sequence[Placed] = (),
        margin: float = 0.0,
    ) -> Placed | None:
        """A thing at a place, if that is free; `margin` metres around it must be free, too.

        Ignored things may overlap its box, but not its parts; those that it stands on or in are not asked.
        """
        placed = Placed(piece, np.asarray(at, np.float64), yaw, host)
        hosts = _hosts(placed)
        if not self._taken.free(block_of(placed, margin), (*ignored, *hosts)):
            return None
        if any(parts_collide(placed, other) for other in ignored if other not in hosts):
            return None
        self.add(placed)
        return placed

    def add(self, placed: Placed) -> None:
        """A thing at a place that is known to be right."""
        self.things.append(placed)
        self._taken.take(block_of(placed), placed)

    def against_wall(
        self,
        piece: Piece,
        z: float = 0.0,
        gap: tuple[float, float] = (0.0, 0.05),
        walls: Sequence[int] | None = None,
        near: ArrayLike | None = None,
        margin: float = 0.0,
    ) -> Placed | None:
        """Its back to a wall, anywhere along it, or as near to a point (2,) as possible."""
        options = range(len(self.plan.walls)) if walls is None else walls
        chosen = [(k, self.plan.walls[k]) for k in options if self.plan.walls[k].length > piece.size[1]]
        if not chosen:
            return None
        weights = np.array([wall.length for _, wall in chosen])
        places = []
        for _ in range(_TRIES):
            _, wall = chosen[int(self.rng.choice(len(chosen), p=weights / weights.sum()))]
            places.append((wall, self._along(wall, piece)))
        if near is not None:
            target = np.asarray(near, np.float64)
            places.sort(key=lambda place: float(np.linalg.norm(place[0].point(place[1]) - target)))
        for wall, s in places:
            placed = self.at_wall(piece, wall, s, z, between(self.rng, *gap), margin)
            if placed is not None:
                return placed
        return None

    def at_wall(
        self, piece: Piece, wall: Wall, s: float, z: float = 0.0, gap: float = 0.0, margin: float = 0.0
    ) -> Placed | None:
        """Its back to a wall, with its middle at `s` metres along it."""
        x, y = wall.point(s, gap + margin + 0.5 * float(piece.size[0]) + 1e-4)
        return self.put(piece, (x, y, z), wall.yaw, margin=margin)

    def _along(self, wall: Wall, piece: Piece) -> float:
        """Somewhere along a wall; at one of its ends once in four times."""
        half = 0.5 * float(piece.size[1])
        low, high = half + 0.01, max(half + 0.01, wall.length - half - 0.01)
        if chance(self.rng, 0.25):
            return low if chance(self.rng, 0.5) else high
        return between(self.rng, low, high)

    def in_middle(self, piece: Piece, margin: float = 0.3, straight: bool = True) -> Placed | None:
        """Away from the walls, along them or at any angle."""
        for k in range(_TRIES):
            spread = 0.15 + 0.35 * k / _TRIES
            x, y = (0.5 + self.rng.uniform(-spread, spread, 2)) * self.plan.size
            yaw = float(self.rng.integers(4)) * np.pi / 2 if straight else between(self.rng, 0, 2 * np.pi)
            if straight:
                yaw += self.rng.normal(0.0, 0.08) * self.disorder
            placed = self.put(piece, (x, y, 0.0), float(yaw), margin=margin)
            if placed is not None:
                return placed
        return None

    def beside(self, piece: Piece, anchor: Placed, side: int, gap: float) -> Placed | None:
        """Beside a thing, at its left (+1) or right (-1), backs in line."""
        y = side * (0.5 * anchor.piece.size[1] + gap + 0.5 * piece.size[1])
        x = anchor.piece.low[0] + 0.5 * piece.size[0]
        return self.relative(piece, anchor, (x, y), 0.0)

    def before(
        self, piece: Piece, anchor: Placed, gap: float, facing: bool, shift: float = 0.0
    ) -> Placed | None:
        """In front of a thing, turned to it or as it is; `shift` metres to its left."""
        x = anchor.piece.high[0] + gap + 0.5 * piece.size[0]
        return self.relative(piece, anchor, (x, shift), np.pi if facing else 0.0)

    def relative(
        self,
        piece: Piece,
        anchor: Placed,
        at: tuple[float, float],
        turn: float,
        z: float = 0.0,
        host: Placed | None = None,
        ignored: Sequence[Placed] = (),
    ) -> Placed | None:
        """At a place in the frame of another thing, turned against it."""
        place = anchor.to_room(np.array([[*at, 0.0]]))[0]
        place[2] = z
        return self.put(piece, place, anchor.yaw + turn, host, ignored)

    def on_top(self, piece: Piece, host: Placed, turn: float | None = None) -> Placed | None:
        """Somewhere on a thing that has room for it."""
        for _ in range(4 if host.piece.tops else 0):
            top = host.piece.tops[int(self.rng.integers(len(host.piece.tops)))]
            angle = between(self.rng, -0.5, 0.5) if turn is None else turn
            c, s = abs(np.cos(angle)), abs(np.sin(angle))
            half = 0.5 * np.array([[c, s], [s, c]]) @ piece.size[:2]
            low, high = np.array(top.low) + half, np.array(top.high) - half
            if piece.size[2] > top.clearance + 0.2 or np.any(low > high):
                continue
            x, y = self.rng.uniform(low, high)
            placed = self.relative(piece, host, (x, y), angle, host.at[2] + top.z, host)
            if placed is not None:
                return placed
        return None

    def seat(
        self, chair: Piece, table: Placed, at: tuple[float, float], outward: float, tuck: float
    ) -> Placed | None:
        """A chair at the rim of a table, pushed under it as far as its parts allow.

        Args:
            chair: what to sit on.
            table: its frame has `at` and `outward`.
            at: (x, y) where the rim is.
            outward: direction from there to the sitter, radians.
            tuck: metres of the chair under the table at most.
        """
        jitter = float(self.rng.normal(0.0, 0.25)) * self.disorder
        for pushed in (tuck, 0.5 * tuck, 0.15, 0.0, -0.08, -0.25):
            if pushed > tuck:
                continue
            distance = 0.5 * float(chair.size[0]) - pushed + 0.02
            place = (at[0] + distance * np.cos(outward), at[1] + distance * np.sin(outward))
            placed = self.relative(chair, table, place, outward + np.pi + jitter, ignored=(table,))
            if placed is not None:
                return placed
        return None

    def scatter(self, families: Sequence[Family], count: int) -> None:
        """Things on the floor, most of them near a wall."""
        for _ in range(count):
            piece = families[int(self.rng.integers(len(families)))](self.rng)
            if chance(self.rng, 0.75):
                self.against_wall(piece, gap=(0.01, 0.25))
            else:
                self.in_middle(piece, 0.05, straight=False)

    def litter(self, families: Sequence[Family], hosts: Sequence[Placed], mean: float) -> None:
        """Small things on the tops of others, `mean` on each."""
        for host in hosts:
            for _ in range(int(self.rng.poisson(mean))):
                self.on_top(families[int(self.rng.integers(len(families)))](self.rng), host)

    def of_kind(self, *kinds: str) -> list[Placed]:
        """The things of some kinds that are there already."""
        return [thing for thing in self.things if thing.kind in kinds]


def _hosts(placed: Placed) -> tuple[Placed, ...]:
    """What a thing stands on, and what that stands on, and so on."""
    hosts = []
    host = placed.host
    while host is not None:
        hosts.append(host)
        host = host.host
    return tuple(hosts)
