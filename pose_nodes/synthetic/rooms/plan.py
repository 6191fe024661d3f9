"""Floor plans with walls, and the surfaces of floor, walls and ceiling with holes for doors and windows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import Part
from pose_nodes.synthetic.shapes.choice import between

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Wall:
    """One straight wall.

    Attributes:
        start: (2,) one end, metres.
        along: (2,) unit vector from the start to the end; the room lies on its left.
        length: metres.
    """

    start: Vector
    along: Vector
    length: float

    @property
    def inward(self) -> Vector:
        """(2,) unit vector into the room."""
        return np.array([-self.along[1], self.along[0]])

    @property
    def yaw(self) -> float:
        """Of a piece whose back is at the wall: the angle of `inward` about z, radians."""
        return float(np.arctan2(self.inward[1], self.inward[0]))

    def point(self, s: float, off: float = 0.0) -> Vector:
        """(2,) a point at `s` metres along the wall and `off` metres into the room."""
        return self.start + s * self.along + off * self.inward


@dataclass(frozen=True)
class Opening:
    """A hole in a wall.

    Attributes:
        wall: index in the plan.
        left, right: metres along the wall.
        low, high: metres above the floor.
        depth: thickness of the wall there, metres.
        beyond: whether a strip of another room is seen through it.
    """

    wall: int
    left: float
    right: float
    low: float
    high: float
    depth: float = 0.15
    beyond: bool = False


@dataclass(frozen=True, eq=False)
class Plan:
    """A rectangle from (0, 0), or one without one of its corners (L-shape).

    Attributes:
        size: (x, y) of the rectangle, metres.
        height: of the ceiling, metres.
        notch: low and high (x, y) corner of the rectangle that is cut out, or None.
    """

    size: tuple[float, float]
    height: float
    notch: tuple[tuple[float, float], tuple[float, float]] | None = None

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """(k, 2) counter-clockwise, metres."""
        x, y = self.size
        loop = [(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)]
        if self.notch is None:
            return np.array(loop)
        (left, near), (right, far) = self.notch
        cut = {(left, near), (right, near), (right, far), (left, far)}
        corner = next(one for one in loop if one in cut)
        inner = (left if corner[0] == right else right, near if corner[1] == far else far)
        at = loop.index(corner)
        # Counter-clockwise, one arrives along y at the corners (0, 0) and (x, y), along x at the others.
        first, last = (corner[0], inner[1]), (inner[0], corner[1])
        steps = [first, inner, last] if at in (0, 2) else [last, inner, first]
        return np.array(loop[:at] + steps + loop[at + 1 :])

    @cached_property
    def walls(self) -> tuple[Wall, ...]:
        """In the order of the corners."""
        ends = np.roll(self.corners, -1, axis=0) - self.corners
        lengths = np.linalg.norm(ends, axis=1)
        rows = zip(self.corners, ends / lengths[:, None], lengths, strict=True)
        return tuple(Wall(start, along, float(length)) for start, along, length in rows)

    @property
    def area(self) -> float:
        """Square metres."""
        cut = 0.0 if self.notch is None else float(np.prod(np.subtract(self.notch[1], self.notch[0])))
        return self.size[0] * self.size[1] - cut

    def inside(self, points: NDArray[np.float64], margin: float = 0.0) -> NDArray[np.bool_]:
        """Whether (n, 2) points lie in the room, at least `margin` metres from its walls."""
        within = np.all((points >= margin) & (points <= np.array(self.size) - margin), axis=1)
        if self.notch is not None:
            low, high = np.array(self.notch) + np.array([[-margin], [margin]])
            within &= ~np.all((points > low) & (points < high), axis=1)
        return np.asarray(within)


def random_plan(
    rng: np.random.Generator, area: float, height: float, l_share: float, longest: float = 1.9
) -> Plan:
    """A plan of about an area in square metres; `l_share` of them have an L-shape."""
    ratio = between(rng, 1.0, longest)
    x, y = float(np.sqrt(area * ratio)), float(np.sqrt(area / ratio))
    if rng.random() < 0.5:
        x, y = y, x
    if rng.random() >= l_share or min(x, y) < 2.6:
        return Plan((x, y), height)
    cut = (between(rng, 0.2, 0.45) * x, between(rng, 0.2, 0.45) * y)
    left, near = float(rng.choice((0.0, x - cut[0]))), float(rng.choice((0.0, y - cut[1])))
    right, far = (cut[0] if left == 0.0 else x), (cut[1] if near == 0.0 else y)
    return Plan((x, y), height, ((left, near), (right, far)))


def _cells(cuts: Sequence[float]) -> list[tuple[float, float]]:
    edges = sorted(set(cuts))
    return [(a, b) for a, b in itertools.pairwise(edges) if b - a > 1e-9]


def _quads(paint: Paint, corners: Sequence[Sequence[Vector]]) -> Part:
    """Quadrilaterals, counter-clockwise seen from the room."""
    vertices = np.array(corners, np.float64).reshape(-1, 3)
    first = 4 * np.arange(len(corners))[:, None]
    halves = np.array([0, 1, 2]), np.array([0, 2, 3])
    faces = np.concatenate([first + half for half in halves]).astype(np.int32)
    return Part(vertices, faces, paint)


def flat(plan: Plan, z: float, paint: Paint, downward: bool) -> Part:
    """The floor (z = 0) or, looking downward, the ceiling."""
    xs, ys = {0.0, plan.size[0]}, {0.0, plan.size[1]}
    if plan.notch is not None:
        xs |= {plan.notch[0][0], plan.notch[1][0]}
        ys |= {plan.notch[0][1], plan.notch[1][1]}
    cells = [(x, y) for x in _cells(tuple(xs)) for y in _cells(tuple(ys))]
    middles = np.array([(sum(x) / 2, sum(y) / 2) for x, y in cells])
    kept = [cell for cell, inside in zip(cells, plan.inside(middles), strict=True) if inside]
    quads = [
        [np.array([x[i], y[j], z]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))] for x, y in kept
    ]  # fmt: skip
    return _quads(paint, [quad[::-1] for quad in quads] if downward else quads)


def wall_surface(
    plan: Plan, index: int, openings: Sequence[Opening], paint: Paint, reveal: Paint
) -> list[Part]:
    """One wall with its holes, the sides of the holes, and what lies beyond them."""
    wall = plan.walls[index]
    holes = [hole for hole in openings if hole.wall == index]

    def at(s: float, z: float, off: float = 0.0) -> Vector:
        return np.array([*wall.point(s, off), z])

    spans = _cells([0.0, wall.length, *(s for hole in holes for s in (hole.left, hole.right))])
    levels = _cells([0.0, plan.height, *(z for hole in holes for z in (hole.low, hole.high))])
    solid = [(s, z) for s in spans for z in levels if not any(_within(s, z, hole) for hole in holes)]
    # Seen from the room, the wall runs from right to left.
    quads = [[at(s[1], z[0]), at(s[0], z[0]), at(s[0], z[1]), at(s[1], z[1])] for s, z in solid]
    parts = [_quads(paint, quads)]
    for hole in holes:
        parts.append(_quads(reveal, _sides(at, hole)))
        if hole.beyond:
            parts.append(_quads(paint, _beyond(at, hole, plan.height)))
    return parts


def _within(s: tuple[float, float], z: tuple[float, float], hole: Opening) -> bool:
    middle_s, middle_z = sum(s) / 2, sum(z) / 2
    return hole.left < middle_s < hole.right and hole.low < middle_z < hole.high


def _sides(at: Callable[..., Vector], hole: Opening) -> list[list[Vector]]:
    """The four faces of a hole, towards its middle."""
    ring = [(hole.left, hole.low), (hole.right, hole.low), (hole.right, hole.high), (hole.left, hole.high)]
    return [
        [at(*b), at(*a), at(*a, -hole.depth), at(*b, -hole.depth)]
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
    ]


_CORRIDOR = 1.3
"""Metres to the wall opposite of a door (our choice)."""


def _beyond(at: Callable[..., Vector], hole: Opening, height: float) -> list[list[Vector]]:
    """A strip of floor and the opposite wall of a corridor."""
    left, right, near, far = hole.left - 0.8, hole.right + 0.8, -hole.depth, -hole.depth - _CORRIDOR
    floor = [at(left, 0.0, far), at(right, 0.0, far), at(right, 0.0, near), at(left, 0.0, near)]
    opposite = [at(right, 0.0, far), at(left, 0.0, far), at(left, height, far), at(right, height, far)]
    return [floor, opposite]
