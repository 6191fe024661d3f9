"""One object's life: SEARCHING -> TRACKING -> SUSPECT -> LOST, driven by the evidence of each frame.

A track is doubted when the evidence for its pose is short, and trusted again after some good frames. What
stands in the way of the camera is no evidence against it: a hidden object is held where its motion leads, for
as long as that is known well enough. It is lost when the camera looks through where it should be.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.track import Track, TrackState
from pose_nodes.estimators.protocol import Estimator
from pose_nodes.geometry import se3
from pose_nodes.tracking.camera_motion import carried_estimate, carried_motion
from pose_nodes.tracking.config import StateConfig
from pose_nodes.tracking.motion_filter import MotionFilter, MotionState, without_unseen_turn

_NANOSECONDS = 1e9
_REMEMBERED_POSES = 120
_FARTHEST_JUMP = 0.5
_LARGEST_JUMP = float(np.deg2rad(45.0))
"""Sizes and radians from where it should be, beyond which no pose is believed without a mask: a flat side
fits on any plate that comes into view (our choice)."""
_STEADY_SECONDS = 0.5
"""Of which the usual velocity is taken: what hides an object spoils the last frames before (our choice)."""
_ELSEWHERE = "a pose agrees with depth that is somewhere else altogether"
_MOSTLY_SEEN, _AS_USUAL = 0.5, 0.95
"""Share of the silhouette that must be seen of an object that was hidden and turns up elsewhere, unless what
is seen agrees with depth as usual, to that share: some part of it fits on what hides it (our choice)."""
_SAME_PLACE, _SAME_TURN = 0.1, np.deg2rad(10.0)
"""Of its size, and radians, within which an object that was hidden is where it was (our choice)."""
_ELSEWHERE_HIDDEN = (
    "what agrees with depth is not where it was hidden, is hardly seen, and agrees less than usual"
)
_HIDDEN_AGAINST = 2.0
"""So many times as much must be hidden as is seen through, for the object to be hidden (our choice)."""
_FRAMES_OF_DOUBT = 3
"""Before a cold start, which takes as long as following ten objects through ten frames (our choice)."""
_CLEARLY_SURER = 0.9
"""Of the largest deviations, that a pose which was not known well enough must have (our choice)."""
_SCORE_SMOOTHING = 0.05
"""Share of the newest score in the usual one: some twenty frames count (our choice)."""


class TrackMachine:
    """The state of one track.

    Attributes:
        id: of the track.
        class_name: of its object.
        state: of the track.
        searched_ns: stamp of the frame of the last cold start; None before the first.
        segment_ns: stamp of the last segmentation with a segment for it, or of the end of a cold start in it.
        is_sought: whether a cold start for it is due or under way.
        is_unsure: whether it is followed, and doubted for nothing but that its pose is not known well enough
            to act on it: by its covariance.
    """

    def __init__(
        self, track_id: str, class_name: str, stamp_ns: int, config: StateConfig, motion: MotionFilter
    ) -> None:
        self.id = track_id
        self.class_name = class_name
        self.state = TrackState.SEARCHING
        self.searched_ns: int | None = None
        self.segment_ns = stamp_ns
        self.is_sought = self.is_unsure = False
        self._config = config
        self._reason = "not looked for yet"
        self._stamp_ns = self._started_ns = self._supported_ns = stamp_ns
        self._estimate: PoseEstimate | None = None
        self._supported: PoseEstimate | None = None
        self._filter = motion
        self._motion: MotionState | None = None
        self._usual_score = 0.0
        self._frames_in_doubt = self._frames_hidden = self._frames_of_trust = 0
        self._frames_sure = self._disowned = 0
        self._poses: dict[int, se3.Matrix] = {}
        self._velocities: dict[int, NDArray[np.float64]] = {}

    @property
    def is_posed(self) -> bool:
        """Whether there is a pose to follow."""
        return self.state in (TrackState.TRACKING, TrackState.SUSPECT)

    @property
    def is_settled(self) -> bool:
        """Whether it is followed, and no cold start could do better."""
        return self.state == TrackState.TRACKING or self.is_unsure

    @property
    def needs_cold_start(self) -> bool:
        """Whether it has no pose, or was in doubt for some frames: most doubt is over before. What segments
        show elsewhere need not wait."""
        if not self.is_posed:
            return True
        is_disowned = self._disowned >= self._config.segments_to_disown and not self.is_settled
        return is_disowned or self._frames_in_doubt + self._frames_hidden >= _FRAMES_OF_DOUBT

    @property
    def stamp_ns(self) -> int:
        """Stamp of the frame up to which the object was followed, or last looked for."""
        return self._stamp_ns

    @property
    def pose(self) -> se3.Matrix:
        """T_camera_object in the last frame; only while `is_posed`."""
        assert self._estimate is not None
        return self._estimate.T_camera_object

    def restarted(self, estimate: PoseEstimate, stamp_ns: int) -> TrackMachine:
        """A track of the same id that begins with a verified pose in the frame of a stamp; this one stays as
        it is."""
        candidate = TrackMachine(self.id, self.class_name, stamp_ns, self._config, self._filter)
        candidate.searched_ns, candidate.segment_ns = self.searched_ns, self.segment_ns
        candidate.start(estimate, stamp_ns)
        return candidate

    def start(self, estimate: PoseEstimate, stamp_ns: int) -> None:
        """Take over a verified pose that a cold start found in the frame of a stamp."""
        self._estimate = self._supported = estimate
        self._usual_score = estimate.score
        self._motion = self._filter.begin(estimate.T_camera_object, estimate.covariance - estimate.bias)
        self._disowned = 0
        self._started_ns = self._supported_ns = self._stamp_ns = stamp_ns
        self._reason = f"found: {estimate.reason}"
        self._trust_if_sure()
        self._poses = {stamp_ns: estimate.T_camera_object}
        self._velocities = {}

    def fail(self, reason: str) -> None:
        """Remember why a cold start gave no pose."""
        if not self.is_posed:
            self._reason = reason

    def carry(self, T_now_before: se3.Matrix) -> None:
        """Take what is known to where the camera is now, before `follow`: its own motion is no object's."""
        if self.is_posed:
            assert self._motion is not None and self._supported is not None and self._estimate is not None
            self._motion = carried_motion(self._motion, T_now_before)
            self._supported = carried_estimate(self._supported, T_now_before)
            self._estimate = carried_estimate(self._estimate, T_now_before)

    def follow(self, frame: Frame, estimator: Estimator, may_search: bool = True) -> None:
        """Follow the object into a frame; without a pose, only the time passes.

        Args:
            frame: the new frame.
            estimator: of its object.
            may_search: around where it is not found; see `Estimator.update`.
        """
        if self.is_posed and frame.stamp_ns > self._stamp_ns:
            self._advance(frame, estimator, may_search)
        self._stamp_ns = max(self._stamp_ns, frame.stamp_ns)

    def see_segment(self, stamp_ns: int) -> None:
        """A segmentation has a segment for this object."""
        self.segment_ns = max(self.segment_ns, stamp_ns)
        self._disowned = 0

    def miss_segment(self) -> None:
        """A segmentation has segments of this class, and all of them elsewhere."""
        self._disowned += 1

    def pose_at(self, stamp_ns: int) -> se3.Matrix | None:
        """The pose in the frame nearest to a stamp through which the object was followed; None if in none."""
        if stamp_ns in self._poses:
            return self._poses[stamp_ns]
        nearest = min(self._poses, key=lambda known: abs(known - stamp_ns), default=None)
        return None if nearest is None else self._poses[nearest]

    def snapshot(self) -> Track:
        """What is told of the object."""
        return Track(
            id=self.id,
            class_name=self.class_name,
            state=self.state,
            stamp_ns=self._stamp_ns,
            estimate=self._estimate if self.is_posed else None,
            velocity=self._motion.velocity if self._motion is not None and self.is_posed else np.zeros(6),
            started_ns=self._started_ns,
            supported_ns=self._supported_ns,
            reason=self._reason,
        )

    def _advance(self, frame: Frame, estimator: Estimator, may_search: bool) -> None:
        assert self._supported is not None and self._motion is not None
        seconds = (frame.stamp_ns - self._stamp_ns) / _NANOSECONDS
        move = self._filter.predict if self.is_settled else self._filter.coast
        predicted = move(self._motion, seconds)
        estimate = estimator.update(
            Observation(frame), self._supported, predicted.T_camera_object, may_search
        )
        objection = self._objection(estimate)
        if objection is None and not self._is_near(estimate, predicted):
            objection = _ELSEWHERE
        if objection is None and self._is_half_seen_elsewhere(estimate, predicted):
            objection = _ELSEWHERE_HIDDEN
        if objection is None and self._can_reach(estimate, seconds):
            self._support(estimate, seconds, frame.stamp_ns)
        elif objection is None:
            self._jump(estimate, frame.stamp_ns)
        else:
            self._doubt(estimate, predicted, objection, estimator.evidence(frame, predicted.T_camera_object))
        assert self._estimate is not None
        self._remember(frame.stamp_ns, self._estimate.T_camera_object)
        self._lose_if_due()

    def _objection(self, estimate: PoseEstimate) -> str | None:
        """Why an estimate is not to be trusted, if it is not."""
        if self._disowned >= self._config.segments_to_disown:
            return f"the last {self._disowned} segmentations show the object elsewhere"
        if not estimate.verified:
            return estimate.reason
        if estimate.score < self._config.least_usual_score * self._usual_score:
            usual = f"{estimate.score:.2f} instead of {self._usual_score:.2f}"
            return f"the pose agrees clearly less with depth than usual (score {usual})"
        return None

    def _support(self, estimate: PoseEstimate, seconds: float, stamp_ns: int) -> None:
        assert self._motion is not None and self._estimate is not None
        self._usual_score += _SCORE_SMOOTHING * (estimate.score - self._usual_score)
        random = estimate.covariance - estimate.bias
        moved = self._filter.update(self._motion, seconds, estimate.T_camera_object, random)
        T_before = self._estimate.T_camera_object
        self._motion = without_unseen_turn(moved, estimate.symmetry, T_before)
        T, covariance = self._motion.T_camera_object, self._motion.pose_covariance + estimate.bias
        anchors = None if estimate.anchors is None else estimate.anchors.settled(T, covariance, estimate.bias)
        self._estimate = self._supported = replace(
            estimate, T_camera_object=T, covariance=covariance, anchors=anchors
        )
        self._supported_ns, self._reason = stamp_ns, estimate.reason
        self._velocities[stamp_ns] = self._motion.velocity
        if not self.is_settled:
            self._frames_of_trust += 1
            if self._frames_of_trust < self._config.frames_to_trust:
                return
        self._trust_if_sure()

    def _trust_if_sure(self) -> None:
        """Trust the pose, which the evidence supports, if it is known well enough; once it was not, for some
        frames in a row: beside something in front, what is left to see seems to tell more for a moment."""
        assert self._estimate is not None
        self._frames_in_doubt = self._frames_hidden = 0
        unsure = self._unsureness(self._estimate)
        self._frames_sure = 0 if unsure else self._frames_sure + 1
        if self.is_unsure and 0 < self._frames_sure < self._config.frames_to_trust:
            unsure = "the pose was not known well enough in the last frames"
        self.state = TrackState.SUSPECT if unsure else TrackState.TRACKING
        self.is_unsure = unsure is not None
        if unsure is not None:
            self._reason = unsure
            self._estimate = replace(self._estimate, verified=False, reason=unsure)

    def _unsureness(self, estimate: PoseEstimate) -> str | None:
        """Why a pose is not known well enough, if it is not; once it was not, it must be clearly better."""
        share = _CLEARLY_SURER if self.is_unsure else 1.0
        place, turn = estimate.deviations
        if place > share * self._config.largest_deviation:
            return f"depth tells the place only to {1e3 * place:.1f} mm (standard deviation)"
        if turn > share * self._config.largest_turn_deviation:
            return f"depth tells the orientation only to {np.degrees(turn):.1f} degrees (standard deviation)"
        return None

    def _can_reach(self, estimate: PoseEstimate, seconds: float) -> bool:
        assert self._motion is not None
        random = estimate.covariance - estimate.bias
        return self._filter.can_reach(self._motion, estimate.T_camera_object, random, seconds)

    def _is_near(self, estimate: PoseEstimate, predicted: MotionState) -> bool:
        """Whether a pose is near the predicted one, or the last that was seen: the motion may have ended."""
        assert self._supported is not None
        known = (predicted.T_camera_object, self._supported.T_camera_object)
        return any(_is_within(estimate, T, _FARTHEST_JUMP, _LARGEST_JUMP) for T in known)

    def _is_half_seen_elsewhere(self, estimate: PoseEstimate, predicted: MotionState) -> bool:
        """Whether the object was hidden, and something turns up elsewhere that may be a part of it or not."""
        is_seen = estimate.evidence.visible_fraction >= _MOSTLY_SEEN
        is_good = estimate.score >= _AS_USUAL * self._usual_score
        if self._frames_hidden == 0 or is_seen or is_good:
            return False
        return not _is_within(estimate, predicted.T_camera_object, _SAME_PLACE, _SAME_TURN)

    def _jump(self, estimate: PoseEstimate, stamp_ns: int) -> None:
        """Go on from a pose that agrees with depth, and is trusted when it still does in the next frames."""
        self.state, self.is_unsure = TrackState.SUSPECT, False
        self._motion = self._filter.begin(estimate.T_camera_object, estimate.covariance - estimate.bias)
        self._velocities = {}
        self._estimate = self._supported = estimate
        self._supported_ns = stamp_ns
        self._frames_of_trust = 0
        self._frames_in_doubt += 1
        self._reason = "the pose that agrees with depth is farther away than the object can have moved"

    def _doubt(
        self, estimate: PoseEstimate, predicted: MotionState, objection: str, evidence: Evidence | None
    ) -> None:
        """Go on with the prediction; a frame counts against the object unless it is hidden there."""
        assert self._supported is not None
        self.state, self.is_unsure = TrackState.SUSPECT, False
        self._motion = self._steadied(predicted)
        self._frames_of_trust = 0
        hidden = evidence is not None and self._is_hidden(evidence)
        self._frames_in_doubt += not hidden
        self._frames_hidden = self._frames_hidden + 1 if hidden else 0
        self._reason = f"hidden, and held where its motion leads: {objection}" if hidden else objection
        self._estimate = replace(
            estimate,
            T_camera_object=predicted.T_camera_object,
            covariance=predicted.pose_covariance + self._supported.bias,
            bias=self._supported.bias,
            score=0.0 if evidence is None else estimate.score,
            evidence=evidence or estimate.evidence,
            verified=False,
            reason=objection,
        )

    def _steadied(self, motion: MotionState) -> MotionState:
        """A motion of which nothing is measured any more, at the usual velocity of the time before."""
        usual = [
            v
            for ns, v in self._velocities.items()
            if self._supported_ns - ns <= _STEADY_SECONDS * _NANOSECONDS
        ]
        self._velocities = {}
        return replace(motion, velocity=np.median(usual, axis=0)) if usual else motion

    def _is_hidden(self, evidence: Evidence) -> bool:
        """Whether something stands before most of what is not seen of the object."""
        hidden, against = evidence.occluded_fraction, evidence.contradicted_fraction
        return hidden >= self._config.hidden_fraction and hidden >= _HIDDEN_AGAINST * against

    def _lose_if_due(self) -> None:
        assert self._motion is not None and self._estimate is not None
        if self.state != TrackState.SUSPECT:
            return
        spread = float(np.sqrt(self._motion.pose_covariance.diagonal()[:3].max()))
        if self._frames_in_doubt >= self._config.frames_to_lose:
            lost = f"lost after {self._frames_in_doubt} frames without evidence"
        elif self._frames_hidden and spread > self._config.longest_hold * float(
            np.linalg.norm(self._estimate.size)
        ):
            lost = f"lost after {(self._stamp_ns - self._supported_ns) / _NANOSECONDS:.1f} s out of sight"
        else:
            return
        self.state = TrackState.LOST
        self._estimate, self._motion = None, None
        self._reason = f"{lost}: {self._reason}"

    def _remember(self, stamp_ns: int, T_camera_object: se3.Matrix) -> None:
        self._poses[stamp_ns] = T_camera_object
        for remembered in (self._poses, self._velocities):
            while len(remembered) > _REMEMBERED_POSES:
                del remembered[next(iter(remembered))]


def _is_within(estimate: PoseEstimate, T_camera_object: se3.Matrix, sizes: float, angle: float) -> bool:
    """Whether a pose is nearer to another than so many sizes of the object, and radians."""
    distance, turn = se3.difference(estimate.T_camera_object, T_camera_object)
    return distance < sizes * float(np.linalg.norm(estimate.size)) and turn < angle
