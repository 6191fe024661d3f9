"""Following an object from frame to frame, without a segment.

From the predicted pose, in stages of falling reach: the object is rendered; measured points near its surface,
and a little beside its silhouette, are registered to the model by point-to-plane ICP. The result is judged
against the whole silhouette. When the evidence is weaker than it was, the last pose is tried as another
start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.acceptance import warm_verdict
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.geometry import se3
from pose_nodes.registration.covariance import unknown_covariance
from pose_nodes.registration.verification import Judgement, View
from pose_nodes.rendering.depth import Region

_STAGES = ((1.0, 0.6), (0.6, 0.3), (0.3, 0.3))
"""Reach along the ray and beside the silhouette of each stage, as shares of the configured reach (our
choice)."""
_WEAKER = 0.9
"""Share of the last frame's support below which a second start is tried (our choice)."""
_JUDGED_PIXELS = 2500
_FEWEST_POINTS = 50


@dataclass(frozen=True, eq=False)
class _Followed:
    """Where one start led: the pose, its judgement and the (n, 3) points that it rests on."""

    T_camera_object: se3.Matrix
    judgement: Judgement
    points: NDArray[np.float64]

    @property
    def support(self) -> float:
        return self.judgement.score * self.judgement.evidence.visible_fraction


class WarmUpdate:
    """Follows one object."""

    def __init__(self, known: KnownObject, config: InstanceConfig) -> None:
        self._model = known.model
        self._posed = known.posed
        self._target = known.target
        self._uncertainty = known.uncertainty
        self._config = config

    def follow(self, frame: Frame, prior: PoseEstimate, T_predicted: se3.Matrix) -> PoseEstimate:
        """The pose near a prediction, verified or not.

        Args:
            frame: the new frame.
            prior: the estimate of the frame before.
            T_predicted: (4, 4) where the motion leads.
        """
        stopwatch = Stopwatch()
        with stopwatch.stage("registration"):
            best = self._from(frame, T_predicted)
            expected = prior.score * prior.evidence.visible_fraction
            moved = T_predicted is not prior.T_camera_object
            if moved and (best is None or best.support < _WEAKER * expected):
                other = self._from(frame, prior.T_camera_object)
                best = max(filter(None, (best, other)), key=lambda followed: followed.support, default=None)
        if best is None:
            return replace(self._nothing(prior, T_predicted), seconds=stopwatch.seconds)
        with stopwatch.stage("verification"):
            estimate = self._estimate(best, prior)
        return replace(estimate, seconds=stopwatch.seconds)

    def judge(self, frame: Frame, T_camera_object: se3.Matrix) -> Judgement | None:
        """How well a frame supports a pose as it is; None when the pose is out of the image."""
        region = self._posed.region(T_camera_object, frame.camera, 0.0, _JUDGED_PIXELS)
        return None if region is None else self._posed.judge(T_camera_object, View.of(frame, region))

    def _from(self, frame: Frame, T: se3.Matrix) -> _Followed | None:
        points: NDArray[np.float64] = np.empty((0, 3))
        for along, beside in _STAGES:
            reach = self._config.warm.reach * self._model.diameter
            near = self._points_near(frame, T, along * reach, beside * reach)
            if near is None or len(near) < _FEWEST_POINTS:
                return None
            points = near[:: -(-len(near) // self._config.warm.points)]
            found = self._target.register(
                points, se3.inverse(T), [along * reach], self._config.warm.iterations
            )
            T = se3.inverse(found.T_target_source)
        judgement = self.judge(frame, T)
        return None if judgement is None else _Followed(T, judgement, points)

    def _points_near(
        self, frame: Frame, T: se3.Matrix, along: float, beside: float
    ) -> NDArray[np.float64] | None:
        """(n, 3) measured points within `along` metres of the rendered surface, `beside` metres past its
        silhouette."""
        region = self._posed.region(T, frame.camera, beside, self._config.warm.pixels)
        if region is None:
            return None
        rendered = self._posed.render(T, frame.camera, region)
        middle = se3.transform(T, self._model.box_centre[None])[0]
        step = region.stride * middle[2] / frame.camera.fx
        surface = _widened(rendered, max(1, round(beside / step)))
        depth = View.of(frame, region).depth
        rows, columns = np.nonzero(np.abs(depth - surface) < along)  # NaN compares false
        return _lifted(frame, region, depth, rows, columns)

    def _estimate(self, followed: _Followed, prior: PoseEstimate) -> PoseEstimate:
        judgement, model = followed.judgement, self._model
        verdict = warm_verdict(judgement.evidence, judgement.explained_pixels, self._config.acceptance)
        T = model.symmetry.nearest(followed.T_camera_object, prior.T_camera_object)
        reach = self._config.refinement.fine_distance * model.diameter
        return replace(
            prior,
            T_camera_object=T,
            score=judgement.score,
            covariance=self._uncertainty.covariance(followed.points, T, reach),
            evidence=judgement.evidence,
            verified=verdict.verified,
            reason=verdict.reason,
        )

    def _nothing(self, prior: PoseEstimate, T_predicted: se3.Matrix) -> PoseEstimate:
        """The prediction, supported by nothing."""
        return replace(
            prior,
            T_camera_object=T_predicted,
            score=0.0,
            covariance=unknown_covariance(self._model.diameter),
            evidence=Evidence(0.0, float("nan"), 0.0, missing_fraction=1.0),
            verified=False,
            reason="no depth where the object should be: it left the image, or nothing was measured",
        )


def _widened(rendered: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """A rendered depth whose rim is repeated outwards by so many pixels; where two meet, the nearer."""
    inverse = np.where(np.isfinite(rendered), 1.0 / rendered, 0.0).astype(np.float32)
    size = 2 * pixels + 1
    wide = cv2.dilate(inverse, np.ones((size, size), np.uint8))
    with np.errstate(divide="ignore"):
        outside = np.where(wide > 0, 1.0 / wide, np.float32(np.nan)).astype(np.float32)
    return np.where(np.isfinite(rendered), rendered, outside)


def _lifted(
    frame: Frame,
    region: Region,
    depth: NDArray[np.float32],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> NDArray[np.float64]:
    u, v = region.u[columns].astype(np.float64), region.v[rows].astype(np.float64)
    return frame.camera.rays(u, v) * depth[rows, columns].astype(np.float64)[:, None]
