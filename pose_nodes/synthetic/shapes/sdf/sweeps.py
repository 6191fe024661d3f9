"""Round tubes along curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from pose_nodes.synthetic.shapes.sdf.solid import Distances, Points, Solid, solid


def tube(path: ArrayLike, radius: ArrayLike, flatten: float = 1.0) -> Solid:
    """A tube with round ends along a path.

    Args:
        path: (k, 3) points of a polyline, metres.
        radius: metres, one value or (k,) along the path; it should change slowly.
        flatten: below one, the tube is so much thinner across z than in the x-y plane.
    """
    nodes = np.asarray(path, np.float64) * (1.0, 1.0, 1.0 / flatten)
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(nodes))
    lengths = np.linalg.norm(np.diff(nodes, axis=0), axis=1)
    slope = float(np.hypot(1.0, np.abs(np.diff(radii) / lengths).max()))

    def distance(p: Points) -> Distances:
        q = np.ascontiguousarray((p * (1.0, 1.0, 1.0 / flatten)).T)
        least = np.full(len(p), np.inf)
        for a, b, ra, rb in zip(nodes[:-1], nodes[1:], radii[:-1], radii[1:], strict=True):
            least = np.minimum(least, _segment(q, a, b, ra, rb))
        return least * (min(flatten, 1.0) / slope)

    most = float(radii.max())
    lower, upper = nodes.min(axis=0) - most, nodes.max(axis=0) + most
    scale = np.array([1.0, 1.0, flatten])
    return solid(distance, lower * scale, upper * scale)


def smooth_path(knots: ArrayLike, samples: int = 24) -> NDArray[np.float64]:
    """(samples, 3) of a smooth curve through (k, 3) knots."""
    points = np.asarray(knots, np.float64)
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return np.asarray(CubicSpline(at, points)(np.linspace(0.0, at[-1], samples)))


def arc(radius: float, start: float, end: float, samples: int = 20) -> NDArray[np.float64]:
    """(samples, 3) of a circular arc about the origin in the x-y plane, angles in radians from +x."""
    angle = np.linspace(start, end, samples)
    return radius * np.column_stack([np.cos(angle), np.sin(angle), np.zeros(samples)])


def _segment(
    q: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64], ra: float, rb: float
) -> Distances:
    """Distance of (3, n) points to a segment less the radius interpolated along it."""
    edge = b - a
    dx, dy, dz = q[0] - a[0], q[1] - a[1], q[2] - a[2]
    share = np.clip((dx * edge[0] + dy * edge[1] + dz * edge[2]) / (edge @ edge), 0.0, 1.0)
    dx, dy, dz = dx - share * edge[0], dy - share * edge[1], dz - share * edge[2]
    return np.asarray(np.sqrt(dx * dx + dy * dy + dz * dz) - (ra + share * (rb - ra)))
