"""A piece of furniture in its own frame, and one that has its place in a room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.parts import Part


@dataclass(frozen=True)
class Top:
    """A level rectangle that small things can stand on, in the frame of its piece, metres.

    Attributes:
        low, high: (x, y) corners.
        z: its height.
        clearance: room above it.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    z: float
    clearance: float = 0.6


@dataclass(frozen=True, eq=False)
class Piece:
    """One thing: +x is its front, z is up from what it stands on, the origin the middle of its footprint.

    Attributes:
        kind: one of `classes.KINDS`.
        parts: its surface.
        tops: where small things can stand.
    """

    kind: str
    parts: tuple[Part, ...]
    tops: tuple[Top, ...] = ()

    @cached_property
    def part_boxes(self) -> NDArray[np.float64]:
        """(k, 2, 3) low and high corner of each part."""
        return np.array([(part.vertices.min(axis=0), part.vertices.max(axis=0)) for part in self.parts])

    @cached_property
    def low(self) -> NDArray[np.float64]:
        """(3,) least corner of its box, metres."""
        return np.asarray(self.part_boxes[:, 0].min(axis=0))

    @cached_property
    def high(self) -> NDArray[np.float64]:
        """(3,) greatest corner of its box, metres."""
        return np.asarray(self.part_boxes[:, 1].max(axis=0))

    @cached_property
    def size(self) -> NDArray[np.float64]:
        """(3,) extents: depth, width, height, metres."""
        return np.asarray(self.high - self.low)


_DIP = 0.03
"""Metres that slanted legs may reach below z = 0; then the piece is raised to stand on them."""


def piece(kind: str, parts: Iterable[Part], tops: Sequence[Top] = ()) -> Piece:
    """A piece with its frame put into the middle of its footprint."""
    raw = Piece(kind, tuple(parts))
    shift = -0.5 * (raw.low + raw.high)
    shift[2] = -raw.low[2] if -_DIP < raw.low[2] < 0.0 else 0.0
    moved = tuple(Part(part.vertices + shift, part.faces, part.paint) for part in raw.parts)
    x, y, z = (float(value) for value in shift)
    placed = tuple(
        Top((t.low[0] + x, t.low[1] + y), (t.high[0] + x, t.high[1] + y), t.z + z, t.clearance) for t in tops
    )
    return Piece(kind, moved, placed)


@dataclass(frozen=True, eq=False)
class Placed:
    """A piece at its place.

    Attributes:
        piece: what.
        at: (3,) float64 where its origin is in the room, metres.
        yaw: turn about z, radians: its +x points there in the room.
        host: the thing that it stands on or is built into, None for the room itself.
    """

    piece: Piece
    at: NDArray[np.float64]
    yaw: float
    host: Placed | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """Of the piece."""
        return self.piece.kind

    def to_room(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) points of the piece's frame -> those of the room."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x, y, z = points.T
        return np.stack([c * x - s * y, s * x + c * y, z], axis=1) + self.at

    @cached_property
    def centre(self) -> NDArray[np.float64]:
        """(3,) middle of its box in the room, metres."""
        return np.asarray(self.to_room(0.5 * (self.piece.low + self.piece.high)[None])[0])
