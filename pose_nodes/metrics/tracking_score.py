"""How well tracks follow true poses over a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.metrics.pairing import nearest_pairs
from pose_nodes.metrics.pose_error import is_correct, pose_difference
from pose_nodes.metrics.summary import ErrorSummary, PoseError, Tolerance, summarize
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.recording import GroundTruth

LEAST_VISIBLE = 0.1
"""Share of the silhouette that must be seen for a frame to count (as in the BOP benchmark)."""


@dataclass(frozen=True)
class TrackingSummary:
    """How one object was followed.

    Attributes:
        errors: over the frames in which the object was to be seen.
        wrong: share of those frames with a pose that is off by a tenth of the diameter or more (ADD, ADD-S).
        cold_starts: how often tracking began.
        times_lost: how often a track was given up.
    """

    errors: ErrorSummary
    wrong: float
    cold_starts: int
    times_lost: int


class TrackingScore:
    """Collects frames; only the poses of TRACKING tracks count, since only these may be acted on."""

    def __init__(self, library: ObjectLibrary, tolerance: Tolerance | None = None) -> None:
        self._library = library
        self._tolerance = tolerance
        self._errors: dict[str, list[PoseError | None]] = {}
        self._wrong: dict[str, int] = {}
        self._transitions = _Transitions()

    def add(self, tracks: Sequence[Track], truths: Sequence[GroundTruth]) -> dict[str, PoseError]:
        """Compare the tracks of one frame with the true poses.

        Returns:
            The error of each track that was compared, by track id.
        """
        self._transitions.add(tracks)
        errors: dict[str, PoseError] = {}
        for name in dict.fromkeys(truth.class_name for truth in truths if truth.class_name in self._library):
            seen = [truth for truth in truths if truth.class_name == name and is_visible(truth)]
            errors |= self._compare(name, _posed(tracks, name), seen)
        return errors

    def summaries(self) -> dict[str, TrackingSummary]:
        """By class name, of all classes that have a true pose or a track."""
        names = dict.fromkeys([*self._errors, *self._transitions.starts, *self._transitions.losses])
        return {name: self._summary(name) for name in names}

    def _summary(self, name: str) -> TrackingSummary:
        errors = self._errors.get(name, [])
        return TrackingSummary(
            errors=summarize(errors, self._tolerance),
            wrong=self._wrong.get(name, 0) / len(errors) if errors else float("nan"),
            cold_starts=self._transitions.starts.get(name, 0),
            times_lost=self._transitions.losses.get(name, 0),
        )

    def _compare(
        self, name: str, posed: list[tuple[str, se3.Matrix]], truths: list[GroundTruth]
    ) -> dict[str, PoseError]:
        model = self._library[name]
        found: dict[str, PoseError] = {}
        pairs = nearest_pairs([T for _, T in posed], [truth.T_camera_object for truth in truths])
        for index, truth in enumerate(truths):
            if index not in pairs:
                self._errors.setdefault(name, []).append(None)
                continue
            track_id, T = posed[pairs[index]]
            error = PoseError(*pose_difference(T, truth.T_camera_object, model.symmetry))
            self._errors.setdefault(name, []).append(error)
            correct = is_correct(model.points, model.diameter, model.symmetry, T, truth.T_camera_object)
            self._wrong[name] = self._wrong.get(name, 0) + (not correct)
            found[track_id] = error
        return found


class _Transitions:
    """Counts by class how often tracking began and ended."""

    def __init__(self) -> None:
        self.starts: dict[str, int] = {}
        self.losses: dict[str, int] = {}
        self._followed: set[str] = set()

    def add(self, tracks: Sequence[Track]) -> None:
        for track in tracks:
            if track.state == TrackState.TRACKING and track.id not in self._followed:
                self._followed.add(track.id)
                self.starts[track.class_name] = self.starts.get(track.class_name, 0) + 1
            elif track.state in (TrackState.LOST, TrackState.SEARCHING) and track.id in self._followed:
                self._followed.discard(track.id)
                self.losses[track.class_name] = self.losses.get(track.class_name, 0) + 1


def is_visible(truth: GroundTruth) -> bool:
    """Whether enough of an object is seen for its frame to count."""
    return not truth.visible_fraction < LEAST_VISIBLE  # NaN, not known, counts as visible


def _posed(tracks: Sequence[Track], name: str) -> list[tuple[str, se3.Matrix]]:
    return [
        (track.id, track.estimate.T_camera_object)
        for track in tracks
        if track.class_name == name and track.state == TrackState.TRACKING and track.estimate is not None
    ]
