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

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.core.estimate import Evidence
from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.continuation_kernels import continued_rim
from pose_nodes.registration.evidence_kernels import (
    CLAIMED,
    EXPLAINED,
    EXPLAINED_IN_MASK,
    FARTHER,
    HIT,
    MEASURED_IN_MASK,
    MISSING,
    NEARER,
    OCCLUDED,
    SEEN_AND_MASK,
    SEEN_OR_MASK,
    WEIGHT,
    WEIGHT_IN_MASK,
    sort_pixels,
)
from pose_nodes.rendering.depth import Region
from pose_nodes.rendering.raster_kernels import sampled


@dataclass(frozen=True)
class DepthTolerance:
    """How far a measurement of the object's surface may lie from it: constant + quadratic * z^2.

    The quadratic part is that of a triangulating sensor, whose error grows with the square of the distance:
    an error of 0.08 pixels of disparity at a focal length of 600 pixels and a baseline of 5 cm (as of a
    RealSense D435) has a standard deviation of 0.0027 z^2, of which this is somewhat more than twice.
    """

    constant: float = option(0.0035, "at the camera", unit="m", minimum=0.0005, maximum=0.05)
    quadratic: float = option(
        0.006, "for each square metre of distance", unit="1/m", minimum=0.0, maximum=0.1
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
        image: (h, w) float32 metres, the whole depth image.
        depth: (rows, columns) float32 metres, NaN where nothing was measured and outside of the image.
        mask: (rows, columns) bool pixels of the object's segment; None when there is none.
    """

    camera: PinholeCamera
    region: Region
    image: NDArray[np.float32]
    depth: NDArray[np.float32]
    mask: NDArray[np.bool_] | None

    @classmethod
    def of(cls, frame: Frame, region: Region, mask: NDArray[np.bool_] | None = None) -> View:
        """Sample a frame, and a mask of its size, on a grid."""
        depth = sampled(frame.depth, region.left, region.top, region.stride, region.rows, region.columns)
        on_grid = None if mask is None else _on_grid(mask, region)
        return cls(frame.camera, region, frame.depth, depth, on_grid)


def _on_grid(mask: NDArray[np.bool_], region: Region) -> NDArray[np.bool_]:
    """(rows, columns) of a mask, False outside of it."""
    height, width = mask.shape
    u, v = region.u, region.v
    inside = ((v >= 0) & (v < height))[:, None] & ((u >= 0) & (u < width))[None]
    return np.asarray(mask[np.clip(v, 0, height - 1)[:, None], np.clip(u, 0, width - 1)[None]] & inside)


@dataclass(frozen=True)
class Judgement:
    """The evidence for a pose, and what follows from it in numbers to compare poses by.

    An explained pixel weighs 1 - ((d - r) / tau)^2.

    Attributes:
        evidence: see there.
        score: 0 to 1; of the pixels whose depth speaks for or against the pose, the weighted share that is
            explained. Blind to the mask, so that it means the same in a cold start and while following.
        agreement: 0 to 1; of the pixels that the pose or the mask claim for the object, the weighted share
            that is explained. Of no account are pixels that both claim and that were not measured, pixels
            beside the mask where the depth agrees or something stands in front, and those outside of the
            image. Without a mask, the score.
        explained_pixels: how many pixels of the image are explained; estimated where the grid skips some.
        explained_samples: how many pixels of the grid.
    """

    evidence: Evidence
    score: float
    agreement: float
    explained_pixels: int
    explained_samples: int


def judge(rendered: NDArray[np.float32], view: View, tolerance: DepthTolerance) -> Judgement:
    """Compare the mesh rendered at a pose with a view.

    Args:
        rendered: (rows, columns) float32 metres on the view's grid, NaN beside the mesh.
        view: what was measured.
        tolerance: of the sensor.
    """
    mask = np.zeros((1, 1), np.bool_) if view.mask is None else view.mask
    counts, residual = sort_pixels(
        rendered, view.depth, mask, view.mask is not None, *view.region.in_image(view.image.shape),
        tolerance.constant, tolerance.quadratic,
    )  # fmt: skip
    score = _ratio(counts[WEIGHT], counts[EXPLAINED] + counts[FARTHER])
    region = view.region
    continued = continued_rim(
        rendered, view.image, region.left, region.top, region.stride, tolerance.constant, tolerance.quadratic
    )
    return Judgement(
        _evidence(counts, residual, continued, view.mask is not None),
        score,
        score if view.mask is None else _ratio(counts[WEIGHT_IN_MASK], counts[CLAIMED]),
        int(counts[EXPLAINED]) * view.region.stride**2,
        int(counts[EXPLAINED]),
    )


def _evidence(counts: NDArray[np.float64], residual: float, continued: float, has_mask: bool) -> Evidence:
    """From the counts of `sort_pixels`, and of `continued_rim`."""
    silhouette, explained = counts[HIT], counts[EXPLAINED]
    against = counts[FARTHER] + counts[NEARER] - counts[OCCLUDED]
    return Evidence(
        inlier_ratio=_ratio(explained, explained + against),
        depth_residual=residual,
        visible_fraction=_ratio(explained, silhouette),
        occluded_fraction=_ratio(counts[OCCLUDED], silhouette),
        contradicted_fraction=_ratio(counts[FARTHER], silhouette),
        missing_fraction=_ratio(counts[MISSING], silhouette),
        continued_fraction=continued,
        mask_iou=_ratio(counts[SEEN_AND_MASK], counts[SEEN_OR_MASK]) if has_mask else float("nan"),
        mask_coverage=_ratio(counts[EXPLAINED_IN_MASK], counts[MEASURED_IN_MASK])
        if has_mask
        else float("nan"),
    )


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
