"""What the kernels of `native_ransac` are given and give back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


class Problem(NamedTuple):
    """Correspondences and clouds; coordinates are about the means of the corresponding points.

    Attributes:
        points: (6, n) correspondences in random order, source above target: contiguous rows, so that loops
            over correspondences use the processor's vector units.
        weights: (n,) 0 to 1.
        sample: (m, 3) of the source cloud.
        cells: (x, y, z) uint8, 1 where the target cloud is near.
        origin: (3,) corner of the cells.
        cell: edge of a cell.
    """

    points: Floats
    weights: Floats
    sample: Floats
    cells: NDArray[np.uint8]
    origin: Floats
    cell: float


class Rules(NamedTuple):
    """What makes a triplet, an inlier, and an answer of its own; lengths in the unit of the points.

    Attributes:
        distance: of an inlier, at most.
        shortest: edge of a triplet.
        flattest: height of a triplet over its first edge.
        radius: of the source points about their mean, root mean square.
        angle_cosine, shift: poses that are nearer than both are one answer.
        share: poses with this share of the best one's support should be found, too.
        log_miss: logarithm of the probability to miss them.
        triplets: to try at most.
    """

    distance: float
    shortest: float
    flattest: float
    radius: float
    angle_cosine: float
    shift: float
    share: float
    log_miss: float
    triplets: int


class Kept(NamedTuple):
    """The best poses so far, of which no two are one answer, the best first.

    Attributes:
        poses: (k, 12) float32, the rows of (3, 4).
        values: (k, 4) of each: score (the order), support (inliers times overlap), inliers, and overlap
            (share of the source cloud that is near the target cloud, 0 to 1); zeros where none is kept.
        size: (1,) how many are kept.
    """

    poses: Floats
    values: NDArray[np.float64]
    size: Indices
