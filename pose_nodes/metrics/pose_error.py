"""Errors of one estimated pose against the true one.

ADD and ADD-S (also called ADI) follow Hinterstoisser et al., "Model Based Training, Detection and Pose
Estimation of Texture-Less 3D Objects in Heavily Cluttered Scenes", ACCV 2012, eq. 9 and 10.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup

CORRECT_DIAMETER_FRACTION = 0.1
"""A pose is correct when its ADD (ADD-S) is below this share of the diameter (Hinterstoisser et al.)."""


def add(points: NDArray[np.float64], T_estimate: se3.Matrix, T_true: se3.Matrix) -> float:
    """Average distance of corresponding model points under the two poses, metres.

    Args:
        points: (n, 3) points of the model, object frame, metres.
        T_estimate: (4, 4) estimated T_camera_object.
        T_true: (4, 4) true T_camera_object.
    """
    moved = se3.transform(T_estimate, points) - se3.transform(T_true, points)
    return float(np.linalg.norm(moved, axis=1).mean())


def add_s(points: NDArray[np.float64], T_estimate: se3.Matrix, T_true: se3.Matrix) -> float:
    """Average distance from the truly posed model points to the nearest estimated one, metres.

    Never above `add`; for objects that look the same from several sides. Arguments as of `add`.
    """
    tree = cKDTree(se3.transform(T_estimate, points))
    distances, _ = tree.query(se3.transform(T_true, points))
    return float(np.mean(distances))


def pose_difference(
    T_estimate: se3.Matrix, T_true: se3.Matrix, symmetry: SymmetryGroup
) -> tuple[float, float]:
    """Distance of the object's origins in metres, and angle in radians, modulo the object's symmetry.

    Of all symmetric equivalents of the estimate, that with the smallest angle is compared, which is exact
    for a continuous axis too. For a symmetry whose axes miss the origin, the distance is that of the matched
    equivalent.
    """
    return se3.difference(symmetry.nearest(T_estimate, T_true), T_true)


def is_correct(
    points: NDArray[np.float64],
    diameter: float,
    symmetry: SymmetryGroup,
    T_estimate: se3.Matrix,
    T_true: se3.Matrix,
) -> bool:
    """Whether ADD is below a tenth of the diameter; ADD-S instead for an object with a symmetry.

    Args:
        points: (n, 3) points of the model, object frame, metres.
        diameter: largest distance of two points of the model, metres.
        symmetry: of the object.
        T_estimate: (4, 4) estimated T_camera_object.
        T_true: (4, 4) true T_camera_object.
    """
    error = add if symmetry.is_trivial else add_s
    return error(points, T_estimate, T_true) < CORRECT_DIAMETER_FRACTION * diameter
