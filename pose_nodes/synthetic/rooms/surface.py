"""The surface of a room as arrays: to cast rays at, to draw points from, and to colour them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.paint import Palette
from pose_nodes.synthetic.rooms.parts import Part
from pose_nodes.synthetic.rooms.room import Room

SHELL = -1
"""The thing of faces that belong to floor, walls or ceiling."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Points on the surface.

    Attributes:
        points: (n, 3) float64 room frame, metres.
        faces: (n,) int64 the face that each lies on.
    """

    points: NDArray[np.float64]
    faces: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.faces)

    def chosen(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Samples:
        """Some of them."""
        return Samples(self.points[which], self.faces[which])


def joined(one: Samples, other: Samples) -> Samples:
    """The points of both."""
    return Samples(np.concatenate([one.points, other.points]), np.concatenate([one.faces, other.faces]))


@dataclass(frozen=True, eq=False)
class Surface:
    """All triangles of a room.

    Attributes:
        vertices: (n, 3) float64 room frame, metres.
        faces: (m, 3) int32.
        things: (m,) int64 index of the thing of each face, or SHELL.
        paints: (m,) int64 paint of each face.
        palette: the paints.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    things: NDArray[np.int64]
    paints: NDArray[np.int64]
    palette: Palette

    @classmethod
    def of(cls, room: Room, ceiling: bool) -> Surface:
        """Of a room, with or without its ceiling."""
        shell = room.shell + (room.ceiling if ceiling else ())
        parts: list[Part] = list(shell)
        vertices = [part.vertices for part in shell]
        owners = [SHELL] * len(shell)
        for index, thing in enumerate(room.things):
            own = thing.piece.parts
            vertices.append(thing.to_room(np.concatenate([part.vertices for part in own])))
            parts += own
            owners += [index] * len(own)
        counts = [len(part.faces) for part in parts]
        starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
        faces = np.concatenate([part.faces for part in parts])
        faces += np.repeat(starts, counts)[:, None].astype(np.int32)
        return cls(
            np.concatenate(vertices),
            faces,
            np.repeat(np.array(owners), counts),
            np.repeat(np.arange(len(parts)), counts),
            Palette.of([part.paint for part in parts]),
        )

    @cached_property
    def _crosses(self) -> NDArray[np.float64]:
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """(m,) square metres."""
        return np.asarray(0.5 * np.linalg.norm(self._crosses, axis=1))

    @cached_property
    def normals(self) -> NDArray[np.float32]:
        """(m, 3) unit normals, outward for closed parts; zero for faces without area."""
        return (0.5 * self._crosses / np.maximum(self.areas, 1e-12)[:, None]).astype(np.float32)

    @cached_property
    def caster(self) -> o3d.t.geometry.RaycastingScene:
        """For rays."""
        scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        scene.add_triangles(
            o3d.core.Tensor(self.vertices.astype(np.float32)), o3d.core.Tensor(self.faces.astype(np.uint32))
        )
        return scene

    def cast(self, rays: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """What rays hit first.

        Args:
            rays: (..., 6) origin and direction, room frame.

        Returns:
            (...) float32 distances in lengths of the direction, infinite where nothing is hit; (...) int64
            faces, -1 there.
        """
        found = self.caster.cast_rays(o3d.core.Tensor(rays), nthreads=1)
        distances = found["t_hit"].numpy()
        faces = found["primitive_ids"].numpy().astype(np.int64)
        return distances, np.where(np.isfinite(distances), faces, -1)

    def visible(
        self, points: NDArray[np.float64], eye: NDArray[np.float64], slack: float = 0.002
    ) -> NDArray[np.bool_]:
        """Whether nothing lies between an eye and points, but within `slack` metres of them."""
        rays = np.empty((len(points), 6), np.float32)
        rays[:, :3] = eye
        ways = points - eye
        # The way ends before the point, so that its own surface does not hide it.
        rays[:, 3:] = ways * (1.0 - slack / np.maximum(np.linalg.norm(ways, axis=1), slack))[:, None]
        hidden = self.caster.test_occlusions(o3d.core.Tensor(rays), 0.0, 1.0, nthreads=1).numpy()
        return np.asarray(~hidden)

    def sample(
        self, count: int, rng: np.random.Generator, weights: NDArray[np.float64] | None = None
    ) -> Samples:
        """Points drawn evenly by area, or by other weights of the faces (m,)."""
        ends = np.cumsum(self.areas if weights is None else weights)
        drawn = (np.arange(count) + rng.random(count)) * (ends[-1] / count)
        faces = np.minimum(np.searchsorted(ends, drawn, side="right"), len(ends) - 1)
        first, second = rng.random((2, count))
        outside = first + second > 1.0
        first, second = np.where(outside, 1.0 - first, first), np.where(outside, 1.0 - second, second)
        corners = self.faces[faces]
        a, b, c = (self.vertices[corners[:, k]] for k in range(3))
        return Samples(a + first[:, None] * (b - a) + second[:, None] * (c - a), faces)
