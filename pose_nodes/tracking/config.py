"""Options of the tracker."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import group, option
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.tracking.motion_filter import MotionConfig


@dataclass(frozen=True)
class StateConfig:
    """When a track is doubted, lost, or trusted again."""

    frames_to_lose: int = option(
        8, "frames in a row without sufficient evidence, after which a track is lost", minimum=1, maximum=1000
    )
    frames_to_trust: int = option(
        2, "frames in a row with sufficient evidence that a doubted track needs", minimum=1, maximum=100
    )
    least_usual_score: float = option(
        0.8,
        "share of a track's usual score that a pose must have; less is a sign of a wrong pose on its surface",
        minimum=0.0,
        maximum=1.0,
    )
    segments_to_disown: int = option(
        3, "segmentations in a row that show the object elsewhere, after which a track is doubted", minimum=1,
        maximum=1000,
    )  # fmt: skip
    hidden_fraction: float = option(
        0.3, "share of the silhouette behind something nearer, from which on an object is held, not lost",
        minimum=0.05, maximum=1.0,
    )  # fmt: skip
    longest_hold: float = option(
        0.5, "standard deviation of its place, at which a hidden object is given up", unit="sizes",
        minimum=0.01, maximum=100.0,
    )  # fmt: skip
    largest_deviation: float = option(
        0.0033, "of the place, standard deviation, up to which a pose is trusted; three of them are 1 cm",
        unit="m", minimum=0.0001, maximum=1.0,
    )  # fmt: skip
    largest_turn_deviation: float = option(
        0.029, "of the orientation, but for turns that no one can see; three of them are 5 degrees",
        unit="rad", minimum=0.001, maximum=3.2,
    )  # fmt: skip
    forget_after: float = option(
        2.0, "without a segment, after which an object that was never found is forgotten", unit="s",
        minimum=0.1, maximum=60.0,
    )  # fmt: skip


@dataclass(frozen=True)
class SearchConfig:
    """When objects are looked for in segments."""

    interval: float = option(
        0.3, "least time between two cold starts for one object", unit="s", minimum=0.0, maximum=60.0
    )
    most_instances: int = option(10, "tracks of one class", minimum=1, maximum=200)
    least_overlap: float = option(
        0.3, "share of an object's surface points that a segment must hold to be of that object's track",
        minimum=0.05, maximum=1.0,
    )  # fmt: skip
    foreign_overlap: float = option(
        0.1, "share below which segments of the class say that a track is elsewhere", minimum=0.0, maximum=1.0
    )


@dataclass(frozen=True)
class HistoryConfig:
    """How long frames are kept for segments that come late."""

    seconds: float = option(
        8.0, "at most; longer than a cold start may take", unit="s", minimum=0.1, maximum=60.0
    )
    frames: int = option(
        90, "at most, the older ones with gaps; a VGA frame takes 1.2 MB", minimum=4, maximum=1000
    )
    stamp_tolerance: float = option(
        0.002,
        "largest difference of the stamps of a segmentation and its frame",
        unit="s",
        minimum=0.0,
        maximum=0.5,
    )


@dataclass(frozen=True)
class TrackerConfig:
    """All options of the tracker."""

    device: str = option(
        "cpu",
        "where networks are computed, as those of dgedi; all else is always computed on the processor",
        choices=("cpu", "cuda"),
    )
    threads: int = option(2, "that follow objects, each one at a time", minimum=1, maximum=64)
    seed: int = option(
        0, "of the random numbers; the same seed and frames give the same poses up to rounding", minimum=0
    )
    states: StateConfig = group(StateConfig, "when a track is doubted, lost, or trusted again")
    motion: MotionConfig = group(MotionConfig, "how objects, or the camera, are thought to move")
    search: SearchConfig = group(SearchConfig, "when objects are looked for in segments")
    history: HistoryConfig = group(HistoryConfig, "how long frames are kept for late segments")
    instance: InstanceConfig = group(InstanceConfig, "the estimator of objects with a mesh")
