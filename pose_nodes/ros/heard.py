"""pose_nodes/TrackedObjectArray -> tracks and true poses: the way back of `tracked_objects`."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Pose

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.msg import TrackedObject, TrackedObjectArray
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.sequences.recording import GroundTruth


def from_pose(message: Pose) -> se3.Matrix:
    """A pose message as (4, 4)."""
    q, p = message.orientation, message.position
    return se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [p.x, p.y, p.z])


def heard_tracks(message: TrackedObjectArray) -> list[Track]:
    """The tracks of one frame; evidence that the message does not carry is NaN or zero."""
    stamp_ns = to_nanoseconds(message.header.stamp)
    return [_track(entry, stamp_ns) for entry in message.objects]


def heard_truths(message: TrackedObjectArray) -> list[GroundTruth]:
    """The true poses of one frame, as player_node publishes them."""
    return [
        GroundTruth(entry.class_name, from_pose(entry.pose.pose), float(entry.visible_fraction))
        for entry in message.objects
    ]


def _track(entry: TrackedObject, stamp_ns: int) -> Track:
    state = TrackState(entry.state)
    linear, angular = entry.velocity.linear, entry.velocity.angular
    return Track(
        id=entry.id,
        class_name=entry.class_name,
        state=state,
        stamp_ns=stamp_ns,
        estimate=_estimate(entry) if state in (TrackState.TRACKING, TrackState.SUSPECT) else None,
        velocity=np.array([linear.x, linear.y, linear.z, angular.x, angular.y, angular.z]),
        started_ns=stamp_ns - to_nanoseconds(entry.age),
        supported_ns=to_nanoseconds(entry.last_supported),
        reason=entry.reason,
    )


def _estimate(entry: TrackedObject) -> PoseEstimate:
    return PoseEstimate(
        class_name=entry.class_name,
        T_camera_object=from_pose(entry.pose.pose),
        size=np.array([entry.size.x, entry.size.y, entry.size.z]),
        score=float(entry.score),
        covariance=np.reshape(entry.pose.covariance, (6, 6)),
        evidence=Evidence(
            inlier_ratio=float(entry.inlier_ratio),
            depth_residual=float(entry.depth_residual),
            visible_fraction=float(entry.visible_fraction),
            contradicted_fraction=float(entry.contradicted_fraction),
        ),
        verified=entry.state == TrackedObject.TRACKING,
        reason=entry.reason,
    )
