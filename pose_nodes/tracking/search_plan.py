"""Which cold starts are due after a segmentation: segments without a track, and tracks that need to be
found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import TrackState
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.tracking.association import assign, overlap
from pose_nodes.tracking.config import SearchConfig
from pose_nodes.tracking.roster import Roster
from pose_nodes.tracking.track_machine import TrackMachine

_NANOSECONDS = 1e9
_FIRST_SERVED = (TrackState.SUSPECT, TrackState.LOST, TrackState.SEARCHING)


@dataclass(frozen=True, eq=False)
class Search:
    """A cold start that is due: where to look for which track."""

    machine: TrackMachine
    observation: Observation


class SearchPlan:
    """Gives segments to tracks."""

    def __init__(self, library: ObjectLibrary, config: SearchConfig, warn: Callable[[str], object]) -> None:
        """`warn` is told, in a sentence, of every segment that cannot be used."""
        self._library = library
        self._config = config
        self._warn = warn

    def use(self, library: ObjectLibrary) -> None:
        """Take over that objects came or went."""
        self._library = library

    def make(self, roster: Roster, frame: Frame, segments: Sequence[Segment]) -> list[Search]:
        """Note in the tracks which of them have a segment, and tell which are to be searched.

        Args:
            roster: the tracks; new ones are made for segments that belong to none.
            frame: the frame that was segmented; not necessarily the newest.
            segments: of that frame.
        """
        searches: list[Search] = []
        for class_name, observations in self._usable(frame, segments).items():
            searches += self._of_class(roster, class_name, observations)
        return searches

    def _usable(self, frame: Frame, segments: Sequence[Segment]) -> dict[str, list[Observation]]:
        """The segments of known classes and of the frame's size, by class."""
        observations: dict[str, list[Observation]] = {}
        for segment in segments:
            name = segment.class_name
            if name not in self._library:
                known = ", ".join(self._library.names) or "there are none"
                self._warn(f"segmentation: class '{name}' is none of the objects ({known})")
                continue
            try:
                observations.setdefault(name, []).append(Observation(frame, segment))
            except InvalidInputError as error:
                self._warn(f"segmentation: {error}")
        return {name: usable for name, usable in observations.items() if usable}

    def _of_class(self, roster: Roster, class_name: str, observations: list[Observation]) -> list[Search]:
        stamp_ns = observations[0].frame.stamp_ns
        posed = [m for m in roster.of_class(class_name) if m.is_posed and m.pose_at(stamp_ns) is not None]
        overlaps = self._overlaps(observations, posed)
        matches = assign(overlaps, self._config.least_overlap)
        owners = {segment: posed[track] for segment, track in matches.items()}
        for machine in owners.values():
            machine.see_segment(stamp_ns)
        free = [
            i for i, shares in enumerate(overlaps) if shares.max(initial=0.0) < self._config.foreign_overlap
        ]
        missed = self._missed(posed, overlaps) if free else []
        for machine in missed:
            machine.miss_segment()
        # Until a missed track is doubted, a segment elsewhere may be its own; it is not taken for a new
        # object.
        free = free[sum(machine.is_settled for machine in missed) :]
        owners |= self._claim(roster, class_name, free, list(owners.values()), stamp_ns)
        return self._due([(owners[index], observations[index]) for index in sorted(owners)])

    def _missed(self, posed: list[TrackMachine], overlaps: np.ndarray) -> list[TrackMachine]:
        """Tracks that no segment of their class overlaps, where other segments belong to no track."""
        best = overlaps.max(axis=0, initial=0.0)
        return [m for m, share in zip(posed, best, strict=True) if share < self._config.foreign_overlap]

    def _overlaps(self, observations: list[Observation], posed: list[TrackMachine]) -> np.ndarray:
        """(segments, tracks) shares of the tracks' surfaces within the segments."""
        table = np.zeros((len(observations), len(posed)))
        for column, machine in enumerate(posed):
            points = self._library[machine.class_name].points
            for row, observation in enumerate(observations):
                T = machine.pose_at(observation.frame.stamp_ns)
                assert T is not None
                table[row, column] = overlap(points, T, observation.mask, observation.frame.camera)
        return table

    def _claim(
        self, roster: Roster, class_name: str, free: list[int], taken: list[TrackMachine], stamp_ns: int
    ) -> dict[int, TrackMachine]:
        """Give free segments to the tracks that need one most, then to new tracks."""
        waiting = [
            machine
            for state in _FIRST_SERVED
            for machine in roster.of_class(class_name)
            if machine.state == state and not machine.is_settled and machine not in taken
        ]
        claims = {}
        for index in free:
            if waiting:
                claims[index] = waiting.pop(0)
            elif len(roster.of_class(class_name)) < self._config.most_instances:
                claims[index] = roster.make(class_name, stamp_ns)
            else:
                break
            claims[index].segment_ns = stamp_ns
        return claims

    def _due(self, pairs: list[tuple[TrackMachine, Observation]]) -> list[Search]:
        """Those that need a cold start and did not have one a moment ago."""
        due = []
        for machine, observation in pairs:
            if machine.needs_cold_start and self._may_search(machine, observation.frame.stamp_ns):
                machine.searched_ns = observation.frame.stamp_ns
                machine.is_sought = True
                due.append(Search(machine, observation))
        return due

    def _may_search(self, machine: TrackMachine, stamp_ns: int) -> bool:
        if machine.searched_ns is None:
            return True
        return stamp_ns - machine.searched_ns >= self._config.interval * _NANOSECONDS
