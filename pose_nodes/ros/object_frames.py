"""The TF frames of tracked objects."""

from __future__ import annotations

from geometry_msgs.msg import TransformStamped

from pose_nodes.ros.located import LocatedTracks
from pose_nodes.ros.poses import to_transform


def object_transforms(located: LocatedTracks, prefix: str) -> list[TransformStamped]:
    """One transform for each pose that may be acted on: header frame -> "<prefix><track id>".

    Only one node may broadcast a frame (REP 105); a prefix keeps the frames of several trackers apart.
    """
    return [
        TransformStamped(
            header=located.header,
            child_frame_id=f"{prefix}{track.track.id}".lstrip("/"),  # tf2 knows no leading slash
            transform=to_transform(track.T_frame_object),
        )
        for track in located.actionable().tracks
        if track.T_frame_object is not None
    ]
