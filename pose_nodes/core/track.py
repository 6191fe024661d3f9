"""What the tracker tells of one object after one frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.estimate import PoseEstimate


class TrackState(IntEnum):
    """Values are those of pose_nodes/msg/TrackedObject."""

    SEARCHING = 0
    TRACKING = 1
    SUSPECT = 2
    LOST = 3


@dataclass(frozen=True, eq=False)
class Track:
    """One object as the tracker knows it after a frame; an immutable snapshot.

    Attributes:
        id: stable name, "<class_name>_<n>".
        class_name: name of the object in the object library.
        state: only a TRACKING object's pose may be acted on.
        stamp_ns: stamp of the frame this snapshot describes, nanoseconds.
        estimate: the pose in that frame; None while there is none (SEARCHING, LOST).
        velocity: (6,) float64 (vx, vy, vz, wx, wy, wz) in the camera frame, m/s and rad/s.
        started_ns: stamp of the frame in which the track was last started.
        supported_ns: stamp of the last frame whose depth supported the pose.
        reason: why the state is what it is, one sentence.
    """

    id: str
    class_name: str
    state: TrackState
    stamp_ns: int
    estimate: PoseEstimate | None
    velocity: NDArray[np.float64]
    started_ns: int
    supported_ns: int
    reason: str
