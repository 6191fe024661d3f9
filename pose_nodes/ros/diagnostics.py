"""What a tracker node tells on /diagnostics about its health."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import DiagnosticStatusWrapper, Updater
from rclpy.node import Node

from pose_nodes.core.track import TrackState
from pose_nodes.ros.depth_rules import depth_problem
from pose_nodes.ros.meters import Percentiles
from pose_nodes.ros.monitor import TrackerMonitor

SILENCE_S = 2.0
LARGEST_LOSS = 0.05
"""Share of the messages of a topic that may be missing without a warning (our choice)."""
PLAUSIBLE_LATENCY_S = 60.0
LOWEST_COMPLETENESS = 0.5
"""Share of the slowest stream's messages that must find their set (our choice)."""
FEW_UNMATCHED, MOST_UNMATCHED = 5, 0.2
"""Segmentations, and share of them, that may be without their frame without a warning (our choice)."""

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@dataclass(frozen=True)
class Status:
    """One line of diagnostics."""

    level: bytes
    message: str
    values: dict[str, str] = field(default_factory=dict)


class TrackerDiagnostics:
    """Publishes the state of a tracker node once a second (parameter diagnostic_updater.period)."""

    def __init__(self, node: Node, monitor: TrackerMonitor, hardware_id: str) -> None:
        """To be made once in a node's life: the updater declares its parameters."""
        self._updater = Updater(node)
        self._updater.setHardwareID(hardware_id)
        tasks: dict[str, Callable[[TrackerMonitor], Status]] = {
            "configuration": configuration_status,
            "inputs": partial(inputs_status, publishers=node.count_publishers),
            "transport": transport_status,
            "synchronisation": synchronisation_status,
            "quality of service": qos_status,
            "depth": depth_status,
            "processing": processing_status,
            "objects": objects_status,
            "process": process_status,
            "problems": problems_status,
        }
        for name, task in tasks.items():
            self._updater.add(name, partial(_fill, task, monitor))

    def update(self) -> None:
        """Publish now, besides the regular updates."""
        self._updater.force_update()


def configuration_status(monitor: TrackerMonitor) -> Status:
    """Whether the node could be configured and activated, and why not."""
    if monitor.configuration_error:
        return Status(ERROR, monitor.configuration_error)
    return Status(OK, "active" if monitor.live else "not active")


def inputs_status(monitor: TrackerMonitor, publishers: Callable[[str], int]) -> Status:
    """Which camera topics arrive, and how often."""
    if monitor.live is None:
        return Status(OK, "not listening")
    values = {topic: f"{meter.rate():.1f} Hz" for topic, meter in monitor.arrivals.items()}
    values["segmentation"] = f"{monitor.masks.rate():.1f} Hz"
    silent = [topic for topic, meter in monitor.arrivals.items() if meter.silence_s() > SILENCE_S]
    if not silent:
        return Status(OK, "all camera topics arrive", values)
    if time.monotonic() - monitor.begun_s < SILENCE_S:
        return Status(OK, "waiting for the first messages", values)
    reasons = [f"{topic} ({_publisher_text(publishers(topic))})" for topic in silent]
    return Status(
        ERROR, f"nothing arrives on {', '.join(reasons)}; 'python -m pose_nodes check' tells more", values
    )


def transport_status(monitor: TrackerMonitor) -> Status:
    """Messages that were sent and never came: by gaps in the stamps, and as far as the transport counts."""
    missed = {topic: gaps.missed() for topic, gaps in monitor.gaps.items()}
    values = {
        f"{topic} missing": f"{lost} of the last {lost + came}" for topic, (lost, came) in missed.items()
    }
    values |= {f"{topic} lost in transport": str(count) for topic, count in monitor.qos.lost().items()}
    worst = [topic for topic, (lost, came) in missed.items() if lost > LARGEST_LOSS * (lost + came)]
    if not worst:
        return Status(OK, "next to nothing is missing", values)
    return Status(
        WARN,
        f"messages are missing on {', '.join(worst)}, by their stamps; start camera and tracker with "
        "FASTRTPS_DEFAULT_PROFILES_FILE set to config/fastdds.xml, which has room for images, or lower the "
        "camera's rate or resolution",
        values,
    )


def synchronisation_status(monitor: TrackerMonitor) -> Status:
    """Whether the camera's messages come in sets of one moment."""
    if monitor.synchronisation is None:
        return Status(OK, "not listening")
    statistics = monitor.synchronisation()
    values = {f"unmatched {stream}": str(count) for stream, count in statistics.unmatched.items()}
    values |= {"sets": str(statistics.sets), "stale frames dropped": str(monitor.stale_frames)}
    values["stamps apart"] = "unknown" if statistics.offset_s is None else f"{statistics.offset_s:.4f} s"
    complete = statistics.completeness
    values["completeness"] = "unknown" if complete is None else f"{complete:.0%}"
    if complete is not None and complete < LOWEST_COMPLETENESS and statistics.offset_s is not None:
        return Status(
            ERROR,
            f"colour, depth and camera info are {statistics.offset_s:.3f} s apart, so few make a set; let "
            "the driver "
            "synchronise them (enable_sync of the RealSense driver) or raise synchronisation.slop",
            values,
        )
    return Status(OK, "sets are complete" if statistics.sets else "no set yet", values)


def qos_status(monitor: TrackerMonitor) -> Status:
    """Topics on which nothing passes because the two sides ask for different QoS."""
    mismatches = monitor.qos.mismatches()
    if mismatches:
        return Status(ERROR, "; ".join(mismatches.values()))
    return Status(OK, "all matched")


def depth_status(monitor: TrackerMonitor) -> Status:
    """Whether the last depth image can carry a pose."""
    facts = monitor.depth
    if facts is None:
        return Status(OK, "no depth yet")
    values = {"valid pixels": f"{facts.valid_share:.1%}", "median": f"{facts.median_m:.3f} m"}
    problem = depth_problem(facts, "depth image")
    return Status(OK, "valid", values) if problem is None else Status(ERROR, problem, values)


def processing_status(monitor: TrackerMonitor) -> Status:
    """How fast frames become poses."""
    if monitor.live is None:
        return Status(OK, "not active")
    latency = monitor.latency.percentiles()
    statistics = monitor.live()
    values = {
        "rate": f"{monitor.processed.rate():.1f} Hz",
        "frames in": str(statistics.frames_in),
        "frames processed": str(statistics.frames_processed),
        "frames superseded": str(statistics.frames_superseded),
        "segmentations without their frame": str(statistics.segments_unmatched),
        "cold starts": str(statistics.cold_starts),
        "image stamp to pose, median": _latency_text(latency.p50),
        "image stamp to pose, 95 %": _latency_text(latency.p95),
        "image stamp to arrival": _stage_text(monitor.arrival.percentiles()),
        "all objects": _stage_text(Percentiles(statistics.seconds_median, statistics.seconds_p95)),
    }
    for stage, meter in sorted(monitor.stages.items()):
        values[f"one object: {stage}"] = _stage_text(meter.percentiles())
    unmatched, masks = statistics.segments_unmatched, monitor.masks.count
    if unmatched > max(FEW_UNMATCHED, MOST_UNMATCHED * masks):
        return Status(
            WARN,
            f"{unmatched} of {masks} segmentations are of images that never came, or are no longer kept; let "
            "the segmenter copy the stamp of its image, and answer within tracker.history.seconds",
            values,
        )
    return Status(OK, f"{monitor.processed.rate():.1f} frames a second", values)


def objects_status(monitor: TrackerMonitor) -> Status:
    """The state of each track, and why."""
    tracks = monitor.tracks
    values = {track.id: f"{track.state.name}: {track.reason}" for track in tracks}
    unsure = [track.id for track in tracks if track.state in (TrackState.SUSPECT, TrackState.LOST)]
    if unsure:
        return Status(WARN, f"no dependable pose of {', '.join(unsure)}", values)
    tracked = sum(track.state == TrackState.TRACKING for track in tracks)
    return Status(OK, f"{tracked} tracked, {len(tracks) - tracked} searched", values)


def process_status(monitor: TrackerMonitor) -> Status:
    """What the node takes of the machine."""
    facts = monitor.process.facts()
    memory = "unknown" if math.isnan(facts.resident_mb) else f"{facts.resident_mb:.0f} MB"
    values = {"memory": memory, "threads": str(facts.threads), "cores": f"{facts.cores:.2f}"}
    return Status(OK, f"{memory}, {facts.cores:.2f} cores", values)


def problems_status(monitor: TrackerMonitor) -> Status:
    """What went wrong in the last seconds."""
    problems = monitor.problems.recent()
    if not problems:
        return Status(OK, "none")
    values = {f"problem {number}": f"{p.sentence} ({p.count}x)" for number, p in enumerate(problems, 1)}
    return Status(WARN, problems[0].sentence, values)


def _fill(
    task: Callable[[TrackerMonitor], Status], monitor: TrackerMonitor, wrapper: DiagnosticStatusWrapper
) -> DiagnosticStatusWrapper:
    status = task(monitor)
    wrapper.summary(status.level, status.message)
    for key, value in status.values.items():
        wrapper.add(key, value)
    return wrapper


def _publisher_text(count: int) -> str:
    return "no publisher" if count == 0 else f"{count} publisher{'s' if count > 1 else ''} that sent nothing"


def _latency_text(seconds: float) -> str:
    if math.isnan(seconds):
        return "unknown"
    if abs(seconds) > PLAUSIBLE_LATENCY_S:
        return "unknown (the images are not stamped by this node's clock)"
    return f"{seconds * 1e3:.1f} ms"


def _stage_text(seconds: Percentiles) -> str:
    """Median and 95th percentile of a stage."""
    if math.isnan(seconds.p50):
        return "unknown"
    if max(abs(seconds.p50), abs(seconds.p95)) > PLAUSIBLE_LATENCY_S:
        return _latency_text(seconds.p95)
    return f"median {seconds.p50 * 1e3:.2f} ms, 95 % {seconds.p95 * 1e3:.2f} ms"
