"""What combines, moves and deforms solids.

Every operator keeps the slope of the field at most one, which the mesher relies on; deformations divide by
how much they stretch at most.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.synthetic.shapes.sdf.solid import Distances, Points, Solid, solid


def union(*parts: Solid) -> Solid:
    """All that is in any part."""
    return _joined(parts, lambda p: reduce(np.minimum, (part.distance(p) for part in parts)))


def smooth_union(radius: float, *parts: Solid) -> Solid:
    """A union whose seams are filled; symmetric in its parts, whatever their number.

    The soft minimum -r log sum exp(-d / r): it adds at most r log(number of parts) where parts meet.
    """

    def distance(p: Points) -> Distances:
        values = [part.distance(p) for part in parts]
        least = reduce(np.minimum, values)
        total = reduce(np.add, (np.exp((least - value) / radius) for value in values))
        return np.asarray(least - radius * np.log(total))

    joined = _joined(parts, distance)
    margin = radius * np.log(len(parts))
    return Solid(distance, joined.lower - margin, joined.upper + margin)


def intersection(first: Solid, *others: Solid) -> Solid:
    """What is in all parts; the box is that of the first."""
    parts = (first, *others)
    return Solid(lambda p: reduce(np.maximum, (part.distance(p) for part in parts)), first.lower, first.upper)


def smooth_intersection(radius: float, first: Solid, other: Solid) -> Solid:
    """An intersection with rounded edges; quadratic blend within `radius` of the edge."""

    def distance(p: Points) -> Distances:
        a, b = first.distance(p), other.distance(p)
        blend = np.maximum(radius - np.abs(a - b), 0.0)
        return np.asarray(np.maximum(a, b) + blend**2 / (4.0 * radius))

    return Solid(distance, first.lower, first.upper)


def difference(body: Solid, *cuts: Solid) -> Solid:
    """The body without the cuts."""

    def distance(p: Points) -> Distances:
        return reduce(np.maximum, (-cut.distance(p) for cut in cuts), body.distance(p))

    return Solid(distance, body.lower, body.upper)


def shell(body: Solid, wall: float) -> Solid:
    """The skin of a body, `wall` metres inwards from its surface."""

    def distance(p: Points) -> Distances:
        d = body.distance(p)
        return np.maximum(d, -d - wall)

    return Solid(distance, body.lower, body.upper)


def rounded(body: Solid, radius: float) -> Solid:
    """The body grown by a radius, which rounds its outer edges."""
    return Solid(lambda p: body.distance(p) - radius, body.lower - radius, body.upper + radius)


def moved(body: Solid, translation: ArrayLike = (0, 0, 0), rotation: Rotation | None = None) -> Solid:
    """The body first turned about the origin, then shifted by (3,) metres."""
    t = np.asarray(translation, np.float64)
    R = np.eye(3) if rotation is None else rotation.as_matrix()
    corners = _corners(body.lower, body.upper) @ R.T + t
    return Solid(lambda p: body.distance((p - t) @ R), corners.min(axis=0), corners.max(axis=0))


def turned(body: Solid, axis: str, degrees: float) -> Solid:
    """The body turned about a coordinate axis through the origin."""
    return moved(body, rotation=Rotation.from_euler(axis, degrees, degrees=True))


def around(body: Solid, count: int) -> list[Solid]:
    """`count` copies of a body turned evenly about y, to be joined: the first is the body itself."""
    return [turned(body, "y", 360.0 * k / count) for k in range(count)]


def repeated_around(body: Solid, count: int) -> Solid:
    """A body (at positive x, within its sector) repeated evenly about y; two copies are evaluated."""
    step = 2 * np.pi / count
    reach = float(np.hypot(*np.maximum(np.abs(body.lower), np.abs(body.upper))[[0, 2]]))

    def distance(p: Points) -> Distances:
        # The angle grows from x to z. The nearest copy is that of the point's sector or its neighbour.
        sector = np.arctan2(p[:, 2], p[:, 0]) / step
        nearest = np.round(sector)
        second = nearest + np.where(sector > nearest, 1.0, -1.0)
        return np.minimum(*(body.distance(_turned_back(p, k * step)) for k in (nearest, second)))

    low, high = body.lower[1], body.upper[1]
    return solid(distance, (-reach, low, -reach), (reach, high, reach))


def repeated_along(body: Solid, axis: int, pitch: float, count: int) -> Solid:
    """`count` copies of a body along a coordinate axis, centred; bodies must not be longer than the pitch."""
    half = 0.5 * (count - 1)

    def distance(p: Points) -> Distances:
        q = p.copy()
        nearest = np.clip(np.round(p[:, axis] / pitch + half), 0, count - 1) - half
        q[:, axis] -= nearest * pitch
        return body.distance(q)

    reach = np.zeros(3)
    reach[axis] = half * pitch
    return Solid(distance, body.lower - reach, body.upper + reach)


def twisted(body: Solid, radians_per_metre: float) -> Solid:
    """The body twisted about y, without a turn at y = 0."""
    reach = float(np.hypot(*np.maximum(np.abs(body.lower), np.abs(body.upper))[[0, 2]]))
    stretch = _shear_stretch(reach * radians_per_metre)

    def distance(p: Points) -> Distances:
        return body.distance(_turned_back(p, radians_per_metre * p[:, 1])) / stretch

    return solid(distance, (-reach, body.lower[1], -reach), (reach, body.upper[1], reach))


def bent(body: Solid, bend_radius: float) -> Solid:
    """The body's y axis bent into an arc of a radius, in the x-y plane towards +x, tangent at the origin.

    The body must be thinner than the radius on the inner side, and shorter than half the circle.
    """
    thickness = float(max(body.upper[0], 0.0))
    innermost = max(bend_radius - thickness, 0.1 * bend_radius)
    stretch = bend_radius / innermost
    arc = float(max(abs(body.lower[1]), abs(body.upper[1]))) / bend_radius
    outer = bend_radius - float(body.lower[0])

    def distance(p: Points) -> Distances:
        x, y = bend_radius - p[:, 0], p[:, 1]
        radius = np.hypot(x, y)
        q = np.column_stack([bend_radius - radius, bend_radius * np.arctan2(y, x), p[:, 2]])
        # Within the innermost arc the stretch grows without bound; nothing of the body is there.
        shrunk = np.minimum(radius / innermost, 1.0)
        return np.maximum(body.distance(q) * shrunk / stretch, innermost - radius)

    high = outer * np.sin(min(arc, 0.5 * np.pi))
    right = bend_radius - (bend_radius - thickness if arc < 0.5 * np.pi else outer) * np.cos(arc)
    return solid(
        distance, (body.lower[0], -high, body.lower[2]), (max(right, thickness), high, body.upper[2])
    )


def displaced(body: Solid, height: Callable[[Points], Distances], most: float, slope: float) -> Solid:
    """The surface raised by `height(p)` metres, at most `most`, whose slope is at most `slope`."""
    margin = most / (1.0 + slope)

    def distance(p: Points) -> Distances:
        return (body.distance(p) - height(p)) / (1.0 + slope)

    return Solid(distance, body.lower - most - margin, body.upper + most + margin)


def _joined(parts: tuple[Solid, ...], distance: Callable[[Points], Distances]) -> Solid:
    lower = np.min([part.lower for part in parts], axis=0)
    return Solid(distance, lower, np.max([part.upper for part in parts], axis=0))


def _corners(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    choice = np.stack(np.meshgrid(*[[0, 1]] * 3), axis=-1).reshape(-1, 3)
    return np.where(choice, upper, lower)


def _turned_back(p: Points, angle: NDArray[np.float64]) -> Points:
    """Points turned by -angle in the sense from x to z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([c * p[:, 0] + s * p[:, 2], p[:, 1], c * p[:, 2] - s * p[:, 0]])


def _shear_stretch(shear: float) -> float:
    """Largest singular value of a shear [[1, s], [0, 1]]."""
    return float(0.5 * (abs(shear) + np.sqrt(shear**2 + 4.0)))
