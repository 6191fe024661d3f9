"""Following an object from frame to frame, without a segment.

From the predicted pose, in two stages of falling reach: measured points near the object's surface are
registered to its distance field. The result is judged against the whole silhouette. When the evidence is
weaker than it was, the last pose is tried as another start, and then many starts around the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.acceptance import Verdict, warm_verdict
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.geometry import se3
from pose_nodes.registration.covariance import unknown_covariance
from pose_nodes.registration.verification import Judgement, View

_STAGES = (1.0, 0.3)
"""Reach of each stage, as a share of the configured reach (our choice)."""
_SEARCH_REACH = 2.0
"""Reach of the search around the prediction, as a multiple of the configured reach (our choice)."""
_WEAKER = 0.9
"""Share of the last frame's support below which another start is tried (our choice)."""
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
        self._field = known.field
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
        best = self._from(frame, T_predicted, stopwatch)
        expected = _WEAKER * prior.score * prior.evidence.visible_fraction
        if T_predicted is not prior.T_camera_object and (best is None or best.support < expected):
            best = _better(best, self._from(frame, prior.T_camera_object, stopwatch))
        if best is None or not self._verdict(best).verified:
            with stopwatch.stage("search"):
                searched = self._searched(frame, T_predicted)
            # Many starts find what looks like the object to some degree nearly everywhere.
            if searched is not None and searched.support >= expected:
                best = _better(best, searched)
        if best is None:
            return replace(self._nothing(prior, T_predicted), seconds=stopwatch.seconds)
        with stopwatch.stage("covariance"):
            estimate = self._estimate(best, prior)
        return replace(estimate, seconds=stopwatch.seconds)

    def judge(self, frame: Frame, T_camera_object: se3.Matrix) -> Judgement | None:
        """How well a frame supports a pose as it is; None when the pose is out of the image."""
        region = self._posed.region(T_camera_object, frame.camera, 0.0, _JUDGED_PIXELS)
        return None if region is None else self._posed.judge(T_camera_object, View.of(frame, region))

    def _searched(self, frame: Frame, T: se3.Matrix) -> _Followed | None:
        """What many starts around a pose lead to."""
        reach = _SEARCH_REACH * self._config.warm.reach * self._model.diameter
        points = self._points_near(frame, T, reach)
        if len(points) < _FEWEST_POINTS:
            return None
        shift = 0.5 * reach
        found = self._field.search(points, se3.inverse(T), reach, self._tolerance_at(T), shift=shift)
        return self._from(frame, se3.inverse(found.T_object_camera), Stopwatch())

    def _from(self, frame: Frame, T: se3.Matrix, stopwatch: Stopwatch) -> _Followed | None:
        points: NDArray[np.float64] = np.empty((0, 3))
        for share in _STAGES:
            reach = share * self._config.warm.reach * self._model.diameter
            with stopwatch.stage("points"):
                points = self._points_near(frame, T, reach)
            if len(points) < _FEWEST_POINTS:
                return None
            with stopwatch.stage("registration"):
                found = self._field.register(points, se3.inverse(T), reach, self._tolerance_at(T))
                T = se3.inverse(found.T_object_camera)
        with stopwatch.stage("evidence"):
            judgement = self.judge(frame, T)
        return None if judgement is None else _Followed(T, judgement, points)

    def _tolerance_at(self, T: se3.Matrix) -> float:
        return float(self._config.tolerance.at(T[2:3, 3].astype(np.float32))[0])

    def _points_near(self, frame: Frame, T: se3.Matrix, reach: float) -> NDArray[np.float64]:
        """(n, 3) measured points within `reach` metres of the surface, as many as are wanted at most."""
        region = self._posed.region(T, frame.camera, reach, self._config.warm.pixels)
        if region is None:
            return np.empty((0, 3))
        points = self._field.near(frame.depth, frame.camera, region, se3.inverse(T), reach)
        return points[:: max(1, -(-len(points) // self._config.warm.points))]

    def _verdict(self, followed: _Followed) -> Verdict:
        judgement = followed.judgement
        return warm_verdict(judgement.evidence, judgement.explained_pixels, self._config.acceptance)

    def _estimate(self, followed: _Followed, prior: PoseEstimate) -> PoseEstimate:
        judgement, model = followed.judgement, self._model
        verdict = self._verdict(followed)
        T = model.symmetry.nearest(followed.T_camera_object, prior.T_camera_object)
        reach = self._tolerance_at(T)
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


def _better(a: _Followed | None, b: _Followed | None) -> _Followed | None:
    return max(filter(None, (a, b)), key=lambda followed: followed.support, default=None)
