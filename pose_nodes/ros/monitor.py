"""What a tracker node remembers of its own work, for diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable

from pose_nodes.core.track import Track
from pose_nodes.ros.depth_rules import DepthFacts
from pose_nodes.ros.meters import DurationMeter, RateMeter
from pose_nodes.ros.problems import ProblemLog
from pose_nodes.ros.process_watch import ProcessWatch
from pose_nodes.ros.qos import QosWatch
from pose_nodes.ros.stamp_gaps import StampGaps
from pose_nodes.ros.synchroniser import SyncStatistics
from pose_nodes.tracking.live import LiveStatistics

RESETS_WITHIN_S = 2.0


class TrackerMonitor:
    """Filled by inputs and outputs, read by diagnostics.

    Attributes:
        problems: the problems of late.
        qos: topics on which nothing passes.
        begun_s: since when it counts, by the monotonic clock.
        arrivals: messages by full topic name, of the topics that a camera must provide.
        gaps: what is missing of those topics, by their stamps.
        masks: segmentation messages.
        resets: requests to forget tracks, within the last two seconds.
        processed: frames whose poses were published.
        arrival: seconds from the image's stamp to the complete frame, by the node's clock.
        stages: seconds of the stages of one object's update, by name.
        process: what the process takes of the machine.
        latency: seconds from the image's stamp to publication, by the node's clock.
        stale_frames: frames dropped because their stamp was not newer than the one before.
        image_shape: (height, width) of the last frame; None before the first.
        depth: facts of the last depth image.
        tracks: the tracks as published last.
        configuration_error: why the node could not be configured or activated; empty when it could.
        synchronisation: asks the synchroniser; None while inactive.
        live: asks the tracker; None while inactive.
    """

    def __init__(self, log: Callable[[str], object]) -> None:
        self.problems = ProblemLog(log)
        self.qos = QosWatch()
        self.process = ProcessWatch()
        self.configuration_error = ""
        self.synchronisation: Callable[[], SyncStatistics] | None = None
        self.live: Callable[[], LiveStatistics] | None = None
        self.begin(())

    def begin(self, topics: tuple[str, ...]) -> None:
        """Start counting anew, for a node that listens to these topics."""
        self.begun_s = time.monotonic()
        self.arrivals = {topic: RateMeter() for topic in topics}
        self.gaps = {topic: StampGaps() for topic in topics}
        self.masks = RateMeter()
        self.resets = RateMeter(RESETS_WITHIN_S)
        self.processed = RateMeter()
        self.latency = DurationMeter()
        self.arrival = DurationMeter()
        self.stages: dict[str, DurationMeter] = {}
        self.stale_frames = 0
        self.image_shape: tuple[int, int] | None = None
        self.depth: DepthFacts | None = None
        self.tracks: list[Track] = []
        self.qos.clear()

    def take(self, tracks: list[Track]) -> None:
        """Note the tracks of a frame, and how long each stage of their updates took."""
        self.tracks = tracks
        for track in tracks:
            for stage, seconds in track.estimate.seconds.items() if track.estimate is not None else ():
                self.stages.setdefault(stage, DurationMeter()).add(seconds)
