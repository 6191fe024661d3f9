"""Where the camera stood in the frame that poses are wanted in, at the moment of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.time import Time
from tf2_ros import Buffer, TransformException

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.ros.poses import from_transform


class MissingTransformError(InvalidInputError):
    """TF does not know the camera in the target frame at the image's stamp."""


class TargetFrame:
    """Looks the camera up in a target frame; without one, poses stay in the camera's own frame.

    A missing transform is an error, never the identity: an identity would be a wrong pose.
    """

    def __init__(self, buffer: Buffer, target_frame: str, timeout_s: float) -> None:
        self._buffer = buffer
        self._target_frame = target_frame
        self._timeout = Duration(seconds=timeout_s)

    def name(self, camera_frame: str) -> str:
        """The frame that poses are told in."""
        return self._target_frame or camera_frame

    def camera_pose(self, camera_frame: str, stamp_ns: int) -> NDArray[np.float64]:
        """T_target_camera (4, 4) at a stamp.

        Raises:
            MissingTransformError: TF does not know it, not even after the timeout.
        """
        if self._target_frame in ("", camera_frame):
            return np.eye(4)
        try:
            found = self._buffer.lookup_transform(
                self._target_frame, camera_frame, Time(nanoseconds=stamp_ns), self._timeout
            )
        except TransformException as error:
            raise MissingTransformError(
                f"target_frame '{self._target_frame}': TF has no transform from '{camera_frame}' at the "
                "image's "
                f"stamp ({error}); publish it, or leave target_frame empty to get poses in the camera frame"
            ) from error
        return from_transform(found.transform)
