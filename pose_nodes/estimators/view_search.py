"""Poses from the segment alone: every orientation is rendered, moved onto the segment, and compared with the
depth.

It needs no distinctive surface and no descriptors; it fails where so much is hidden or cut off that the
middle of the segment tells little of the middle of the object. Our choice; akin to the render-and-compare
initialisation of Labbe et al., "MegaPose", CoRL 2022.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from pose_nodes.estimators.config import ViewSearchConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.rotation_grid import rotation_grid
from pose_nodes.objects.model import ObjectModel
from pose_nodes.objects.simplification import roughly
from pose_nodes.registration.verification import DepthTolerance, View, judge
from pose_nodes.rendering.rasteriser import DepthRasteriser

_ALIGNMENTS = 2


class ViewSearch:
    """Tries orientations of one object."""

    def __init__(self, model: ObjectModel, config: ViewSearchConfig) -> None:
        self._model = model
        self._renderer = DepthRasteriser(roughly(model.mesh, model.diameter))
        self._config = config
        self._rotations = rotation_grid(config.orientations, model.symmetry)
        self._tolerance = DepthTolerance(config.tolerance * model.diameter, 0.0)

    def propose(self, view: View, centroid: NDArray[np.float64]) -> list[se3.Matrix]:
        """The orientations that agree best with a segment.

        Args:
            view: of the segment, with its mask.
            centroid: (3,) middle of the segment's points, camera frame, metres.

        Returns:
            Poses T_camera_object, the best first.
        """
        candidates = [self._align(R, view, centroid) for R in self._rotations]
        best = heapq.nlargest(self._config.keep, enumerate(candidates), key=lambda entry: entry[1][0])
        return [T for _, (_, T) in best]

    def _align(
        self, R: NDArray[np.float64], view: View, centroid: NDArray[np.float64]
    ) -> tuple[float, se3.Matrix]:
        """The agreement of one orientation after its silhouette was moved onto the mask, and the pose."""
        T = se3.from_rotation_translation(R, centroid - R @ self._model.box_centre)
        for _ in range(_ALIGNMENTS):
            rendered = self._renderer.render(T, view.camera, view.region)
            T = se3.perturb(T, np.concatenate([_shift(rendered, view, centroid[2]), np.zeros(3)]))
        rendered = self._renderer.render(T, view.camera, view.region)
        return judge(rendered, view, self._tolerance).agreement, T


def _shift(rendered: NDArray[np.float32], view: View, z: float) -> NDArray[np.float64]:
    """(3,) metres from the rendered silhouette to the mask: middle to middle, and median depth to median
    depth."""
    assert view.mask is not None
    hit = np.isfinite(rendered)
    if not hit.any() or not view.mask.any():
        return np.zeros(3)
    rows, columns = (_middle(view.mask, axis) - _middle(hit, axis) for axis in (0, 1))
    both = hit & view.mask & np.isfinite(view.depth)
    depth = float(np.median(view.depth[both] - rendered[both])) if both.any() else 0.0
    stride = view.region.stride
    return np.array([columns * stride * z / view.camera.fx, rows * stride * z / view.camera.fy, depth])


def _middle(mask: NDArray[np.bool_], axis: int) -> float:
    """Mean index of the set pixels along an axis."""
    profile = mask.sum(axis=1 - axis)
    return float(profile @ np.arange(len(profile)) / profile.sum())
