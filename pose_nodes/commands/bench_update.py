"""What it takes to follow one object into one frame, by stage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.commands.bench_data import BenchRecording
from pose_nodes.commands.bench_registration import icp_seconds
from pose_nodes.commands.bench_videos import OBJECTS, SECONDS, VideoPlan, rendered
from pose_nodes.commands.known_starts import ANY_DEVIATION, found_at
from pose_nodes.commands.one_thread import on_one_thread
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import ABSENT, TextTable, number, percent
from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.track import TrackState
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.metrics.summary import percentile
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.recording import RecordedFrame, Recording
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.motion_filter import MotionFilter
from pose_nodes.tracking.track_machine import TrackMachine

SYNTHETIC = VideoPlan("hand-held", (OBJECTS[0],), SECONDS["hand-held"])
FILTER = "filter and state"
_YARDSTICK_TRIALS = 6
"""Of each shape, before and after."""
_LEAST_VISIBLE = 0.3
"""Of a silhouette, where a track may begin."""


@dataclass(eq=False)
class Updates:
    """One object through one recording, frame by frame.

    Attributes:
        recording, name: of the recording and the object.
        seconds: processor time of each update.
        stages: seconds by the clock of each stage of each update, of FILTER among them.
        tracking: how many updates ended in TRACKING.
        starts: how often the object was put at its true pose: once, and after each loss.
        icp: seconds of `bench_registration.icp_seconds` in the same run.
    """

    recording: str
    name: str
    seconds: list[float] = field(default_factory=list)
    stages: list[Mapping[str, float]] = field(default_factory=list)
    tracking: int = 0
    starts: int = 0
    icp: float = float("nan")

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        seconds = np.array(self.seconds)
        return {
            "recording": self.recording,
            "object": self.name,
            "updates": len(seconds),
            "tracking": self.tracking / max(len(seconds), 1),
            "starts": self.starts,
            "median": percentile(seconds, 50),
            "p95": percentile(seconds, 95),
            "icp": self.icp,
            "stages": self.median_stages(),
        }

    def median_stages(self) -> dict[str, float]:
        """Median seconds of each stage that most updates have, in their order."""
        names = dict.fromkeys(name for stages in self.stages for name in stages)
        return {name: float(np.median([stages.get(name, 0.0) for stages in self.stages])) for name in names}


class _Timed:
    """An estimator that remembers what its last update took."""

    def __init__(self, estimator: InstanceEstimator) -> None:
        self._estimator = estimator
        self.stages: Mapping[str, float] = {}
        self.seconds = 0.0

    def initialise(self, observation: Observation) -> list[PoseEstimate]:
        return self._estimator.initialise(observation)

    def update(
        self,
        observation: Observation,
        prior: PoseEstimate,
        T_predicted: se3.Matrix | None = None,
        may_search: bool = True,
    ) -> PoseEstimate:
        begun = time.perf_counter()
        estimate = self._estimator.update(observation, prior, T_predicted, may_search)
        self.seconds, self.stages = time.perf_counter() - begun, estimate.seconds
        return estimate

    def evidence(self, frame: Frame, T_camera_object: se3.Matrix) -> Evidence | None:
        return self._estimator.evidence(frame, T_camera_object)


class _Follower:
    """Follows one object through the frames of a recording; puts it back where it is when it is lost."""

    def __init__(self, recording: str, model: ObjectModel, config: TrackerConfig) -> None:
        self._model, self._states = model, config.states
        self._motion = MotionFilter(config.motion)
        self._estimator = _Timed(InstanceEstimator(model, config.instance, np.random.default_rng(0)))
        self._machine: TrackMachine | None = None
        self.updates = Updates(recording, model.name)

    def see(self, recorded: RecordedFrame) -> None:
        if self._machine is not None and self._machine.is_posed:
            self._update(self._machine, recorded.frame)
        else:
            self._machine = self._started(recorded)

    def _update(self, machine: TrackMachine, frame: Frame) -> None:
        begun, cpu = time.perf_counter(), time.process_time()
        machine.follow(frame, self._estimator)
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - begun
        self.updates.seconds.append(cpu)
        self.updates.stages.append({**self._estimator.stages, FILTER: seconds - self._estimator.seconds})
        self.updates.tracking += machine.state == TrackState.TRACKING

    def _started(self, recorded: RecordedFrame) -> TrackMachine | None:
        for truth in recorded.truths:
            if truth.class_name != self._model.name or truth.visible_fraction < _LEAST_VISIBLE:
                continue
            frame = recorded.frame
            machine = TrackMachine("0", self._model.name, frame.stamp_ns, self._states, self._motion)
            found = found_at(self._estimator, self._model, frame, truth.T_camera_object)
            machine.start(found, frame.stamp_ns)
            self.updates.starts += 1
            return machine
        return None


def measure_updates(
    recordings: Sequence[BenchRecording], out: Path, synthetic: VideoPlan = SYNTHETIC
) -> list[Updates]:
    """Follow every object of some recordings and of a synthetic video, on one thread.

    Args:
        recordings: with true poses, at which the tracks begin.
        out: folder that keeps the rendered video for the next time.
        synthetic: the video.

    Raises:
        PoseNodesError: a recording cannot be read, or a folder cannot be written to.
    """
    rendered(synthetic, out)
    return on_one_thread(_measure_updates, list(recordings), out, synthetic)


def _measure_updates(recordings: Sequence[BenchRecording], out: Path, synthetic: VideoPlan) -> list[Updates]:
    scene = rendered(synthetic, out)
    opened = [open_recording(each.scene, each.objects_file, each.rate_hz) for each in recordings]
    pairs: list[tuple[str, Recording, ObjectLibrary]] = [
        (each.name, recording, library) for each, (recording, library) in zip(recordings, opened, strict=True)
    ]
    pairs.append((f"synthetic, {synthetic.motion}", scene, scene.library()))
    icp = icp_seconds(_YARDSTICK_TRIALS)
    measured = [updates for pair in pairs for updates in _follow_all(*pair)]
    icp = 0.5 * (icp + icp_seconds(_YARDSTICK_TRIALS))
    return [replace(updates, icp=icp) for updates in measured]


def _follow_all(name: str, recording: Recording, library: ObjectLibrary) -> list[Updates]:
    config = TrackerConfig(states=ANY_DEVIATION)
    followers = [_Follower(name, library[one], config) for one in library.names]
    for index in range(len(recording)):
        recorded = recording[index]
        for follower in followers:
            follower.see(recorded)
    return [follower.updates for follower in followers]


def update_tables(measured: Sequence[Updates]) -> list[TextTable]:
    """For people: the whole update, and its stages."""
    return [_whole(measured), _profile(measured)]


def _whole(measured: Sequence[Updates]) -> TextTable:
    rows = [
        (
            one.recording,
            one.name,
            str(len(one.seconds)),
            percent(one.tracking / len(one.seconds)) if one.seconds else ABSENT,
            number(percentile(np.array(one.seconds), 50), 2, 1e3),
            number(percentile(np.array(one.seconds), 95), 2, 1e3),
            number(one.icp, 2, 1e3),
            number(percentile(np.array(one.seconds), 50) / one.icp, 2),
        )
        for one in measured
    ]
    headers = (
        "recording", "object", "updates", "tracking", "ms median", "ms p95", "Open3D's ICP ms", "times that",
    )  # fmt: skip
    return TextTable("Update of one object, one thread", headers, tuple(rows))


def _profile(measured: Sequence[Updates]) -> TextTable:
    medians = [one.median_stages() for one in measured]
    stages = [name for name in dict.fromkeys(name for each in medians for name in each) if name != FILTER]
    names = [*stages, FILTER]
    rows = [
        (one.recording, one.name, *(number(each.get(name), 2, 1e3) for name in names))
        for one, each in zip(measured, medians, strict=True)
    ]
    return TextTable("Milliseconds of an update, by stage", ("recording", "object", *names), tuple(rows))
