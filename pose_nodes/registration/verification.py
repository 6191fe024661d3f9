"""Whether the depth image supports a pose: what the mesh should look like there, against what was measured.

Every pixel of a grid is sorted by the rendered depth r of the mesh, the measured depth d and, in a cold
start, the mask of the object; tau is the tolerance of the sensor at r:

    explained     |d - r| <= tau
    occluded      d < r - tau beside the mask: something stands in front (within the mask: a disagreement)
    contradicted  d > r + tau: the camera looks through where the object should be
    missing       nothing was measured, or the pixel is outside of the image
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.core.estimate import Evidence
from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.rendering.depth import Region


@dataclass(frozen=True)
class DepthTolerance:
    """How far a measurement of the object's surface may lie from it: constant + quadratic * z^2.

    The quadratic part is that of a triangulating sensor, whose error grows with the square of the distance.
    """

    constant: float = option(0.004, "at the camera", unit="m", minimum=0.0005, maximum=0.05)
    quadratic: float = option(
        0.004, "for each square metre of distance", unit="1/m", minimum=0.0, maximum=0.1
    )

    def at(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The tolerance at depths in metres."""
        return np.asarray(self.constant + self.quadratic * z * z, np.float32)


@dataclass(frozen=True, eq=False)
class View:
    """The grid of pixels of a frame that poses are judged on.

    Attributes:
        camera: of the frame.
        region: the grid; may reach beyond the image.
        depth: (rows, columns) float32 metres, NaN where nothing was measured and outside of the image.
        mask: (rows, columns) bool pixels of the object's segment; None when there is none.
    """

    camera: PinholeCamera
    region: Region
    depth: NDArray[np.float32]
    mask: NDArray[np.bool_] | None

    @classmethod
    def of(cls, frame: Frame, region: Region, mask: NDArray[np.bool_] | None = None) -> View:
        """Sample a frame, and a mask of its size, on a grid."""
        u, v = region.u, region.v
        rows = np.clip(v, 0, frame.camera.height - 1)[:, None]
        columns = np.clip(u, 0, frame.camera.width - 1)[None]
        inside = ((v >= 0) & (v < frame.camera.height))[:, None] & ((u >= 0) & (u < frame.camera.width))[None]
        depth = np.where(inside, frame.depth[rows, columns], np.float32(np.nan))
        return cls(frame.camera, region, depth, None if mask is None else mask[rows, columns] & inside)


@dataclass(frozen=True)
class Judgement:
    """The evidence for a pose, and what follows from it in numbers to compare poses by.

    An explained pixel weighs 1 - ((d - r) / tau)^2.

    Attributes:
        evidence: see there.
        score: 0 to 1; of the pixels whose depth speaks for or against the pose, the weighted share that is
            explained. Blind to the mask, so that it means the same in a cold start and while following.
        agreement: 0 to 1; of the pixels that the pose or the mask claim for the object, the weighted share
            that is explained. Of no account are pixels that both claim and that were not measured, and pixels
            beside the mask where the depth agrees or something stands in front. Without a mask, the score.
        explained_pixels: how many pixels of the image are explained; estimated where the grid skips some.
    """

    evidence: Evidence
    score: float
    agreement: float
    explained_pixels: int


def judge(rendered: NDArray[np.float32], view: View, tolerance: DepthTolerance) -> Judgement:
    """Compare the mesh rendered at a pose with a view.

    Args:
        rendered: (rows, columns) float32 metres on the view's grid, NaN beside the mesh.
        view: what was measured.
        tolerance: of the sensor.
    """
    with np.errstate(invalid="ignore"):
        offset = (view.depth - rendered) / tolerance.at(rendered)
        explained, nearer, farther = np.abs(offset) <= 1.0, offset < -1.0, offset > 1.0
    hit, measured = np.isfinite(rendered), np.isfinite(view.depth)
    weight = np.where(explained, 1.0 - np.square(offset), 0.0)
    counts = _Counts(hit, measured, explained, nearer, farther, weight, view.mask)
    residual = np.abs(view.depth[explained] - rendered[explained])
    pixels = int(explained.sum()) * view.region.stride**2
    return Judgement(counts.evidence(residual), counts.score(), counts.agreement(), pixels)


@dataclass(frozen=True, eq=False)
class _Counts:
    """The sorted pixels, (rows, columns) bool each; `weight` float."""

    hit: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    explained: NDArray[np.bool_]
    nearer: NDArray[np.bool_]
    farther: NDArray[np.bool_]
    weight: NDArray[np.float64]
    mask: NDArray[np.bool_] | None

    def score(self) -> float:
        return _ratio(self.weight.sum(), (self.explained | self.farther).sum())

    def agreement(self) -> float:
        if self.mask is None:
            return self.score()
        # Beside the mask, what something hides or what agrees speaks neither for nor against: masks are often
        # short.
        neutral = np.where(self.mask, self.hit & ~self.measured, self.nearer | self.explained)
        claimed = (self.hit | self.mask) & ~neutral
        return _ratio(np.where(self.mask, self.weight, 0.0).sum(), claimed.sum())

    def evidence(self, residual: NDArray[np.float32]) -> Evidence:
        silhouette, explained, farther = self.hit.sum(), self.explained.sum(), self.farther.sum()
        iou = coverage = float("nan")
        occluded = self.nearer
        if self.mask is not None:
            occluded = self.nearer & ~self.mask
            seen = self.hit & ~occluded
            iou = _ratio((seen & self.mask).sum(), (seen | self.mask).sum())
            coverage = _ratio((self.explained & self.mask).sum(), (self.mask & self.measured).sum())
        return Evidence(
            inlier_ratio=_ratio(explained, explained + farther + (self.nearer & ~occluded).sum()),
            depth_residual=float(np.median(residual)) if len(residual) else float("nan"),
            visible_fraction=_ratio(explained, silhouette),
            occluded_fraction=_ratio(occluded.sum(), silhouette),
            contradicted_fraction=_ratio(farther, silhouette),
            missing_fraction=_ratio((self.hit & ~self.measured).sum(), silhouette),
            mask_iou=iou,
            mask_coverage=coverage,
        )


def _ratio(part: SupportsFloat, whole: SupportsFloat) -> float:
    return float(part) / float(whole) if float(whole) else 0.0
