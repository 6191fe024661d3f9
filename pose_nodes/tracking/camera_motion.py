"""The camera's own motion: what is known of objects in one frame, seen from where the camera is in another.

With it a track's velocity is that of its object relative to what stands still, however the camera is swung
about; without it, it is relative to the camera.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.tracking.motion_filter import MotionState

CameraPose = Callable[[str, int], se3.Matrix | None]
"""(camera's optical frame, stamp in nanoseconds) -> T_static_camera (4, 4), or None where it is not known."""
_REMEMBERED = 16


class CameraMotion:
    """Tells how the camera moved between two frames; each pose is asked for once a frame."""

    def __init__(self, camera_pose: CameraPose | None) -> None:
        """Without a source of camera poses, no motion is known."""
        self._camera_pose = camera_pose
        self._known: dict[int, se3.Matrix | None] = {}

    def since(self, before_ns: int, frame: Frame) -> se3.Matrix | None:
        """T_now_before (4, 4) from a stamp to a frame of the same camera; None where it is not known."""
        if self._camera_pose is None:
            return None
        T_static_now = self._at(self._camera_pose, frame.frame_id, frame.stamp_ns)
        if T_static_now is None:
            return None
        T_static_before = self._at(self._camera_pose, frame.frame_id, before_ns)
        return None if T_static_before is None else se3.inverse(T_static_now) @ T_static_before

    def _at(self, camera_pose: CameraPose, camera_frame: str, stamp_ns: int) -> se3.Matrix | None:
        known = self._known
        if stamp_ns not in known:
            # What was unknown may be known by the next frame.
            kept = [entry for entry in known.items() if entry[1] is not None][-_REMEMBERED:]
            known = dict([*kept, (stamp_ns, camera_pose(camera_frame, stamp_ns))])
            self._known = known
        return known[stamp_ns]


def carried_motion(state: MotionState, T_now_before: se3.Matrix) -> MotionState:
    """A motion as it is seen from where the camera is now; velocity and covariance are turned with it."""
    turn = np.kron(np.eye(4), T_now_before[:3, :3])
    return replace(
        state,
        T_camera_object=T_now_before @ state.T_camera_object,
        velocity=turn[:6, :6] @ state.velocity,
        offsets=state.offsets @ turn.T,
        covariances=turn @ state.covariances @ turn.T,
        unseen=turn[:6, :6] @ state.unseen @ turn[:6, :6].T,
    )


def carried_estimate(estimate: PoseEstimate, T_now_before: se3.Matrix) -> PoseEstimate:
    """An estimate as it is seen from where the camera is now."""
    turn = np.kron(np.eye(2), T_now_before[:3, :3])
    return replace(
        estimate,
        T_camera_object=T_now_before @ estimate.T_camera_object,
        covariance=turn @ estimate.covariance @ turn.T,
        bias=turn @ estimate.bias @ turn.T,
    )
