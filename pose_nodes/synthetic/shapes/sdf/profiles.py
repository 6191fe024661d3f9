"""Plane outlines and the solids they sweep: lathes about y, and plates extruded along y."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.ndimage import map_coordinates

from pose_nodes.synthetic.shapes.sdf.solid import Distances, Field, Points, Solid, solid

_CELLS = 200
"""Of the table of distances along the longer side of the outline (our choice: 0.5 mm on 10 cm)."""
_MARGIN = 0.12
"""Of the longer side, about the outline; farther off the distance to the table's edge is added."""


def outline_field(corners: ArrayLike) -> Field:
    """Signed distance (negative inside) to a closed polygon, from a table with linear interpolation.

    Args:
        corners: (k, 2) in metres, in either sense, not repeated at the end.

    Returns:
        A function of (n, 2) points in metres to (n,) metres.
    """
    polygon = np.asarray(corners, np.float64)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    longer = float((high - low).max())
    step, low, high = longer / _CELLS, low - _MARGIN * longer, high + _MARGIN * longer
    axes = [np.arange(low[i], high[i] + step, step) for i in (0, 1)]
    high = np.array([axis[-1] for axis in axes])
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    table = polygon_distance(grid, polygon).reshape(len(axes[0]), len(axes[1])).astype(np.float64)

    def distance(p: Points) -> Distances:
        inside = np.clip(p, low, high)
        values = map_coordinates(table, ((inside - low) / step).T, order=1, mode="nearest")
        beyond = np.linalg.norm(p - inside, axis=1)
        # A bound from below: whatever lies in the table is seen from its rim at an obtuse angle.
        return np.asarray(np.where(beyond > 0, np.hypot(values, beyond), values))

    return distance


def polygon_distance(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> Distances:
    """Exact signed distances (n,) of (n, 2) points to a closed polygon (k, 2), negative inside."""
    x, y = np.ascontiguousarray(points.T)
    squared, inside = np.full(len(x), np.inf), np.zeros(len(x), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        ex, ey = bx - ax, by - ay
        length = ex * ex + ey * ey
        if length == 0.0:
            continue
        dx, dy = x - ax, y - ay
        share = np.clip((dx * ex + dy * ey) / length, 0.0, 1.0)
        np.minimum(squared, (dx - share * ex) ** 2 + (dy - share * ey) ** 2, out=squared)
        if ey != 0.0:
            crosses = ((ay <= y) != (by <= y)) & (dx < dy * (ex / ey))
            inside ^= crosses
    return np.where(inside, -1.0, 1.0) * np.sqrt(squared)


def lathe(corners: ArrayLike) -> Solid:
    """What a polygon (k, 2) of (distance from the axis, height) describes when it turns about y.

    An outline that ends on the axis is continued to the other side, so that no seam runs along the axis.
    """
    polygon = np.asarray(corners, np.float64)
    on_axis = np.flatnonzero(polygon[:, 0] <= 1e-9)
    if len(on_axis):
        opened = np.roll(polygon, -_last_of_run(on_axis, len(polygon)), axis=0)
        mirrored = opened[::-1] * (-1.0, 1.0)
        field = outline_field(np.concatenate([opened, mirrored]))
    else:
        field = outline_field(polygon)

    def distance(p: Points) -> Distances:
        return field(np.column_stack([np.hypot(p[:, 0], p[:, 2]), p[:, 1]]))

    reach, low, high = polygon[:, 0].max(), polygon[:, 1].min(), polygon[:, 1].max()
    return solid(distance, (-reach, low, -reach), (reach, high, reach))


def extruded(corners: ArrayLike, height: float, rounding: float = 0.0) -> Solid:
    """A plate about y = 0 with the outline (k, 2) of (x, z), whose rims are rounded."""
    polygon = np.asarray(corners, np.float64)
    field = outline_field(polygon)

    def distance(p: Points) -> Distances:
        across = field(p[:, [0, 2]]) + rounding
        along = np.abs(p[:, 1]) - (0.5 * height - rounding)
        outside = np.hypot(np.maximum(across, 0.0), np.maximum(along, 0.0))
        return np.asarray(outside + np.minimum(np.maximum(across, along), 0.0) - rounding)

    (x0, z0), (x1, z1) = polygon.min(axis=0), polygon.max(axis=0)
    return solid(distance, (x0, -0.5 * height, z0), (x1, 0.5 * height, z1))


def smooth_profile(heights: ArrayLike, radii: ArrayLike, samples: int = 40) -> NDArray[np.float64]:
    """(samples, 2) of (radius, height): a curve through radii at rising heights that never overshoots."""
    y = np.asarray(heights, np.float64)
    at = np.linspace(y[0], y[-1], samples)
    return np.column_stack([PchipInterpolator(y, np.asarray(radii, np.float64))(at), at])


def strip(at: ArrayLike, half_widths: ArrayLike) -> NDArray[np.float64]:
    """Outline about the x axis of a strip whose half width at rising x is given, straight at both ends."""
    edge = smooth_profile(at, half_widths)[:, ::-1]
    return np.concatenate([edge, edge[::-1] * (1.0, -1.0)])


def filled(profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """The outline of a solid lathe from a profile (k, 2) of (radius, height): closed along the axis."""
    return np.concatenate([[[0.0, profile[0, 1]]], profile, [[0.0, profile[-1, 1]]]])


def regular(count: int, radius: float, phase: float = 0.0) -> NDArray[np.float64]:
    """(count, 2) corners on a circle."""
    return wavy(count, lambda angle: np.full_like(angle, radius), phase)


def wavy(samples: int, radius_at: Field, phase: float = 0.0) -> NDArray[np.float64]:
    """(samples, 2) of a closed outline given as radius over angle."""
    angle = phase + 2 * np.pi * np.arange(samples) / samples
    return radius_at(angle)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def rounded_rectangle(width: float, depth: float, radius: float, samples: int = 6) -> NDArray[np.float64]:
    """(4 samples, 2) outline about the origin, with corners of a radius."""
    angle = np.linspace(0.0, 0.5 * np.pi, samples)
    quarter = np.column_stack([np.cos(angle), np.sin(angle)])
    corners = []
    for k, (sx, sy) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        c, s = np.round(np.cos(k * np.pi / 2)), np.round(np.sin(k * np.pi / 2))
        middle = np.array([sx * (0.5 * width - radius), sy * (0.5 * depth - radius)])
        corners.append(middle + radius * quarter @ np.array([[c, s], [-s, c]]))
    return np.concatenate(corners)


def closed_curve(knots: ArrayLike, samples: int = 64) -> NDArray[np.float64]:
    """(samples, 2) of a smooth closed curve through (k, 2) knots."""
    points = np.asarray(knots, np.float64)
    points = np.concatenate([points, points[:1]])
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    curve = CubicSpline(at, points, bc_type="periodic")
    return np.asarray(curve(np.linspace(0.0, at[-1], samples, endpoint=False)))


def _last_of_run(on_axis: NDArray[np.int64], count: int) -> int:
    """Index of the corner on the axis whose next corner is off it: where the opened outline begins."""
    members = set(on_axis.tolist())
    return next(int(k) for k in on_axis if (int(k) + 1) % count not in members)
