"""How well descriptors agree where a pose lays them: the feature-aware score of Caraffa et al., "FreeZeV2"
(arXiv 2506.09784, section IV-A).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.geometry import se3


class FeatureAgreement:
    """Scores poses of a cloud relative to a model."""

    def __init__(
        self, points: NDArray[np.float64], descriptors: NDArray[np.float32], distance: float
    ) -> None:
        """Keep a model.

        Args:
            points: (n, 3) of it.
            descriptors: (n, d) of these.
            distance: from one point to another at most, for their descriptors to be compared.
        """
        self._tree, self._distance = cKDTree(points), distance
        self._descriptors = _of_unit_length(descriptors)

    def score(
        self, points: NDArray[np.float64], descriptors: NDArray[np.float32], T_model_cloud: se3.Matrix
    ) -> float:
        """The sum of the cosines of the cloud's descriptors and those of the nearest points of the model,
        over the number of all points of the cloud, which is the same for every pose: 0 to 1. Points far from
        the model, and descriptors that contradict each other, count 0.

        Args:
            points: (m, 3) of the cloud.
            descriptors: (m, d) of these.
            T_model_cloud: (4, 4).
        """
        apart, nearest = self._tree.query(
            se3.transform(T_model_cloud, points), distance_upper_bound=self._distance
        )
        near = np.isfinite(apart)
        theirs = self._descriptors[nearest[near]]
        cosines = np.einsum("ij,ij->i", _of_unit_length(descriptors)[near], theirs)
        return float(np.maximum(cosines, 0.0).sum() / max(1, len(points)))


def _of_unit_length(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(descriptors, axis=1, keepdims=True)
    return np.asarray(descriptors / np.maximum(lengths, 1e-12), np.float32)
