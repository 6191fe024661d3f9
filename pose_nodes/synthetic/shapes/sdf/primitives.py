"""Elementary solids about the origin, in exact distances where a closed form exists.

The formulas are the well-known ones of constructive solid geometry with distances: Hart, "Sphere tracing: a
geometric method for the antialiased ray tracing of implicit surfaces", The Visual Computer 1996.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pose_nodes.synthetic.shapes.sdf.solid import Distances, Points, Solid, centred, solid


def ball(radius: float) -> Solid:
    """A ball."""
    return centred(lambda p: length(p) - radius, (radius,) * 3)


def ellipsoid(half_axes: ArrayLike) -> Solid:
    """An ellipsoid; the field is a lower bound: the scaled radius times the least half axis."""
    half = np.asarray(half_axes, np.float64)
    least = float(half.min())
    return centred(lambda p: (length(p / half) - 1.0) * least, half)


def block(size: ArrayLike, rounding: float = 0.0) -> Solid:
    """A block of (3,) full edge lengths whose edges are rounded with a radius."""
    half = 0.5 * np.asarray(size, np.float64)

    def distance(p: Points) -> Distances:
        q = np.abs(p) - (half - rounding)
        x, y, z = q.T
        largest = np.maximum(np.maximum(x, y), z)
        return np.asarray(length(np.maximum(q, 0.0)) + np.minimum(largest, 0.0) - rounding)

    return centred(distance, half)


def bevelled_block(size: ArrayLike, bevel: float) -> Solid:
    """A block whose twelve edges are cut off at 45 degrees, `bevel` metres along each face."""
    half = 0.5 * np.asarray(size, np.float64)

    def distance(p: Points) -> Distances:
        x, y, z = (np.abs(p) - half).T
        largest = np.maximum(np.maximum(x, y), z)
        pairs = np.maximum(np.maximum(x + y, y + z), x + z)
        return np.asarray(np.maximum(largest, (pairs + bevel) * np.sqrt(0.5)))

    return centred(distance, half)


def cylinder(radius: float, height: float, rounding: float = 0.0) -> Solid:
    """A cylinder about y."""

    def distance(p: Points) -> Distances:
        across = np.hypot(p[:, 0], p[:, 2]) - (radius - rounding)
        along = np.abs(p[:, 1]) - (0.5 * height - rounding)
        outside = np.hypot(np.maximum(across, 0.0), np.maximum(along, 0.0))
        return np.asarray(outside + np.minimum(np.maximum(across, along), 0.0) - rounding)

    return centred(distance, (radius, 0.5 * height, radius))


def torus(radius: float, tube: float) -> Solid:
    """A torus about y: the tube's middle runs at `radius` from the axis."""

    def distance(p: Points) -> Distances:
        return np.asarray(np.hypot(np.hypot(p[:, 0], p[:, 2]) - radius, p[:, 1]) - tube)

    return centred(distance, (radius + tube, tube, radius + tube))


def capsule(start: ArrayLike, end: ArrayLike, radius: float, end_radius: float | None = None) -> Solid:
    """A rod with round ends; with `end_radius` it tapers (then the field is divided by its slope)."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    other = radius if end_radius is None else end_radius
    axis, long = b - a, float(np.linalg.norm(b - a))
    slope = float(np.hypot(1.0, (other - radius) / long))

    def distance(p: Points) -> Distances:
        share = np.clip((p - a) @ axis / long**2, 0.0, 1.0)
        gap = length(p - a - share[:, None] * axis)
        return np.asarray((gap - radius - share * (other - radius)) / slope)

    most = max(radius, other)
    return solid(distance, np.minimum(a, b) - most, np.maximum(a, b) + most)


def half_space(normal: ArrayLike, offset: float, lower: ArrayLike, upper: ArrayLike) -> Solid:
    """All points with normal . p <= offset (unit normal); it has no end, so the box is the caller's."""
    n = np.asarray(normal, np.float64) / np.linalg.norm(normal)
    return solid(lambda p: p @ n - offset, lower, upper)


def length(p: Points) -> Distances:
    """(n,) lengths of (n, 3) vectors."""
    x, y, z = p.T
    return np.asarray(np.sqrt(x * x + y * y + z * z))
