"""Where cameras and tripods stand in a room, and what they look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.room import Room
from pose_nodes.synthetic.rooms.surface import Surface
from pose_nodes.synthetic.shapes.choice import between, chance


@dataclass(frozen=True, eq=False)
class View:
    """A camera without roll.

    Attributes:
        eye: (3,) float64 room frame, metres.
        yaw: direction of the view about z, from x towards y, radians.
        pitch: upwards, radians.
    """

    eye: NDArray[np.float64]
    yaw: float
    pitch: float

    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rows: right, down and forward in the room."""
        c, s, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        return np.array([[s, -c, 0.0], [c * sp, s * sp, -cp], [c * cp, s * cp, sp]])


def standing_places(
    room: Room, surface: Surface, rng: np.random.Generator, count: int, heights: tuple[float, float]
) -> NDArray[np.float64]:
    """(k, 3) places of a camera over free floor or low furniture, k at most `count`, at least one."""
    drawn = rng.uniform((0.0, 0.0, heights[0]), (*room.plan.size, heights[1]), (12 * count, 3))
    drawn = drawn[room.plan.inside(drawn[:, :2], 0.3)]
    rays = np.concatenate([drawn, np.tile([0.0, 0.0, -1.0], (len(drawn), 1))], axis=1)
    below, _ = surface.cast(rays.astype(np.float32))
    free = drawn[drawn[:, 2] - below < 0.6]
    if len(free) == 0:
        free = np.array([[0.5 * room.plan.size[0], 0.5 * room.plan.size[1], heights[1]]])
    return np.asarray(free[:count])


def look_at(eye: NDArray[np.float64], target: NDArray[np.float64]) -> View:
    """A view from an eye to a target, both (3,)."""
    x, y, z = target - eye
    return View(eye, float(np.arctan2(y, x)), float(np.arctan2(z, np.hypot(x, y))))


def walk(
    room: Room, surface: Surface, rng: np.random.Generator, count: int, heights: tuple[float, float]
) -> list[View]:
    """Views of somebody who scans a room: mostly at things, at the floor, about; seldom at the ceiling."""
    places = standing_places(room, surface, rng, count, heights)
    views = []
    for k in range(count):
        eye = places[k % len(places)]
        if chance(rng, 0.25):
            views.append(look_at(eye, rng.uniform(0.0, (*room.plan.size, 0.0))))
        elif room.things and chance(rng, 0.75):
            target = room.things[int(rng.integers(len(room.things)))].centre + rng.normal(0.0, 0.3, 3)
            views.append(look_at(eye, target))
        else:
            views.append(
                View(eye, between(rng, -np.pi, np.pi), float(np.clip(rng.normal(-0.45, 0.4), -1.3, 0.4)))
            )
    return views
