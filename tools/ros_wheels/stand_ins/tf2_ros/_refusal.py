"""Which transforms a buffer does not take."""

from __future__ import annotations

import math

from geometry_msgs.msg import TransformStamped


def reason_to_refuse(message: TransformStamped) -> str | None:
    """Why ``message`` is no transform between two frames, or None."""
    t, q = message.transform.translation, message.transform.rotation
    if not message.child_frame_id.strip("/"):
        return "child_frame_id is not set"
    if not message.header.frame_id.strip("/"):
        return "header.frame_id is not set"
    if message.child_frame_id.strip("/") == message.header.frame_id.strip("/"):
        return "child_frame_id and header.frame_id are the same"
    if any(math.isnan(value) for value in (t.x, t.y, t.z, q.x, q.y, q.z, q.w)):
        return "it contains NaN"
    if q.x == q.y == q.z == q.w == 0:
        return "its quaternion is zero"
    return None
