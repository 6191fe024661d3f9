"""One object's life: SEARCHING -> TRACKING -> SUSPECT -> LOST, driven by the evidence of each frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.track import Track, TrackState
from pose_nodes.estimators.protocol import Estimator
from pose_nodes.geometry import se3
from pose_nodes.tracking import motion
from pose_nodes.tracking.config import StateConfig

_NANOSECONDS = 1e9
_REMEMBERED_POSES = 120
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
    """

    def __init__(self, track_id: str, class_name: str, stamp_ns: int, config: StateConfig) -> None:
        self.id = track_id
        self.class_name = class_name
        self.state = TrackState.SEARCHING
        self.searched_ns: int | None = None
        self.segment_ns = stamp_ns
        self.is_sought = False
        self._config = config
        self._reason = "not looked for yet"
        self._stamp_ns = self._started_ns = self._supported_ns = stamp_ns
        self._estimate: PoseEstimate | None = None
        self._supported: PoseEstimate | None = None
        self._velocity: NDArray[np.float64] | None = None
        self._usual_score = 0.0
        self._frames_in_doubt = self._frames_of_trust = self._disowned = 0
        self._poses: dict[int, se3.Matrix] = {}

    @property
    def is_posed(self) -> bool:
        """Whether there is a pose to follow."""
        return self.state in (TrackState.TRACKING, TrackState.SUSPECT)

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
        candidate = TrackMachine(self.id, self.class_name, stamp_ns, self._config)
        candidate.searched_ns, candidate.segment_ns = self.searched_ns, self.segment_ns
        candidate.start(estimate, stamp_ns)
        return candidate

    def start(self, estimate: PoseEstimate, stamp_ns: int) -> None:
        """Take over a verified pose that a cold start found in the frame of a stamp."""
        self.state = TrackState.TRACKING
        self._estimate = self._supported = estimate
        self._usual_score = estimate.score
        self._velocity = None
        self._frames_in_doubt = self._disowned = 0
        self._started_ns = self._supported_ns = self._stamp_ns = stamp_ns
        self._reason = f"found: {estimate.reason}"
        self._poses = {stamp_ns: estimate.T_camera_object}

    def fail(self, reason: str) -> None:
        """Remember why a cold start gave no pose."""
        if not self.is_posed:
            self._reason = reason

    def follow(self, frame: Frame, estimator: Estimator) -> None:
        """Follow the object into a frame; without a pose, only the time passes."""
        if self.is_posed and frame.stamp_ns > self._stamp_ns:
            self._advance(frame, estimator)
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
            velocity=np.zeros(6) if self._velocity is None or not self.is_posed else self._velocity,
            started_ns=self._started_ns,
            supported_ns=self._supported_ns,
            reason=self._reason,
        )

    def _advance(self, frame: Frame, estimator: Estimator) -> None:
        assert self._supported is not None
        seconds = (frame.stamp_ns - self._supported_ns) / _NANOSECONDS
        T = self._supported.T_camera_object
        # A doubted object is looked for where it was seen last: its motion is no longer known.
        known = self.state == TrackState.TRACKING and self._velocity is not None
        predicted = motion.predict(T, self._velocity, seconds) if known else T  # type: ignore[arg-type]
        estimate = estimator.update(Observation(frame), self._supported, predicted)
        self._estimate = estimate
        self._poses[frame.stamp_ns] = estimate.T_camera_object
        while len(self._poses) > _REMEMBERED_POSES:
            del self._poses[next(iter(self._poses))]
        if self._disowned >= self._config.segments_to_disown:
            self._suspect(f"the last {self._disowned} segmentations show the object elsewhere")
        elif estimate.verified and estimate.score < self._config.least_usual_score * self._usual_score:
            usual = f"{estimate.score:.2f} instead of {self._usual_score:.2f}"
            self._suspect(f"the pose agrees clearly less with depth than usual (score {usual})")
        elif estimate.verified:
            self._support(estimate, frame.stamp_ns, seconds)
        else:
            self._suspect(estimate.reason)

    def _support(self, estimate: PoseEstimate, stamp_ns: int, seconds: float) -> None:
        assert self._supported is not None
        self._usual_score += _SCORE_SMOOTHING * (estimate.score - self._usual_score)
        if self.state == TrackState.TRACKING:
            newest = motion.velocity_between(self._supported, estimate, seconds)
            self._velocity = motion.smoothed(self._velocity, newest)
        else:
            self._velocity = None
            self._frames_of_trust += 1
        self._supported, self._supported_ns = estimate, stamp_ns
        if self.state == TrackState.SUSPECT and self._frames_of_trust < self._config.frames_to_trust:
            return
        self.state = TrackState.TRACKING
        self._frames_in_doubt = 0
        self._reason = estimate.reason

    def _suspect(self, reason: str) -> None:
        self.state = TrackState.SUSPECT
        self._velocity = None
        self._frames_of_trust = 0
        self._frames_in_doubt += 1
        self._reason = reason
        if self._frames_in_doubt >= self._config.frames_to_lose:
            self.state = TrackState.LOST
            self._estimate = None
            self._reason = f"lost after {self._frames_in_doubt} frames without evidence: {reason}"
