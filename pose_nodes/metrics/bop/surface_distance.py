"""MSSD, the maximum symmetry-aware surface distance of the BOP benchmark."""

from __future__ import annotations

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.metrics.bop.surface_points import SurfacePoints


def mssd(surface: SurfacePoints, diameter: float, T_estimate: se3.Matrix, T_true: se3.Matrix) -> float:
    """The largest distance of corresponding vertices, least over the symmetries, metres.

    As in the benchmark's own program it is infinite where the origins are a diameter or more apart, which
    spares the computation.

    Args:
        surface: vertices and symmetries of the object.
        diameter: of the object, metres.
        T_estimate: (4, 4) estimated T_camera_object.
        T_true: (4, 4) true T_camera_object.
    """
    if np.linalg.norm(T_estimate[:3, 3] - T_true[:3, 3]) >= diameter:
        return float("inf")
    return surface.largest_distance(T_estimate, T_true, lambda points: points)
