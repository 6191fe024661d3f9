"""How a tracker follows objects through what is hard: poses that may be acted on must be right or absent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.metrics.identities import Identities
from pose_nodes.metrics.pairing import nearest_pairs
from pose_nodes.metrics.pose_error import pose_difference
from pose_nodes.metrics.recovery import RecoveryClock
from pose_nodes.metrics.summary import PoseError, Tolerance
from pose_nodes.metrics.tracking_score import is_visible
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.recording import GroundTruth

TOLERANCE = Tolerance(0.01, float(np.deg2rad(5.0)))
"""1 cm and 5 degrees, modulo the object's symmetry."""
_ON_OBJECT = 0.5
"""Diameters between the origins of a track and an object, up to which the track is on that object."""


@dataclass(frozen=True)
class Following:
    """How objects were followed; sums over all of them.

    Attributes:
        objects: how many.
        frames: images times objects that were to be seen in them.
        right: of these, with a trusted pose within tolerance.
        squares: sum over the right poses of the squared error, normalised by the pose's covariance.
        false_confident: trusted poses beyond tolerance of an object in view, or of no object.
        out_of_view: trusted poses of objects of which nothing is in view.
        swaps: times that a track went over to another object of its class.
        renames: times that an object got a new track in place of its own.
        recoveries: seconds to recover, of all losses that were recovered.
        left_lost: objects that were clearly visible at the end and not followed.
    """

    objects: int
    frames: int
    right: int
    squares: float
    false_confident: int
    out_of_view: int
    swaps: int
    renames: int
    recoveries: tuple[float, ...]
    left_lost: int

    @property
    def within(self) -> float:
        """Share of the frames with a right pose, 0 to 1; NaN without frames."""
        return self.right / self.frames if self.frames else float("nan")

    @property
    def normalised_square(self) -> float:
        """Mean normalised squared error of the right poses: 6, its dimensions, where covariances are as they
        should be, more where they are too small; NaN without one."""
        return self.squares / self.right if self.right else float("nan")

    @classmethod
    def pooled(cls, parts: Iterable[Following]) -> Following:
        """Several recordings as if they were one."""
        parts = list(parts)
        names = [field.name for field in fields(cls) if field.name != "recoveries"]
        sums = {name: sum(getattr(part, name) for part in parts) for name in names}
        return cls(recoveries=tuple(time for part in parts for time in part.recoveries), **sums)


class FollowingScore:
    """Collects the images of one recording in their order; only TRACKING poses count as trusted."""

    def __init__(self, library: ObjectLibrary, tolerance: Tolerance = TOLERANCE) -> None:
        """Begin a recording.

        Args:
            library: the objects; others are left out.
            tolerance: how far a right pose may be off.
        """
        self._library, self._tolerance = library, tolerance
        self._clocks: dict[str, RecoveryClock] = {}
        self._identities = Identities()
        self._frames = self._right = self._false = self._out_of_view = 0
        self._squares = 0.0

    def add(self, time: float, tracks: Sequence[Track], truths: Sequence[GroundTruth]) -> None:
        """Compare the tracks of one image with the true poses.

        Args:
            time: seconds.
            tracks: after the image.
            truths: of all objects, also of those out of view. Instances are told apart by their ids, or by
                their order within their class where they have none.
        """
        for name in dict.fromkeys([*(t.class_name for t in truths), *(t.class_name for t in tracks)]):
            if name in self._library:
                of_class = [truth for truth in truths if truth.class_name == name]
                self._add_class(time, name, _trusted(tracks, name), of_class)

    def summary(self) -> Following:
        """What was collected so far."""
        clocks = self._clocks.values()
        return Following(
            objects=len(clocks),
            frames=self._frames,
            right=self._right,
            squares=self._squares,
            false_confident=self._false,
            out_of_view=self._out_of_view,
            swaps=self._identities.swaps,
            renames=self._identities.renames,
            recoveries=tuple(time for clock in clocks for time in clock.recoveries),
            left_lost=sum(clock.is_left_lost for clock in clocks),
        )

    def _add_class(
        self, time: float, name: str, posed: list[tuple[str, PoseEstimate]], truths: list[GroundTruth]
    ) -> None:
        pairs = nearest_pairs(
            [estimate.T_camera_object for _, estimate in posed], [truth.T_camera_object for truth in truths]
        )
        self._false += len(posed) - len(pairs)
        on_objects: dict[str, str] = {}
        for index, truth in enumerate(truths):
            key = f"{name} {truth.instance_id or index}"
            track_id, estimate = posed[pairs[index]] if index in pairs else ("", None)
            T = None if estimate is None else estimate.T_camera_object
            is_right = T is not None and self._is_right(name, T, truth)
            self._count(truth, T is not None, is_right)
            if estimate is not None and is_right and is_visible(truth):
                self._squares += self._square(name, estimate, truth)
            self._clocks.setdefault(key, RecoveryClock()).add(
                time, truth.visible_fraction, is_right and is_visible(truth)
            )
            if T is not None and self._is_on(name, T, truth):
                on_objects[key] = track_id
        self._identities.add(on_objects)

    def _count(self, truth: GroundTruth, is_posed: bool, is_right: bool) -> None:
        if truth.visible_fraction == 0:
            self._out_of_view += is_posed
            return
        self._false += is_posed and not is_right
        if is_visible(truth):
            self._frames += 1
            self._right += is_right

    def _is_right(self, name: str, T: se3.Matrix, truth: GroundTruth) -> bool:
        symmetry = self._library[name].symmetry
        return self._tolerance.holds(PoseError(*pose_difference(T, truth.T_camera_object, symmetry)))

    def _square(self, name: str, estimate: PoseEstimate, truth: GroundTruth) -> float:
        T_true = truth.T_camera_object
        T = self._library[name].symmetry.nearest(estimate.T_camera_object, T_true)
        error = se3.tangent(T, T_true)
        return float(error @ np.linalg.solve(estimate.covariance, error))

    def _is_on(self, name: str, T: se3.Matrix, truth: GroundTruth) -> bool:
        distance = float(np.linalg.norm(T[:3, 3] - truth.T_camera_object[:3, 3]))
        return distance <= _ON_OBJECT * self._library[name].diameter


def _trusted(tracks: Sequence[Track], name: str) -> list[tuple[str, PoseEstimate]]:
    return [
        (track.id, track.estimate)
        for track in tracks
        if track.class_name == name and track.state == TrackState.TRACKING and track.estimate is not None
    ]
