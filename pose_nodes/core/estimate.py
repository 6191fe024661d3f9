"""A pose, and all that it was judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.anchors import Anchors
from pose_nodes.core.deviations import largest_deviations
from pose_nodes.geometry.symmetry import SymmetryGroup


@dataclass(frozen=True)
class Evidence:
    """How well one depth image supports one pose of a mesh: the mesh rendered at the pose against the depth.

    The pixels of the rendered silhouette are sorted into *explained* (measured depth agrees), *occluded*
    (something nearer was measured), *contradicted* (the camera sees through to something farther) and
    *missing* (nothing was measured).

    Attributes:
        inlier_ratio: explained / (explained + contradicted), 0 to 1; within a mask, what is nearer than the
            object contradicts it too.
        depth_residual: median distance of explained pixels to the surface, metres; NaN without any.
        visible_fraction: explained / silhouette (with the part outside the image), 0 to 1.
        occluded_fraction: occluded / silhouette.
        contradicted_fraction: contradicted / silhouette.
        missing_fraction: missing / silhouette, with the part outside the image.
        continued_fraction: share of the silhouette's rim, where nothing nearer is beside it, beyond which the
            measured surface goes on in the plane of the object's flat side; NaN without a rim.
        mask_iou: overlap of the silhouette, without what is occluded, and the mask, intersection over union;
            NaN without a mask.
        mask_coverage: share of the mask's measured pixels that the object explains; NaN without a mask.
        margin: how much better than the best *different* pose this one scored, 0 to 1; NaN if not compared.
    """

    inlier_ratio: float
    depth_residual: float
    visible_fraction: float
    occluded_fraction: float = 0.0
    contradicted_fraction: float = 0.0
    missing_fraction: float = 0.0
    continued_fraction: float = 0.0
    mask_iou: float = float("nan")
    mask_coverage: float = float("nan")
    margin: float = float("nan")


@dataclass(frozen=True, eq=False)
class PoseEstimate:
    """The pose of one object in one frame.

    Attributes:
        class_name: name of the object in the object library.
        T_camera_object: (4, 4) float64, maps mesh coordinates (metres) into the camera's optical frame.
        size: (3,) float64, extent along the object's axes, metres.
        score: confidence, 0 to 1.
        covariance: (6, 6) float64 of (x, y, z, rotX, rotY, rotZ) about the camera's fixed axes through the
            object's origin, m^2 and rad^2 (the order of geometry_msgs/PoseWithCovariance).
        evidence: what the pose was judged by.
        verified: whether the evidence suffices to act on the pose.
        reason: one sentence on why it is, or is not, verified.
        bias: (6, 6) float64, the part of `covariance` that is the same from frame to frame, as that of the
            camera's calibration; no number of frames averages it out.
        symmetry: of the object; the pose is as good as any of its symmetric equivalents.
        anchors: corners of the image on the object, where texture must hold the pose; see
            `estimators.image_cue`.
        seconds: time spent, by stage.
    """

    class_name: str
    T_camera_object: NDArray[np.float64]
    size: NDArray[np.float64]
    score: float
    covariance: NDArray[np.float64]
    evidence: Evidence
    verified: bool
    reason: str
    bias: NDArray[np.float64] = field(default_factory=lambda: np.zeros((6, 6)))
    symmetry: SymmetryGroup = field(default_factory=SymmetryGroup.none)
    anchors: Anchors | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def deviations(self) -> tuple[float, float]:
        """How unsure the pose is where it matters: the largest standard deviation of its place in any
        direction, metres, and of its turn about any axis, radians; turns that no one can see, about an axis
        of revolution, are left out."""
        axis = (
            np.zeros(3) if self.symmetry.axis is None else self.T_camera_object[:3, :3] @ self.symmetry.axis
        )
        return largest_deviations(np.ascontiguousarray(self.covariance), axis)
