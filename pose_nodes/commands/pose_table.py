"""poses.csv: one line a track and frame, written while tracking goes on."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track
from pose_nodes.geometry import se3
from pose_nodes.metrics.summary import PoseError
from pose_nodes.sequences.recording import RecordedFrame

EVIDENCE = tuple(field.name for field in fields(Evidence))
POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")
HEADER = (
    "frame", "image_id", "stamp", "track", "class", "state", *POSE, "score", *EVIDENCE,
    "error_translation", "error_rotation", "reason",
)  # fmt: skip
_DIGITS = 9


class PoseTable:
    """An open poses.csv; every frame is on the disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        """Begin the file.

        Raises:
            InvalidInputError: the place cannot be written to.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise InvalidInputError(
                f"{path}: cannot be written ({error.strerror}); choose another --out"
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)

    def add(self, recorded: RecordedFrame, tracks: Sequence[Track], errors: dict[str, PoseError]) -> None:
        """Write the tracks of one frame; `errors` by track id, where the truth is known."""
        for track in tracks:
            error = errors.get(track.id)
            self._writer.writerow(
                [
                    recorded.index,
                    recorded.image_id,
                    f"{track.stamp_ns * 1e-9:.9f}",
                    track.id,
                    track.class_name,
                    track.state.name,
                    *_estimate_cells(track.estimate),
                    *([_cell(error.translation), _cell(error.rotation)] if error else ["", ""]),
                    track.reason,
                ]
            )
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        self._file.close()


def _estimate_cells(estimate: PoseEstimate | None) -> list[Any]:
    if estimate is None:
        return [""] * (len(POSE) + 1 + len(EVIDENCE))
    T = estimate.T_camera_object
    evidence = [getattr(estimate.evidence, name) for name in EVIDENCE]
    return [_cell(value) for value in (*T[:3, 3], *se3.quaternion_xyzw(T), estimate.score, *evidence)]


def _cell(value: float) -> str:
    """A number with nine significant digits; empty where it is not known."""
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else ""
