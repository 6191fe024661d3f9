"""Where the camera was in a frame that things stand still in, for predictions that leave its motion to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.time import Time
from tf2_ros import Buffer, TransformException

from pose_nodes.ros.poses import from_transform


class StaticFrame:
    """Looks the camera up in TF at images' stamps; what TF does not know is reported, never made up."""

    def __init__(
        self, buffer: Buffer, static_frame: str, timeout_s: float, report: Callable[[str, str], object]
    ) -> None:
        """`report` is told a sentence, and its kind, of every transform that is missing."""
        self._buffer = buffer
        self._static_frame = static_frame
        self._timeout = Duration(seconds=timeout_s)
        self._report = report

    def camera_pose(self, camera_frame: str, stamp_ns: int) -> NDArray[np.float64] | None:
        """T_static_camera (4, 4) at a stamp; None where TF does not know it, not even after the timeout."""
        # Waiting helps against a transform that is late, not against one that nobody publishes.
        is_connected = self._buffer.can_transform(self._static_frame, camera_frame, Time())
        timeout = self._timeout if is_connected else Duration()
        try:
            found = self._buffer.lookup_transform(
                self._static_frame, camera_frame, Time(nanoseconds=stamp_ns), timeout
            )
        except TransformException as error:
            self._report(
                f"static_frame '{self._static_frame}': TF has no transform from '{camera_frame}' at the "
                f"image's stamp ({error}), so objects are followed without the camera's motion; publish it, "
                "raise frames.static_frame_timeout if it comes late, or leave frames.static_frame empty",
                "static_frame",
            )
            return None
        return from_transform(found.transform)
