"""Which places of a room are taken: upright boxes, and whether two of them overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.piece import Placed
from pose_nodes.synthetic.rooms.plan import Plan

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """An upright box: middle, half extents and turn in the plane, and heights; metres, radians."""

    x: float
    y: float
    half_x: float
    half_y: float
    yaw: float
    low: float
    high: float

    def corners(self) -> Array:
        """(4, 2)."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        own = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * (self.half_x, self.half_y)
        return np.asarray(own @ np.array([[c, s], [-s, c]]) + (self.x, self.y))


def block_of(placed: Placed, margin: float = 0.0) -> Block:
    """The box of a thing, grown sideways by a margin in metres."""
    x, y, _ = placed.centre
    half = 0.5 * placed.piece.size[:2] + margin
    low, high = placed.at[2] + placed.piece.low[2], placed.at[2] + placed.piece.high[2]
    return Block(float(x), float(y), float(half[0]), float(half[1]), placed.yaw, float(low), float(high))


def overlaps(one: Array, others: Array, slack: float) -> NDArray[np.bool_]:
    """Whether upright boxes overlap by more than `slack` metres along each separating axis.

    Args:
        one: (..., 7) rows as the fields of Block.
        others: (..., 7) rows, broadcast against `one`.
        slack: metres.
    """
    dx, dy = others[..., 0] - one[..., 0], others[..., 1] - one[..., 1]
    apart = np.minimum(one[..., 6], others[..., 6]) - np.maximum(one[..., 5], others[..., 5]) <= slack
    turn = others[..., 4] - one[..., 4]
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    for own, other in ((one, others), (others, one)):
        cos, sin = np.cos(own[..., 4]), np.sin(own[..., 4])
        reach_x = own[..., 2] + other[..., 2] * c + other[..., 3] * s
        reach_y = own[..., 3] + other[..., 2] * s + other[..., 3] * c
        apart |= np.abs(dx * cos + dy * sin) >= reach_x - slack
        apart |= np.abs(dy * cos - dx * sin) >= reach_y - slack
    return np.asarray(~apart)


def part_blocks(placed: Placed) -> Array:
    """(k, 7) a block for each part of a thing."""
    boxes = placed.piece.part_boxes
    middles = placed.to_room(boxes.mean(axis=1))
    rows = np.empty((len(boxes), 7))
    rows[:, :2], rows[:, 4] = middles[:, :2], placed.yaw
    rows[:, 2:4] = 0.5 * (boxes[:, 1, :2] - boxes[:, 0, :2])
    rows[:, 5:] = boxes[:, :, 2] + placed.at[2]
    return rows


def parts_collide(one: Placed, other: Placed, slack: float = 0.005) -> bool:
    """Whether the box of any part of a thing overlaps that of a part of another one."""
    return bool(overlaps(part_blocks(one)[:, None], part_blocks(other)[None], slack).any())


class Occupancy:
    """The taken places of one room."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = np.zeros((64, 7))
        self._owners: list[Placed | None] = []
        if plan.notch is not None:
            low, high = np.array(plan.notch)
            middle, half = 0.5 * (low + high), 0.5 * (high - low)
            x, y, half_x, half_y = (float(value) for value in (*middle, *half))
            self.take(Block(x, y, half_x, half_y, 0.0, -1.0, 10.0))

    def take(self, block: Block, owner: Placed | None = None) -> None:
        """Nothing else fits there from now on."""
        count = len(self._owners)
        if count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[count] = _row(block)
        self._owners.append(owner)

    def free(self, block: Block, ignored: tuple[Placed, ...] = (), slack: float = 0.001) -> bool:
        """Whether a block lies in the room and overlaps no taken place, but for those of ignored things."""
        corners = block.corners()
        # Blocks at a wall touch it.
        if corners.min() < -1e-6 or np.any(corners > np.array(self._plan.size) + 1e-6):
            return False
        if block.high > self._plan.height:
            return False
        hits = overlaps(_row(block), self._rows[: len(self._owners)], slack)
        return all(self._owners[k] is not None and self._owners[k] in ignored for k in np.flatnonzero(hits))


def _row(block: Block) -> Array:
    return np.array([block.x, block.y, block.half_x, block.half_y, block.yaw, block.low, block.high])
