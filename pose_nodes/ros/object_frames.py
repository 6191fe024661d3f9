"""The TF frames of tracked objects."""

from __future__ import annotations

from geometry_msgs.msg import TransformStamped
from std_msgs.msg import Header

from pose_nodes.ros.located import LocatedTrack, LocatedTracks
from pose_nodes.ros.poses import fill_transform


def object_transforms(located: LocatedTracks, prefix: str) -> list[TransformStamped]:
    """One transform for each pose that may be acted on: header frame -> "<prefix><track id>".

    Only one node may broadcast a frame (REP 105); a prefix keeps the frames of several trackers apart.
    """
    return [
        _transform(track, located.header, prefix)
        for track in located.actionable().tracks
        if track.T_frame_object is not None
    ]


def _transform(track: LocatedTrack, header: Header, prefix: str) -> TransformStamped:
    message = TransformStamped(header=header)
    message.child_frame_id = f"{prefix}{track.track.id}".lstrip("/")  # tf2 knows no leading slash
    assert track.T_frame_object is not None
    fill_transform(message.transform, track.T_frame_object)
    return message
