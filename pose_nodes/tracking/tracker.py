"""The tracker: frames and segments in, tracks out.

`update` does everything at once, which suits recordings. A live camera cannot wait for cold starts: `live.py`
calls the parts (`advance`, `plan`, `find`, `adopt`) from two threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pose_nodes.core.errors import InvalidInputError, RegistrationError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track, TrackState
from pose_nodes.estimators.instance import Describers, InstanceEstimator
from pose_nodes.estimators.protocol import Estimator
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.tracking.camera_motion import CameraMotion, CameraPose
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.history import FrameHistory
from pose_nodes.tracking.motion_filter import MotionFilter
from pose_nodes.tracking.roster import Roster
from pose_nodes.tracking.search_plan import Search, SearchPlan
from pose_nodes.tracking.track_machine import TrackMachine

_LOGGER = logging.getLogger(__name__)
_FEW_FRAMES = 3
_ROLLING_STEP_NS = 60_000_000
"""Between frames through which a candidate is followed to the present; nearer ones are skipped (our
choice)."""
_UPDATES_A_FRAME = 12
_UPDATES_OF_A_SEARCH = 5
"""Time for a frame, and what a search around a track takes that is not found where it should be, in updates
of an object. One search is always allowed (our choice)."""
SAME_PLACE = 0.5
"""Diameters; two tracks of a class that are nearer to each other are one object (our choice)."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a cold start gave.

    Attributes:
        search: what was asked for.
        candidate: a track that begins with the pose that was found; None when none was verified.
        estimator: that found it, and follows it to the present; None when the object is no longer known.
        reason: why there is none.
    """

    search: Search
    candidate: TrackMachine | None
    estimator: Estimator | None
    reason: str


@dataclass(frozen=True, eq=False)
class PreparedObject:
    """An object, and what finds and follows it."""

    model: ObjectModel
    estimator: Estimator


def prepare_object(model: ObjectModel, config: TrackerConfig) -> PreparedObject:
    """Prepare an object for `Tracker.add_object`; takes a second or two, and touches no tracker.

    The random numbers of its cold starts follow from the seed of the configuration and from its name.
    """
    rng = np.random.default_rng([config.seed, *model.name.encode()])
    describer = Describers(config.instance, config.device).of(model)
    return PreparedObject(model, InstanceEstimator(model, config.instance, rng, describer))


class Tracker:
    """Owns the tracks; its parts may be called from several threads."""

    def __init__(
        self,
        library: ObjectLibrary,
        config: TrackerConfig,
        warn: Callable[[str], object] = _LOGGER.warning,
        camera_pose: CameraPose | None = None,
    ) -> None:
        """Prepare every object; takes some tenths of a second for each.

        Args:
            library: the objects to look for.
            config: options.
            warn: is told, in a sentence, of every segment that cannot be used, and of every cold start for
                which the machine had no memory or no working GPU.
            camera_pose: tells where the camera was; predictions then leave its motion to it.
        """
        self._camera = CameraMotion(camera_pose)
        self._library = library
        self._config = config
        self._warn = warn
        describers = Describers(config.instance, config.device)
        seeds = np.random.default_rng(config.seed).integers(2**63, size=len(library.names))
        self._estimators: dict[str, Estimator] = {
            name: InstanceEstimator(
                library[name], config.instance, np.random.default_rng(seed), describers.of(library[name])
            )
            for name, seed in zip(library.names, seeds, strict=True)
        }
        self._plan = SearchPlan(library, config.search, warn)
        motion = MotionFilter(config.motion)
        motion.rehearse()
        self._roster = Roster(library.names, config.states, motion)
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(config.threads, "follow")
        self._now_ns = self._turn = 0
        self.history = FrameHistory(config.history)

    @property
    def library(self) -> ObjectLibrary:
        """The objects that are looked for."""
        with self._lock:
            return self._library

    def add_object(self, prepared: PreparedObject) -> list[str]:
        """Look for one more object; one of its name is replaced, as if it had been removed; ids of its
        tracks."""
        model = prepared.model
        with self._lock:
            gone = self.remove_object(model.name) if model.name in self._library else []
            self._estimators[model.name] = prepared.estimator
            self._use(self._library.with_object(model))
            return gone

    def remove_object(self, name: str) -> list[str]:
        """Look no longer for an object; the ids of its tracks, which are forgotten.

        Cold starts under way for it come to nothing.

        Raises:
            UnknownObjectError: there is no object of that name; the nearest name is given.
        """
        with self._lock:
            library = self._library.without(name)
            gone = self._roster.remove_class(name)
            del self._estimators[name]
            self._use(library)
            return gone

    def _use(self, library: ObjectLibrary) -> None:
        self._library = library
        self._plan.use(library)
        self._roster.use(library.names)

    def update(self, frame: Frame, segments: Sequence[Segment] = ()) -> list[Track]:
        """Follow all tracks into a frame, then look for what its segments show.

        The same input gives the same poses, up to the rounding of Open3D's threaded sums.
        A frame that is not newer than the last one begins a new time: all tracks are forgotten first.

        Args:
            frame: the next frame.
            segments: of this frame; none where it was not segmented.
        """
        newest = self.history.newest_ns
        if newest is not None and frame.stamp_ns <= newest:
            self.reset([])
        self.history.add(frame)
        self.advance(frame)
        for search in self.plan(frame, segments):
            self.adopt(self.find(search))
        return self.tracks()

    def close(self) -> None:
        """End the threads that follow objects; nothing can be followed after."""
        self._pool.shutdown()

    def advance(self, frame: Frame, may_search: bool = True) -> list[Track]:
        """Follow all tracks into a frame.

        Args:
            frame: the next one.
            may_search: whether there is time to search around tracks that are not found where they should be.
        """
        with self._lock:
            self._now_ns = frame.stamp_ns
            self._follow_all(frame, may_search)
            self._roster.forget_unseen(frame.stamp_ns)
            return self.tracks()

    def _follow_all(self, frame: Frame, may_search: bool) -> None:
        """Follow every object, several at once: most of the work is done without Python's lock."""
        machines = list(self._roster)
        searching = self._searching(machines) if may_search else set()

        def follow(machine: TrackMachine) -> None:
            self._follow(machine, frame, self._estimators[machine.class_name], machine.id in searching)

        # Each track belongs to one thread; what tracks of a class share has no state.
        for _ in self._pool.map(follow, machines) if len(machines) > 1 else map(follow, machines):
            pass

    def _searching(self, machines: list[TrackMachine]) -> set[str]:
        """The ids of the tracks that may search around where they are not found in this frame: few, as each
        takes longer than all others together; those that were not found before, by turns, come first."""
        posed = [machine for machine in machines if machine.is_posed]
        self._turn += 1
        start = self._turn % max(len(posed), 1)
        by_turns = sorted(posed[start:] + posed[:start], key=lambda machine: machine.is_settled)
        most = max(1, (_UPDATES_A_FRAME - len(posed)) // _UPDATES_OF_A_SEARCH)
        return {machine.id for machine in by_turns[:most]}

    def _follow(
        self, machine: TrackMachine, frame: Frame, estimator: Estimator, may_search: bool = True
    ) -> None:
        """Follow one object into a frame, from where the camera's motion leaves it."""
        if machine.is_posed and frame.stamp_ns > machine.stamp_ns:
            T_now_before = self._camera.since(machine.stamp_ns, frame)
            if T_now_before is not None:
                machine.carry(T_now_before)
        machine.follow(frame, estimator, may_search)

    def tracks(self) -> list[Track]:
        """All tracks as they are."""
        with self._lock:
            return [machine.snapshot() for machine in self._roster]

    def plan(self, frame: Frame, segments: Sequence[Segment]) -> list[Search]:
        """The cold starts that are due after the segmentation of a frame, which need not be the newest."""
        with self._lock:
            return self._plan.make(self._roster, frame, segments)

    def is_due(self, search: Search) -> bool:
        """Whether a cold start is still wanted: its track was neither reset nor found meanwhile."""
        with self._lock:
            return search.machine in self._roster and not search.machine.is_settled

    def find(self, search: Search) -> Found:
        """Do a cold start; takes about a second, and changes no track."""
        machine, observation = search.machine, search.observation
        estimator = self._estimators.get(machine.class_name)
        if estimator is None:
            return Found(search, None, None, "the object was removed")
        try:
            best = estimator.initialise(observation)[0]
        except (InvalidInputError, RegistrationError) as error:
            return Found(search, None, estimator, str(error))
        except (NotImplementedError, RecursionError):  # of the RuntimeErrors, those of a wrong program
            raise
        except (RuntimeError, MemoryError) as error:  # as PyTorch's of a GPU that is full or broken
            return Found(search, None, estimator, self._tell_failure(machine.class_name, error))
        if not best.verified:
            return Found(search, None, estimator, f"no pose was verified: {best.reason}")
        candidate = machine.restarted(best, observation.frame.stamp_ns)
        return Found(search, candidate, estimator, "")

    def _tell_failure(self, name: str, error: Exception) -> str:
        """Warn of a cold start that the machine failed; why, in a sentence."""
        words = str(error).partition("\n")[0].partition(". ")[0]  # PyTorch goes on with numbers and advice
        fault = ": ".join(filter(None, (type(error).__name__, words)))
        reason = (
            f"a cold start failed ({fault}) and is tried again; where memory is short, end other programs or "
            "set tracker.device: cpu"
        )
        self._warn(f"object '{name}': {reason}")
        _LOGGER.debug("cold start of '%s'", name, exc_info=error)
        return reason

    def roll_forward(self, found: Found) -> None:
        """Follow what was found through the buffered frames to the present, until only few are left for
        `adopt`."""
        while len(self._step_forward(found)) > _FEW_FRAMES and self.is_due(found.search):
            pass

    def _step_forward(self, found: Found) -> list[Frame]:
        """Follow a candidate to the frame that is now the present; the frames on the way."""
        candidate, estimator = found.candidate, found.estimator
        if candidate is None or estimator is None:
            return []
        frames = self.history.between(candidate.stamp_ns, self._now_ns)
        for frame in frames:
            if frame is frames[-1] or frame.stamp_ns - candidate.stamp_ns >= _ROLLING_STEP_NS:
                self._follow(candidate, frame, estimator)
        return frames

    def adopt(self, found: Found) -> None:
        """Let a track go on with what was found for it, unless it was reset or recovered meanwhile."""
        with self._lock:
            if not self.is_due(found.search):
                return
            machine, candidate = found.search.machine, found.candidate
            machine.is_sought = False
            machine.segment_ns = max(machine.segment_ns, self._now_ns)
            self._step_forward(found)
            if candidate is None or not candidate.is_posed:
                machine.fail(found.reason or "found, but lost again on the way to the present")
            elif self._is_tracked_already(candidate):
                self._drop(machine)
            else:
                self._roster.replace(machine, candidate)

    def reset(self, names: Iterable[str]) -> list[str]:
        """Forget the tracks of the given ids or classes, all of them if there are none; their ids.

        Cold starts under way for them come to nothing. Without names, the frames are forgotten as well.

        Raises:
            UnknownObjectError: a name is neither that of a track nor of a class; then nothing is forgotten.
        """
        names = list(names)
        with self._lock:
            if not names:
                self.history.clear()
            return self._roster.reset(names)

    def _is_tracked_already(self, candidate: TrackMachine) -> bool:
        """Whether another track of the class is where the candidate is."""
        others = [m for m in self._roster.of_class(candidate.class_name) if m.id != candidate.id]
        return any(other.is_settled and self._distance(candidate, other) < SAME_PLACE for other in others)

    def _distance(self, a: TrackMachine, b: TrackMachine) -> float:
        """Between the middles of two objects of one class, in diameters."""
        model = self._library[a.class_name]
        middles = [se3.transform(machine.pose, model.box_centre[None])[0] for machine in (a, b)]
        return float(np.linalg.norm(middles[0] - middles[1]) / model.diameter)

    def _drop(self, machine: TrackMachine) -> None:
        """A search led to an object that has a track: one that was never found goes; others remember why."""
        if machine.state == TrackState.SEARCHING:
            self._roster.remove(machine)
        else:
            machine.fail("its segment shows an object that has a track already")
