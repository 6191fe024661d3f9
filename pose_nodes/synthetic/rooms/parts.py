"""Parts that furniture is built from: boxes, lofts, tubes and sheets, as plain triangles with a paint."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pose_nodes.synthetic.rooms.paint import Paint

Vertices = NDArray[np.float64]
Faces = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of surface; closed ones have their faces counter-clockwise seen from outside.

    Attributes:
        vertices: (n, 3) float64 metres.
        faces: (m, 3) int32.
        paint: of all faces.
    """

    vertices: Vertices
    faces: Faces
    paint: Paint


_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_CUBE_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]], np.int32
)  # fmt: skip


def box(paint: Paint, size: ArrayLike, centre: ArrayLike) -> Part:
    """A box with its middle at `centre`; metres."""
    return Part(_CUBE * np.asarray(size, np.float64) + np.asarray(centre), _CUBE_FACES, paint)


def between_corners(paint: Paint, low: ArrayLike, high: ArrayLike) -> Part:
    """A box by its two corners."""
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    return Part(_CUBE * (high - low) + 0.5 * (low + high), _CUBE_FACES, paint)


def turned(part: Part, angle: float, axis: int = 2, about: ArrayLike = (0.0, 0.0, 0.0)) -> Part:
    """A part turned about a point and an axis of its frame, radians."""
    c, s = np.cos(angle), np.sin(angle)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    R = np.eye(3)
    R[first, first], R[first, second], R[second, first], R[second, second] = c, -s, s, c
    pivot = np.asarray(about, np.float64)
    return replace(part, vertices=(part.vertices - pivot) @ R.T + pivot)


def moved(part: Part, shift: ArrayLike) -> Part:
    """A part at another place."""
    return replace(part, vertices=part.vertices + np.asarray(shift, np.float64))


def mirrored(part: Part) -> Part:
    """Left and right (y) exchanged."""
    return replace(part, vertices=part.vertices * (1.0, -1.0, 1.0), faces=part.faces[:, ::-1])


@cache
def _circle(sides: int, exponent: float) -> NDArray[np.float64]:
    """(sides, 2) a superellipse that touches the unit square, counter-clockwise."""
    angles = 2 * np.pi * np.arange(sides) / sides
    c, s = np.cos(angles), np.sin(angles)
    power = 2.0 / exponent
    return np.stack([np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power], axis=1)


def oval(
    size_x: float,
    size_y: float,
    z: float,
    middle: tuple[float, float] = (0.0, 0.0),
    sides: int = 16,
    exponent: float = 2.0,
) -> NDArray[np.float64]:
    """(sides, 3) closed loop at a height: an ellipse (exponent 2) up to a rounded rectangle (8)."""
    loop = np.full((sides, 3), z)
    loop[:, :2] = _circle(sides, exponent) * (0.5 * size_x, 0.5 * size_y) + middle
    return loop


@cache
def _loft_faces(loops: int, sides: int, bottom: bool, top: bool) -> Faces:
    here = np.arange(sides)
    right = (here + 1) % sides
    low = (np.arange(loops - 1) * sides)[:, None]
    first = np.stack([low + here, low + right, low + right + sides], -1)
    second = np.stack([low + here, low + right + sides, low + here + sides], -1)
    faces = [first.reshape(-1, 3), second.reshape(-1, 3)]
    middle, last = loops * sides, (loops - 1) * sides
    if bottom:
        faces.append(np.stack([np.full(sides, middle), right, here], -1))
    if top:
        faces.append(np.stack([np.full(sides, middle + int(bottom)), last + here, last + right], -1))
    return np.concatenate(faces).astype(np.int32)


def loft(paint: Paint, loops: Sequence[ArrayLike], bottom: bool = True, top: bool = True) -> Part:
    """A surface through closed loops (k, 3) of equally many points, ends closed by fans or left open.

    Loops that go counter-clockwise seen from above and rise have the outside on their right hand.
    """
    stack = np.asarray(loops, np.float64)
    points = [stack.reshape(-1, 3)]
    points += [stack[0].mean(axis=0)[None]] if bottom else []
    points += [stack[-1].mean(axis=0)[None]] if top else []
    faces = _loft_faces(stack.shape[0], stack.shape[1], bottom, top)
    return Part(np.concatenate(points), faces, paint)


def cylinder(
    paint: Paint,
    radius: float,
    low: float,
    high: float,
    middle: tuple[float, float] = (0.0, 0.0),
    top_radius: float | None = None,
    sides: int = 14,
) -> Part:
    """An upright cylinder or cone frustum between two heights."""
    top = 2 * (radius if top_radius is None else top_radius)
    return loft(
        paint,
        [oval(2 * radius, 2 * radius, low, middle, sides), oval(top, top, high, middle, sides)],
    )


def turned_shape(
    paint: Paint,
    profile: Iterable[tuple[float, float]],
    middle: tuple[float, float] = (0.0, 0.0),
    sides: int = 14,
) -> Part:
    """A lathe shape from (radius, z) from bottom to top."""
    return loft(paint, [oval(2 * r, 2 * r, z, middle, sides) for r, z in profile])


def tube(paint: Paint, start: ArrayLike, end: ArrayLike, radius: float, sides: int = 7) -> Part:
    """A straight round bar between two points."""
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    along = (end - start) / np.linalg.norm(end - start)
    helper = np.eye(3)[int(np.argmin(np.abs(along)))]
    first = np.cross(along, helper)
    first /= np.linalg.norm(first)
    ring = radius * (_circle(sides, 2.0) @ np.stack([first, np.cross(along, first)]))
    return loft(paint, [start + ring, end + ring])


def tubes(paint: Paint, points: Sequence[ArrayLike], radius: float) -> list[Part]:
    """Bars along a line of points."""
    return [tube(paint, a, b, radius) for a, b in itertools.pairwise(points)]


@cache
def _pillow(exponent: float) -> tuple[Vertices, Faces]:
    heights = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 7))[1:-1]
    widths = np.cos(np.linspace(-np.pi / 2, np.pi / 2, 7))[1:-1]
    power = 2.0 / exponent
    z, r = np.sign(heights) * np.abs(heights) ** power, widths**power
    loops = [oval(2 * b, 2 * b, a, sides=16, exponent=exponent) for a, b in zip(z, r, strict=True)]
    part = loft(_NO_PAINT, loops)
    part.vertices[-2], part.vertices[-1] = (0.0, 0.0, -1.0), (0.0, 0.0, 1.0)
    return part.vertices, part.faces


def cushion(paint: Paint, size: ArrayLike, centre: ArrayLike, exponent: float = 5.0) -> Part:
    """A rounded box (superellipsoid): 2 is an ellipsoid, 4 a pillow, 8 a mattress."""
    vertices, faces = _pillow(exponent)
    return Part(0.5 * np.asarray(size) * vertices + np.asarray(centre), faces, paint)


def rounded(paint: Paint, size: ArrayLike, centre: ArrayLike, radius: float, sides: int = 20) -> Part:
    """A plate whose upright edges are round; `radius` is bounded by half the shorter side."""
    x, y, z = np.asarray(size, np.float64)
    cx, cy, cz = np.asarray(centre, np.float64)
    outline = _rounded_outline(x, y, min(radius, 0.499 * x, 0.499 * y), sides) + np.array([cx, cy])
    loops = [np.column_stack([outline, np.full(len(outline), h)]) for h in (cz - z / 2, cz + z / 2)]
    return loft(paint, loops)


def _rounded_outline(x: float, y: float, radius: float, sides: int) -> NDArray[np.float64]:
    """A rectangle whose corners are arcs, counter-clockwise."""
    steps = np.linspace(0.0, np.pi / 2, max(2, sides // 4))
    arcs = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        angles = steps + quarter * np.pi / 2
        corner = np.array([sx * (x / 2 - radius), sy * (y / 2 - radius)])
        arcs.append(corner + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return np.concatenate(arcs)


@cache
def _grid_faces(rows: int, columns: int) -> Faces:
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    return np.concatenate(faces).astype(np.int32)


def sheet(paint: Paint, grid: NDArray[np.float64]) -> Part:
    """A thin surface through a grid of points (rows, columns, 3)."""
    rows, columns = grid.shape[:2]
    return Part(grid.reshape(-1, 3), _grid_faces(rows, columns), paint)


def plate(paint: Paint, grid: NDArray[np.float64], thickness: ArrayLike) -> list[Part]:
    """A bent plate: two sheets, the second shifted by a (3,) vector; its rim stays open."""
    return [sheet(paint, grid[:, ::-1]), sheet(paint, grid + np.asarray(thickness))]


def frame(
    paint: Paint, width: float, low: float, high: float, bar: float, depth: float, x: float = 0.0
) -> list[Part]:
    """Four bars around an upright opening, `width` along y from -width/2, `depth` along x about `x`."""
    side = 0.5 * (width - bar)
    tall, middle = high - low, 0.5 * (high + low)
    parts = [box(paint, (depth, bar, tall), (x, sign * side, middle)) for sign in (-1, 1)]
    inner = width - 2 * bar
    parts += [box(paint, (depth, inner, bar), (x, 0, z)) for z in (low + bar / 2, high - bar / 2)]
    return parts


_NO_PAINT = Paint((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
