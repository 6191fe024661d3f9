"""Tracks -> pose_nodes/TrackedObjectArray: every state, with the evidence behind it."""

from __future__ import annotations

from pose_nodes.msg import TrackedObject, TrackedObjectArray
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.located import LocatedTrack, LocatedTracks
from pose_nodes.ros.poses import fill_pose_with_covariance, fill_twist, fill_xyz
from pose_nodes.ros.stamps import to_duration, to_nanoseconds, to_time

_PUBLISHED_EVIDENCE = ("inlier_ratio", "depth_residual", "visible_fraction", "contradicted_fraction")


def tracked_object_array(located: LocatedTracks, library: ObjectLibrary, now_ns: int) -> TrackedObjectArray:
    """Every track of one frame; `now_ns` is the time of publication by the node's clock."""
    latency = (now_ns - to_nanoseconds(located.header.stamp)) * 1e-9
    message = TrackedObjectArray(header=located.header)
    message.objects = [_tracked_object(track, library, latency) for track in located.tracks]
    return message


def _tracked_object(located: LocatedTrack, library: ObjectLibrary, latency: float) -> TrackedObject:
    track = located.track
    model = library[track.class_name]
    message = TrackedObject(
        id=track.id,
        class_name=track.class_name,
        state=int(track.state),
        age=to_duration(max(track.stamp_ns - track.started_ns, 0)),
        last_supported=to_time(track.supported_ns),
        symmetry=model.symmetry.notation,
        latency=latency,
        reason=track.reason,
    )
    fill_xyz(message.size, model.size)
    fill_twist(message.velocity, located.velocity)
    _fill_estimate(message, located)
    return message


def _fill_estimate(message: TrackedObject, located: LocatedTrack) -> None:
    estimate = located.track.estimate
    if estimate is None:
        return
    assert located.T_frame_object is not None and located.covariance is not None
    fill_pose_with_covariance(message.pose, located.T_frame_object, located.covariance)
    fill_xyz(message.size, estimate.size)
    message.score = float(estimate.score)
    for name in _PUBLISHED_EVIDENCE:
        setattr(message, name, float(getattr(estimate.evidence, name)))
