"""All tracks: who is there, who is new, who is forgotten."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from pose_nodes.core.errors import UnknownObjectError
from pose_nodes.core.track import TrackState
from pose_nodes.tracking.config import StateConfig
from pose_nodes.tracking.motion_filter import MotionFilter
from pose_nodes.tracking.track_machine import TrackMachine

_NANOSECONDS = 1e9


class Roster:
    """The tracks by id, in order of their making."""

    def __init__(self, class_names: Iterable[str], config: StateConfig, motion: MotionFilter) -> None:
        self._class_names = tuple(class_names)
        self._config = config
        self._motion = motion
        self._machines: dict[str, TrackMachine] = {}

    def use(self, class_names: Iterable[str]) -> None:
        """Take over that objects came or went; see `remove_class` for the tracks of those that went."""
        self._class_names = tuple(class_names)

    def __iter__(self) -> Iterator[TrackMachine]:
        return iter(list(self._machines.values()))

    def __contains__(self, machine: TrackMachine) -> bool:
        return self._machines.get(machine.id) is machine

    def of_class(self, class_name: str) -> list[TrackMachine]:
        """The tracks of one class."""
        return [machine for machine in self._machines.values() if machine.class_name == class_name]

    def make(self, class_name: str, stamp_ns: int) -> TrackMachine:
        """A new track, which has the lowest number that is free."""
        ids = (f"{class_name}_{number}" for number in itertools.count())
        track_id = next(name for name in ids if name not in self._machines)
        machine = TrackMachine(track_id, class_name, stamp_ns, self._config, self._motion)
        self._machines[track_id] = machine
        return machine

    def replace(self, old: TrackMachine, new: TrackMachine) -> None:
        """Put a track in the place of another of the same id."""
        assert old in self and old.id == new.id
        self._machines[old.id] = new

    def remove(self, machine: TrackMachine) -> None:
        """Forget a track."""
        del self._machines[machine.id]

    def remove_class(self, class_name: str) -> list[str]:
        """Forget all tracks of a class; their ids."""
        gone = self.of_class(class_name)
        for machine in gone:
            self.remove(machine)
        return [machine.id for machine in gone]

    def forget_unseen(self, stamp_ns: int) -> None:
        """Forget objects that were never found and of which no segment came for a while."""
        longest = self._config.forget_after * _NANOSECONDS
        for machine in self:
            waits = machine.state == TrackState.SEARCHING and not machine.is_sought
            if waits and stamp_ns - machine.segment_ns > longest:
                self.remove(machine)

    def reset(self, names: Iterable[str]) -> list[str]:
        """Forget the tracks of the given ids or class names, all if there are none; the ids of those
        forgotten.

        Raises:
            UnknownObjectError: a name is neither that of a track nor of a class; then nothing is forgotten.
        """
        names = list(names)
        for name in names:
            if name not in self._machines and name not in self._class_names:
                known = ", ".join([*self._machines, *self._class_names])
                raise UnknownObjectError(f"'{name}' is neither a track nor an object; there are {known}")
        gone = [machine for machine in self if not names or {machine.id, machine.class_name} & set(names)]
        for machine in gone:
            self.remove(machine)
        return [machine.id for machine in gone]
