"""RON and FMR: what share of points finds its counterpart by its descriptor.

As the dGeDi paper (Hamza et al.) uses them: RON is the share of the query's points whose nearest target
descriptor belongs to a point within tau_1 = 3 % of the diameter, once the clouds are truly aligned. FMR
(feature matching recall, Deng et al., PPFNet, 2018) is the share of pairs of clouds whose RON is above
tau_2 = 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.descriptors.orbits import orbit_distances

Points = NDArray[np.float64]

TAU_1 = 0.03
"""Largest distance of a right match, in diameters of the object."""
TAU_2 = 0.05
"""RON above which a pair of clouds counts as matched."""


def match_distances(
    query: Points,
    target: Points,
    pairs: NDArray[np.int64],
    T_target_query: se3.Matrix,
    symmetry: SymmetryGroup | None = None,
    T_query_object: se3.Matrix | None = None,
) -> NDArray[np.float64]:
    """(k,) distances of matched points when the clouds are truly aligned.

    Args:
        query, target: (n, 3) and (m, 3) points of the clouds.
        pairs: (k, 2) indices of a query and a target point each.
        T_target_query: (4, 4) true alignment.
        symmetry: of the object; then the distance is that to the nearest equivalent point, of which the
            papers know nothing. In the object's frame.
        T_query_object: (4, 4) takes the object into the query's frame, with a symmetry; the same frame if
            None.
    """
    first = query[pairs[:, 0]]
    second = se3.transform(se3.inverse(T_target_query), target[pairs[:, 1]])
    if symmetry is None or symmetry.is_trivial:
        return np.asarray(np.linalg.norm(first - second, axis=1))
    T_object_query = np.eye(4) if T_query_object is None else se3.inverse(T_query_object)
    return orbit_distances(
        symmetry, se3.transform(T_object_query, first), se3.transform(T_object_query, second)
    )


def share_within(distances: NDArray[np.float64], diameter: float, tau: float = TAU_1) -> float:
    """Share of matches that are nearer than `tau` diameters; NaN of none.

    Of the distances of every query point's nearest match, this is the RON.

    Args:
        distances: (k,) metres, see `match_distances`.
        diameter: of the object, metres.
        tau: in diameters.
    """
    return float((distances < tau * diameter).mean()) if len(distances) else float("nan")


def feature_matching_recall(rons: Sequence[float], tau: float = TAU_2) -> float:
    """FMR: share of pairs of clouds whose RON is above `tau`; NaN of none."""
    return float((np.asarray(rons) > tau).mean()) if len(rons) else float("nan")
