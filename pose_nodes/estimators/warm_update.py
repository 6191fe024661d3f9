"""Following an object from frame to frame, without a segment.

From the predicted pose, in two stages of falling reach: measured points near the object's surface are
registered to its distance field. The result is judged against the whole silhouette. When the evidence is
weaker than it was, the last pose is tried as another start, and then many starts around the prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.anchors import Anchors
from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.acceptance import Verdict, goes_on, warm_verdict
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.image_cue import ImageCue
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.estimators.posed_object import CORNERS
from pose_nodes.estimators.rim_cue import RimCue
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.covariance import (
    EXPECTED_MOTION,
    lesser_covariance,
    unknown_covariance,
    without_sliding,
)
from pose_nodes.registration.field_registration import Spread
from pose_nodes.registration.verification import Judgement, View
from pose_nodes.rendering.depth import Region

_FAR = ((1.0, 0.25), (0.3, 1.0))
"""Of each stage, shares of the configured reach and of the configured pixels and points (our choice)."""
_NEAR = _FAR[1:]
"""The same without the first: things that came near the object do not pull it along with them; what slides
before it is within the full reach."""
_SEARCH_REACH = 3.0
"""Of the search around the prediction: a multiple of the configured reach (our choice)."""
_SEARCH_SHIFTS = (1.0, 2.0, 3.0)
"""By which its starts are moved, as multiples of the same (our choice)."""
_CANDIDATES = 3
"""Of a search, that are followed to the end (our choice)."""
_WEAKER = 0.97
"""Share of the last frame's support below which another start is tried (our choice)."""
_CLEARLY_WEAKER = 0.9
"""The same below which many starts are tried, though the pose may be verified (our choice)."""
_PARTLY_HIDDEN = 0.15
_MUCH = 0.85
"""Share of the silhouette behind something nearer from which on an object may be hidden rather than have
moved; and share of the last support that a pose elsewhere must have for it to have moved, or of that of a
pose elsewhere for it not to have (our choice)."""
_GOES_ON = 0.5
"""What a pose is worth beyond whose rim the surface goes on, to others (our choice)."""
_LEAST_FOUND = 0.9
"""Share of the last frame's support that a search must find (our choice)."""
_JUDGED_PIXELS = 2500
_FEWEST_POINTS = 50
_STAYED = 0.15
"""Of the reach; see `_stayed`. Of 19 such starts in real and synthetic videos, 18 led to within 0.03 of it
with both reaches (our choice)."""
_SETTLED, _WITHIN = 0.2, 0.7
"""Of the reach; a start that led farther away than the first leads to one of several poses that agree alike,
of which the other reach may find a better one, and another start if both led farther than the second (our
choice)."""
_SAME_START = 0.3
"""Of the reach; starts that move no corner of the object farther apart lead to the same pose (our choice)."""


@dataclass(frozen=True, eq=False)
class _Sight:
    """The new frame, and the evidence in the one before."""

    frame: Frame
    before: Evidence


@dataclass(frozen=True, eq=False)
class _Followed:
    """Where one start led: the pose, its judgement, the (n, 3) points that it rests on, and whether the
    surface goes on beyond the object's rim there, as it did not before."""

    T_start: se3.Matrix
    T_camera_object: se3.Matrix
    judgement: Judgement
    points: NDArray[np.float64]
    goes_on: bool

    @property
    def support(self) -> float:
        return _support(self.judgement) * (_GOES_ON if self.goes_on else 1.0)


class WarmUpdate:
    """Follows one object."""

    def __init__(self, known: KnownObject, config: InstanceConfig) -> None:
        self._model = known.model
        self._posed = known.posed
        self._field = known.field
        self._uncertainty = known.uncertainty
        self._cue = ImageCue(known.posed, config.tolerance, config.bias.lag, config.texture)
        self._rim = RimCue(known.posed, config.tolerance, config.bias.lag, config.rim)
        self._config = config
        self._corners = known.model.box_centre + CORNERS * known.model.size
        self._reach = max(config.warm.reach * known.model.diameter, config.warm.least_reach)
        self._spread = Spread(shifts=tuple(shift * self._reach for shift in _SEARCH_SHIFTS))

    def follow(
        self, frame: Frame, prior: PoseEstimate, T_predicted: se3.Matrix, may_search: bool = True
    ) -> PoseEstimate:
        """The pose near a prediction, verified or not.

        Args:
            frame: the new frame.
            prior: the estimate of the frame before.
            T_predicted: (4, 4) where the motion leads.
            may_search: from many starts, where these do not suffice.
        """
        stopwatch = Stopwatch()
        motion = se3.tangent(prior.T_camera_object, T_predicted)
        with stopwatch.stage("texture"):
            corners, T_predicted = self._cue.predicted(frame, prior, T_predicted, motion)
        sight = _Sight(frame, prior.evidence)
        starts = self._starts(prior.T_camera_object, T_predicted)
        best = self._registered(sight, starts, prior, corners is not None, stopwatch)
        if may_search and (best is None or self._is_doubtful(best, prior)):
            with stopwatch.stage("search"):
                best = _better(best, self._searched(sight, starts, _LEAST_FOUND * _usual(prior)))
        if best is None:
            return replace(self._blank(T_predicted), seconds=stopwatch.seconds)
        with stopwatch.stage("covariance"):
            estimate = self._estimate(best, prior, frame.camera)
        estimate = self._held(estimate, frame, prior, motion, corners, stopwatch)
        return replace(estimate, seconds=stopwatch.seconds)

    def _registered(
        self,
        sight: _Sight,
        starts: list[se3.Matrix],
        prior: PoseEstimate,
        are_seen: bool,
        stopwatch: Stopwatch,
    ) -> _Followed | None:
        """The best of where a few starts lead, or the first that is as good as the frame before.

        Which of several poses that agree with depth alike is found depends on where registration begins.
        `are_seen` tells that corners in the image led to the first start: then it is near the truth, and the
        stage that reaches far and takes few points would lead away from it. Motion alone is a guess, from
        where the lesser reach finds flat sides that slid.
        """
        usual = _usual(prior)
        best: _Followed | None = None
        for T in starts:
            first = self._from(sight, T, stopwatch, _NEAR if are_seen else _FAR)
            if self._is_settled(first, usual, _SETTLED):
                return first
            if are_seen:
                near, far = first, self._from(sight, T, stopwatch, _FAR)
            else:
                near = first if self._stayed(first) else self._from(sight, T, stopwatch, _NEAR)
                far = first
            best = _better(best, far)
            if near is not None and _is_hidden_alone(near.judgement, prior, best):
                return near
            best = _better(best, near)
            if self._is_settled(best, usual, _WITHIN):
                return best
            best = _better(best, self._as_it_is(sight, T))
        return best

    def _is_settled(self, followed: _Followed | None, usual: float, share: float) -> bool:
        """Whether a pose is as good as that of the frame before, and within a share of the reach of where it
        was looked for."""
        if followed is None or followed.support < _WEAKER * usual:
            return False
        return self._apart(followed.T_start, followed.T_camera_object) < share * self._reach

    def _is_doubtful(self, followed: _Followed, prior: PoseEstimate) -> bool:
        """Whether there may be a better pose elsewhere."""
        weak = followed.support < _CLEARLY_WEAKER * _usual(prior)
        return weak or not self._verdict(followed, prior).verified

    def _held(
        self,
        estimate: PoseEstimate,
        frame: Frame,
        prior: PoseEstimate,
        motion: NDArray[np.float64],
        corners: Anchors | None,
        stopwatch: Stopwatch,
    ) -> PoseEstimate:
        """An estimate by depth, and what the colour image tells of what depth leaves open."""
        by_camera = self._uncertainty.of_camera(estimate.T_camera_object, frame.camera)
        with stopwatch.stage("rim"):
            estimate = self._rim.held(estimate, frame, motion, by_camera)
        with stopwatch.stage("texture"):
            return _bounded(self._cue.held(estimate, frame, prior, motion, by_camera, corners))

    def rehearse(self) -> None:
        """Follow the object through a frame that shows it, so that the first real one need not wait for
        anything to be compiled."""
        distance = 4.0 * self._model.diameter
        camera = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
        T = se3.from_rotation_translation(np.eye(3), [0.0, 0.0, distance] - self._model.box_centre)
        frame = Frame(0, "rehearsal", camera, self._posed.render(T, camera, Region.full(camera)), None)
        off = se3.perturb(T, np.array([0.002, 0.0, 0.0, 0.0, 0.0, 0.0]))
        prior = replace(self._blank(T), score=1.0, evidence=Evidence(1.0, 0.0, 1.0))
        estimate = self.follow(frame, prior, off)
        self._cue.rehearse(estimate, frame)
        self._rim.rehearse(estimate, frame)
        self._searched(_Sight(frame, prior.evidence), [T], 0.0)

    def judge(self, frame: Frame, T_camera_object: se3.Matrix) -> Judgement | None:
        """How well a frame supports a pose as it is; None when the pose is out of the image."""
        region = self._posed.region(T_camera_object, frame.camera, 0.0, _JUDGED_PIXELS)
        return None if region is None else self._posed.judge(T_camera_object, View.of(frame, region))

    def _starts(self, T_last: se3.Matrix, T_predicted: se3.Matrix) -> list[se3.Matrix]:
        """The prediction, and the last pose where that is somewhere else."""
        if self._apart(T_last, T_predicted) < _SAME_START * self._reach:
            return [T_predicted]
        return [T_predicted, T_last]

    def _stayed(self, followed: _Followed | None) -> bool:
        """Whether a start led to nearly where it was: the lesser reach would lead to the same."""
        if followed is None:
            return False
        return self._apart(followed.T_start, followed.T_camera_object) < _STAYED * self._reach

    def _apart(self, T_a: se3.Matrix, T_b: se3.Matrix) -> float:
        """The farthest that a corner of the object's box is moved between two poses, metres."""
        return se3.farthest(T_a, T_b, self._corners)

    def _searched(self, sight: _Sight, starts: list[se3.Matrix], least: float) -> _Followed | None:
        """What many starts around each of a few lead to, if it has the least support.

        Many starts find what looks like the object to some degree nearly everywhere.
        """
        for T in starts:
            points = self._points_near(sight.frame, T, _SEARCH_REACH * self._reach)
            if len(points) < _FEWEST_POINTS:
                continue
            found: _Followed | None = None
            for fit in self._field.candidates(
                points, se3.inverse(T), self._reach, self._tolerance_at(T), self._spread, _CANDIDATES
            ):
                found = _better(found, self._from(sight, se3.inverse(fit.T_object_camera), Stopwatch()))
            if found is not None and found.support >= least:
                return found
        return None

    def _from(
        self,
        sight: _Sight,
        T: se3.Matrix,
        stopwatch: Stopwatch,
        stages: Sequence[tuple[float, float]] = _FAR,
    ) -> _Followed | None:
        """Where a start leads."""
        points: NDArray[np.float64] = np.empty((0, 3))
        T_start = T
        for reach_share, share in stages:
            reach = reach_share * self._reach
            with stopwatch.stage("points"):
                points = self._points_near(sight.frame, T, reach, share)
            if len(points) < _FEWEST_POINTS:
                return None
            with stopwatch.stage("registration"):
                found = self._field.register(points, se3.inverse(T), reach, self._tolerance_at(T))
                T = se3.inverse(found.T_object_camera)
        with stopwatch.stage("evidence"):
            return self._judged(sight, T_start, T, points)

    def _judged(
        self, sight: _Sight, T_start: se3.Matrix, T: se3.Matrix, points: NDArray[np.float64]
    ) -> _Followed | None:
        judgement = self.judge(sight.frame, T)
        if judgement is None:
            return None
        beyond = goes_on(judgement.evidence, sight.before, self._config.acceptance)
        return _Followed(T_start, T, judgement, points, beyond)

    def _as_it_is(self, sight: _Sight, T: se3.Matrix) -> _Followed | None:
        """A start that is not moved: where most is hidden, other things near may pull more than it does."""
        points = self._points_near(sight.frame, T, self._tolerance_at(T))
        return self._judged(sight, T, T, points) if len(points) >= _FEWEST_POINTS else None

    def _tolerance_at(self, T: se3.Matrix) -> float:
        return float(self._config.tolerance.at(T[2:3, 3].astype(np.float32))[0])

    def _points_near(
        self, frame: Frame, T: se3.Matrix, reach: float, share: float = 1.0
    ) -> NDArray[np.float64]:
        """(n, 3) measured points within `reach` metres of the surface, a share of as many as are wanted at
        most."""
        region = self._posed.region(T, frame.camera, reach, int(share * self._config.warm.pixels))
        if region is None:
            return np.empty((0, 3))
        points = self._field.near(frame.depth, frame.camera, region, se3.inverse(T), reach)
        return points[:: max(1, -(-len(points) // int(share * self._config.warm.points)))]

    def _verdict(self, followed: _Followed, prior: PoseEstimate) -> Verdict:
        return warm_verdict(followed.judgement, prior.evidence, self._config.acceptance)

    def _estimate(self, followed: _Followed, prior: PoseEstimate, camera: PinholeCamera) -> PoseEstimate:
        judgement, model = followed.judgement, self._model
        verdict = self._verdict(followed, prior)
        reach = self._tolerance_at(followed.T_camera_object)
        left = self._uncertainty.covariance(followed.points, followed.T_camera_object, camera, reach)
        T = without_sliding(followed.T_start, followed.T_camera_object, left)
        T = model.symmetry.nearest(T, prior.T_camera_object)
        by_camera = self._uncertainty.of_camera(T, camera)
        return replace(
            prior,
            T_camera_object=T,
            score=judgement.score,
            covariance=left + by_camera,
            bias=self._uncertainty.lasting(left) + by_camera,
            evidence=judgement.evidence,
            verified=verdict.verified,
            reason=verdict.reason,
        )

    def _blank(self, T_camera_object: se3.Matrix) -> PoseEstimate:
        """A pose that is supported by nothing."""
        return PoseEstimate(
            class_name=self._model.name,
            T_camera_object=T_camera_object,
            size=self._model.size,
            score=0.0,
            covariance=unknown_covariance(self._model.diameter),
            evidence=Evidence(0.0, float("nan"), 0.0, missing_fraction=1.0),
            verified=False,
            reason="no depth where the object should be: it left the image, or nothing was measured",
            symmetry=self._model.symmetry,
        )


def _usual(prior: PoseEstimate) -> float:
    """The support of the frame before."""
    return prior.score * prior.evidence.visible_fraction


def _bounded(estimate: PoseEstimate) -> PoseEstimate:
    """An estimate that says of what it slides along no more than that it stayed near the prediction.

    With a larger number, the least error of the direction along which it slides, another one in each frame,
    would pass for a measurement of how far.
    """
    changing = lesser_covariance(estimate.covariance - estimate.bias, EXPECTED_MOTION)
    return replace(estimate, covariance=changing + estimate.bias)


def _better(a: _Followed | None, b: _Followed | None) -> _Followed | None:
    return max(filter(None, (a, b)), key=lambda followed: followed.support, default=None)


def _is_hidden_alone(judgement: Judgement, prior: PoseEstimate, other: _Followed | None) -> bool:
    """Whether a pose near the expected one agrees with depth as the last one did, but for what stands in
    front of it, and another explains little more: then that is no better, but makes a part of the object of
    what stands in front. Of an object that was moved towards the camera, the other explains all."""
    now, before = judgement.evidence, prior.evidence
    left = now.visible_fraction + now.occluded_fraction
    usual = before.visible_fraction + before.occluded_fraction
    agrees = judgement.score >= _WEAKER * prior.score and left >= _WEAKER * usual
    explained = 0.0 if other is None else other.support
    is_moved = explained >= _MUCH * prior.score * before.visible_fraction
    is_better = _MUCH * explained > _support(judgement)
    return agrees and now.occluded_fraction >= _PARTLY_HIDDEN and not is_moved and not is_better


def _support(judgement: Judgement) -> float:
    return judgement.score * judgement.evidence.visible_fraction
