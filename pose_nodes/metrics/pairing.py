"""Which estimated pose is of which true one, as they stand to each other in one image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from pose_nodes.geometry import se3


def nearest_pairs(estimates: Sequence[se3.Matrix], truths: Sequence[se3.Matrix]) -> dict[int, int]:
    """Index of the estimate by index of the truth, so that the sum of the distances of the origins is least.

    Args:
        estimates: (4, 4) T_camera_object of one class each.
        truths: of the same class.
    """
    if not estimates or not truths:
        return {}
    distances = np.array([[np.linalg.norm(T[:3, 3] - true[:3, 3]) for T in estimates] for true in truths])
    rows, columns = linear_sum_assignment(distances)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True)}
