"""sensor_msgs/CameraInfo -> PinholeCamera."""

from __future__ import annotations

import numpy as np
from sensor_msgs.msg import CameraInfo

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera


def decode_camera_info(message: CameraInfo, topic: str, rectified: bool = False) -> PinholeCamera:
    """The intrinsics of the image that the message came with, after its region of interest and binning.

    Raw images have K; images that were rectified have the left 3x3 of P (sensor_msgs/CameraInfo, REP 104).

    Raises:
        InvalidInputError: the matrix or the size is not that of a camera (a driver without calibration sends
            zeros).
    """
    matrix = np.reshape(message.p, (3, 4))[:, :3] if rectified else np.reshape(message.k, (3, 3))
    try:
        full = PinholeCamera.from_matrix(matrix, message.width, message.height)
        return _binned(_cropped(full, message), message)
    except InvalidInputError as error:
        raise InvalidInputError(f"{topic}: {error}") from error


def distortion_warning(message: CameraInfo, topic: str, rectified: bool = False) -> str | None:
    """A sentence when the images are distorted, which the pinhole camera ignores; None when they are not."""
    if rectified or not np.any(message.d):
        return None
    return (
        f"{topic}: the lens distortion D is not zero and is ignored; subscribe to rectified images "
        "(image_proc) and set inputs.rectified, or expect poses that are off near the image border"
    )


def _cropped(camera: PinholeCamera, message: CameraInfo) -> PinholeCamera:
    roi = message.roi
    if roi.width == 0 or roi.height == 0:
        return camera
    return PinholeCamera(
        camera.fx, camera.fy, camera.cx - roi.x_offset, camera.cy - roi.y_offset, roi.width, roi.height
    )


def _binned(camera: PinholeCamera, message: CameraInfo) -> PinholeCamera:
    """Binning by n merges n pixels: the centre of the first binned pixel lies (n - 1) / 2 pixels inside."""
    x, y = max(message.binning_x, 1), max(message.binning_y, 1)
    return PinholeCamera(
        camera.fx / x,
        camera.fy / y,
        (camera.cx - 0.5 * (x - 1)) / x,
        (camera.cy - 0.5 * (y - 1)) / y,
        camera.width // x,
        camera.height // y,
    )
