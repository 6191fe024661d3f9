"""Patches of a point cloud in their local frames, the input of GeDi."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.gedi import SIZES, GediConfig
from pose_nodes.networks.local_frame import local_frames

NORMALS_WITHIN = 0.2
"""Radii within which normals make the z axis: a surface bends less there than noise turns (our choice)."""


@dataclass(frozen=True)
class PatchSampler:
    """Cuts patches out, as published with GeDi.

    Attributes:
        radius: of a patch, in the unit of the points.
        neighbours: points that the local frame is made of: chosen at random of more, some again of fewer.
        samples: those that are given out, at the same random places of every patch of a call.
        normals_within: distance from the middle within which normals make the z axis; 0: the points do.
    """

    radius: float
    neighbours: int
    samples: int
    normals_within: float = 0.0

    @classmethod
    def of(cls, config: GediConfig) -> PatchSampler:
        """For a network, and points in diameters of the object."""
        size = SIZES[config.size]
        within = NORMALS_WITHIN * config.radius if config.frame == "normals" else 0.0
        return cls(config.radius, size.neighbours, size.samples, within)

    def __call__(
        self,
        keypoints: NDArray[np.floating],
        cloud: NDArray[np.floating],
        rng: np.random.Generator,
        normals: NDArray[np.floating] | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Patches around some points.

        Args:
            keypoints: (m, 3) their middles.
            cloud: (n, 3) all points.
            rng: the same state gives the same patches.
            normals: (n, 3) of all points, on the outer side; not looked at where points make the frames.

        Returns:
            (m, 3, samples) float32 patches in radii, and (m,) bool which keypoints have points around them:
            the patches of others are all zeros.

        Raises:
            InvalidInputError: the cloud is empty, a coordinate or a normal is not finite, or normals are
                missing.
        """
        if self.normals_within and normals is None:
            raise InvalidInputError("normals: the frames of these patches are made of them; estimate them")
        if self.normals_within and not np.isfinite(np.asarray(normals)).all():
            raise InvalidInputError("normals: a component is not finite; leave points without a normal out")
        if not len(cloud) or not np.isfinite(cloud).all() or not np.isfinite(keypoints).all():
            raise InvalidInputError("points: a cloud has no points, or coordinates that are not finite")
        if not len(keypoints):
            return np.zeros((0, 3, self.samples), np.float32), np.zeros(0, np.bool_)
        middles = np.asarray(keypoints, np.float64)
        points = np.asarray(cloud, np.float64)
        tree = cKDTree(points)
        around = tree.query_ball_point(middles, self.radius, return_sorted=True)
        columns = rng.choice(self.neighbours, self.samples, replace=False)
        table = np.stack([self._draw(np.asarray(found, np.int64), rng) for found in around])
        apart = points[table] - middles[:, None]
        valid = np.array([len(found) > 0 for found in around])
        apart[~valid] = 0.0
        z = None
        if self.normals_within and normals is not None:
            z = self._mean_normals(tree, middles, np.asarray(normals, np.float64))
        frames = local_frames(apart, self.radius, z)
        patches = np.einsum("mni,mij->mjn", apart[:, columns], frames) / self.radius
        return patches.astype(np.float32), valid

    def _mean_normals(
        self, tree: cKDTree, middles: NDArray[np.float64], normals: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Of the points near each middle, or of its nearest point where they cancel out; zero where that has
        none either."""
        near = tree.query_ball_point(middles, self.normals_within, return_sorted=True)
        sums = np.stack([normals[np.asarray(found, np.int64)].sum(axis=0) for found in near])
        cancelled = np.linalg.norm(sums, axis=1) < 1e-6
        sums[cancelled] = normals[tree.query(middles[cancelled])[1]]
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.where(lengths > 0.0, sums / np.maximum(lengths, 1e-300), 0.0)

    def _draw(self, found: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        count = len(found)
        if count == 0:
            return np.zeros(self.neighbours, np.int64)
        if count >= self.neighbours:
            return rng.choice(found, self.neighbours, replace=False)
        return np.concatenate([found, rng.choice(found, self.neighbours - count)])
