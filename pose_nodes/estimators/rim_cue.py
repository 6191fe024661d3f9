"""What holds a pose where depth does not: the rim of the object in the colour image.

Depth cameras err most at rims, so that a turn about the line of sight is often what depth knows least, and
the image knows it best. The mesh is drawn at the pose that depth led to, and its rim compared with the
image along lines across it: the colours that the object and what is beside it have tell how likely the rim
is at each pixel of a line (region-based tracking; Stoiber et al., "A sparse Gaussian approach to region-
based 6DoF object tracking", ACCV 2020). Unlike there, colours are learnt from the same image, as depth
tells roughly where the object is, and the rim is that of a drawing instead of prepared views. Rim and depth
are weighed by their information, and the rim as a whole may be moved and grown against depth: colour is of
another moment, and light spreads over rims (our choice).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.estimators import rim_kernels
from pose_nodes.estimators.image_lag import STILL, lag_covariance
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.covariance import lesser_covariance, without_feigned
from pose_nodes.registration.verification import DepthTolerance, View
from pose_nodes.rendering.depth import Region

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RimCueConfig:
    """The rim in the image, where depth does not hold the turn about the line of sight."""

    lines: int = option(150, "across the rim that are looked at; 0 for none", minimum=0, maximum=2000)
    fewest: int = option(
        25, "lines that tell something, without which the rim says nothing", minimum=6, maximum=2000
    )
    turn_deviation: float = option(
        0.015, "standard deviation of that turn by depth alone, from which on the rim is used", unit="rad",
        minimum=0.0, maximum=3.2,
    )  # fmt: skip
    pixels: float = option(
        1.0, "least standard deviation of a line", unit="pixels", minimum=0.05, maximum=20.0
    )
    correlated: float = option(
        4.0, "of the rim, within which lines err alike", unit="pixels", minimum=1.0, maximum=100.0
    )
    shift: float = option(
        3.0, "standard deviation by which the rim is moved as a whole", unit="pixels", minimum=0.0,
        maximum=50.0,
    )  # fmt: skip
    growth: float = option(1.5, "the same by which it is grown", unit="pixels", minimum=0.0, maximum=50.0)


_DRAWN_PIXELS = 5000
_MARGIN = 12
"""Pixels around the object that are drawn, too: what is beside it."""
_BLUR = 2.0
"""Pixels by which the silhouette is blurred, for the normals of its rim."""
_CORE = 3
"""Pixels from the rim, from which on a pixel is surely of the object or of what is beside it."""
_REACHES = np.array([6.0, 4.0, 3.0, 3.0])
"""Pixels from which on a line tells nothing, in each round of looking."""
_CHANGING_SHARE = 0.25
"""Of the variance, that is another in each frame: what casts a shadow or looks alike stays (our choice)."""
_SYSTEMATIC = np.diag([0.0, 0.0, 0.0, 400.0, 400.0, 400.0])
"""Information, 1/rad^2, that a turn must have more than: of what moves a rim so little that it is known to 3
degrees at best, as a tilt or the turn of a can, lasting errors of the drawing tell as much (our choice)."""
_LEAST = 1e-6
"""Information that there always is, so that it can be inverted."""


class RimCue:
    """Holds the poses of one object by its rim."""

    def __init__(
        self, posed: PosedObject, tolerance: DepthTolerance, lag: float, config: RimCueConfig
    ) -> None:
        """Prepare.

        Args:
            posed: draws the object.
            tolerance: of depth.
            lag: standard deviation of the time between colour and depth, in frames.
            config: options.
        """
        self._posed = posed
        self._tolerance = tolerance
        self._lag = lag
        self._config = config

    def rehearse(self, estimate: PoseEstimate, frame: Frame) -> None:
        """Hold an estimate by a white object before black, so that the first real one need not wait for
        anything to be compiled."""
        color = np.zeros((*frame.camera.shape, 3), np.uint8)
        color[np.isfinite(frame.depth)] = 255
        self._corrected(estimate, replace(frame, color=color), STILL)

    def held(self, estimate: PoseEstimate, frame: Frame, motion: Array, by_camera: Array) -> PoseEstimate:
        """An estimate by depth, corrected by where the rim is seen.

        Args:
            estimate: of this frame, by depth alone.
            frame: this one; without colour nothing is done.
            motion: (6,) that is expected since the frame before, as of `se3.perturb`.
            by_camera: (6, 6) part of the estimate's covariance that the rim does not lessen.
        """
        open_turn = estimate.covariance[5, 5] - by_camera[5, 5]
        is_needed = open_turn > self._config.turn_deviation**2
        if frame.color is None or self._config.lines == 0 or not is_needed:
            return estimate
        return self._corrected(estimate, frame, motion)

    def _corrected(self, estimate: PoseEstimate, frame: Frame, motion: Array) -> PoseEstimate:
        """The pose that depth and rim make together, each weighed by its information."""
        T = estimate.T_camera_object
        region = self._posed.region(T, frame.camera, 0.0, _DRAWN_PIXELS)
        if region is None:
            return estimate
        region = region.grown(_MARGIN)
        drawn = self._posed.render(T, frame.camera, region)
        lines, share = self._lines(drawn, region)
        if len(lines) < self._config.fewest:
            return estimate
        free = lag_covariance(motion, STILL, self._lag) + self._free(T, frame.camera, lines)
        colors = self._colors(drawn, frame, region)
        told = self._followed(frame, T, lines, colors, share, estimate.covariance + free)
        return estimate if told is None else _joined(estimate, free, *told)

    def _followed(
        self,
        frame: Frame,
        T: se3.Matrix,
        lines: Array,
        colors: NDArray[np.float32],
        share: float,
        expected: Array,
    ) -> tuple[Array, Array, Array, Array] | None:
        """(6, 6) information of the lines, and what of it nothing feigns; (6,) the information times the
        motion that is left after the (6,) motion of the rim to where it is seen. None where too few lines
        tell something."""
        assert frame.color is not None
        camera = frame.camera
        motion, information, slope, feigned, count = rim_kernels.followed(
            lines, np.ascontiguousarray(T), np.array([camera.fx, camera.fy, camera.cx, camera.cy]),
            frame.color, frame.depth, colors, (self._tolerance.constant, self._tolerance.quadratic),
            self._config.pixels, share, expected, _REACHES, self._config.fewest,
        )  # fmt: skip
        if count < self._config.fewest:
            return None
        return information, without_feigned(information, feigned + _SYSTEMATIC), slope, motion

    def _lines(self, drawn: NDArray[np.float32], region: Region) -> tuple[Array, float]:
        """(n, LINE) lines across the rim, and how many measurements each of them is worth."""
        silhouette = np.isfinite(drawn).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(silhouette, (0, 0), _BLUR / region.stride), np.float32)
        lines = rim_kernels.rim_lines(drawn, soft, region.left, region.top, region.stride)
        length = len(lines) * region.stride
        lines = np.ascontiguousarray(lines[:: max(1, -(-len(lines) // max(self._config.lines, 1)))])
        return lines, min(1.0, length / self._config.correlated / max(len(lines), 1))

    def _colors(self, drawn: NDArray[np.float32], frame: Frame, region: Region) -> NDArray[np.float32]:
        """How likely each colour is of the object, by what surely is and surely is not of it."""
        assert frame.color is not None
        edge = 2 * max(1, round(_CORE / region.stride)) + 1
        kernel = np.ones((edge, edge), np.uint8)
        silhouette = np.isfinite(drawn).astype(np.uint8)
        explained = np.abs(View.of(frame, region).depth - drawn) < self._tolerance.at(drawn)
        sides = (cv2.erode(silhouette, kernel, borderValue=0) * explained).astype(np.int8)
        sides[cv2.dilate(silhouette, kernel) == 0] = -1
        return rim_kernels.color_table(frame.color, sides, region.left, region.top, region.stride)

    def _free(self, T: se3.Matrix, camera: PinholeCamera, lines: Array) -> Array:
        """(6, 6) covariance of the rim as a whole against depth."""
        z = T[2, 3]
        shift = self._config.shift * z / camera.fx
        # What is r pixels from the middle comes nearer by so much of its distance as it grows by of r.
        radius = np.hypot(*(lines[:, :2] - lines[:, :2].mean(axis=0)).T).mean()
        growth = self._config.growth * z / radius
        return np.diag([shift**2, shift**2, growth**2, 0.0, 0.0, 0.0])


def _joined(
    estimate: PoseEstimate, free: Array, information: Array, certain: Array, slope: Array, motion: Array
) -> PoseEstimate:
    """The estimate with what the rim tells, see `rim_kernels.joined`."""
    covariance = np.ascontiguousarray(estimate.covariance)
    moved, joint, by_rim = rim_kernels.joined(covariance, free, information, certain, slope, motion)
    noise = np.asarray(np.linalg.inv(by_rim / _CHANGING_SHARE + _LEAST * np.eye(6)), np.float64)
    changing = lesser_covariance(estimate.covariance - estimate.bias, noise)
    # Of a turn that no one can see, the rim tells nothing but the errors of its drawing.
    T = se3.perturb(estimate.T_camera_object, moved)
    T = estimate.symmetry.nearest(T, estimate.T_camera_object)
    return replace(estimate, T_camera_object=T, covariance=joint, bias=joint - changing)
