"""pose.json: what `estimate` tells of one object; its fields are described in docs/json.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.sequences.files import plain


def pose_report(
    name: str, best: PoseEstimate | None, reason: str, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """The value of pose.json.

    Args:
        name: of the object.
        best: the best estimate; None when nothing could be registered.
        reason: why there is no estimate; unused with one.
        seconds: time spent, by stage.

    Returns:
        Plain values without NaN; a pose that is not verified is left out, its evidence stays.
    """
    pose = best if best is not None and best.verified else None
    return dict(
        plain(
            {
                "object": name,
                "verified": pose is not None,
                "reason": reason if best is None else best.reason,
                "T_camera_object": None if pose is None else pose.T_camera_object,
                "size": None if best is None else best.size,
                "score": None if best is None else best.score,
                "evidence": None if best is None else asdict(best.evidence),
                "covariance": None if pose is None else pose.covariance,
                "seconds": dict(seconds),
            }
        )
    )
