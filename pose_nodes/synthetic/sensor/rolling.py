"""Images whose rows are taken one after the other, or later than their stamp, while camera or scene move."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.config import RollingConfig
from pose_nodes.synthetic.sensor.incidence import rays

Image = NDArray[np.float32]


def image_motion(depth: Image, camera: PinholeCamera, twist: NDArray[np.float64]) -> Image:
    """Velocity of what each pixel shows.

    Args:
        depth: (h, w) float32 metres; where NaN, the motion is that of a point infinitely far away.
        camera: intrinsics.
        twist: (6,) linear (m/s) and angular (rad/s) velocity of the scene in the camera frame: a point p
            moves by linear + angular x p; or (h, w, 6), that of what each pixel shows.

    Returns:
        (h, w, 3) float32: pixels/s along u, pixels/s along v, m/s along z (0 where NaN).
    """
    linear, angular = np.asarray(twist[..., :3], np.float32), np.asarray(twist[..., 3:], np.float32)
    directions = rays(camera)
    turned = np.cross(np.broadcast_to(angular, directions.shape), directions)
    velocity = turned + linear * np.nan_to_num(1.0 / depth)[..., None]  # per metre of depth
    motion = np.empty_like(velocity)
    motion[..., 0] = camera.fx * (velocity[..., 0] - directions[..., 0] * velocity[..., 2])
    motion[..., 1] = camera.fy * (velocity[..., 1] - directions[..., 1] * velocity[..., 2])
    motion[..., 2] = np.nan_to_num(velocity[..., 2] * depth)
    return motion


def row_times(rows: int, config: RollingConfig) -> NDArray[np.float32]:
    """(rows,) float32 time of each row after the stamp, seconds."""
    return np.asarray(config.delay + config.readout * np.arange(rows) / max(rows - 1, 1), np.float32)


def roll_depth(
    depth: Image, camera: PinholeCamera, twist: NDArray[np.float64], config: RollingConfig
) -> Image:
    """Depth as its rows see it; first order in the motion, which is to be small against the surfaces.

    An object that moves before others uncovers on its trailing side what is behind it, but covers nothing
    anew on its leading side.

    Args:
        depth: (h, w) float32 metres at the time of the stamp, NaN where nothing.
        camera, twist: as of `image_motion`.
        config: the times; zero changes nothing.

    Returns:
        (h, w) float32 metres.
    """
    if config.readout == config.delay == 0.0 or not np.any(twist):
        return depth
    motion = image_motion(depth, camera, twist)
    moved = depth + motion[..., 2] * row_times(camera.height, config)[:, None]
    u, v = _sources(motion, config)
    return np.asarray(cv2.remap(moved, u, v, cv2.INTER_NEAREST, borderValue=np.nan), np.float32)


def roll_color(
    color: NDArray[np.uint8],
    depth: Image,
    camera: PinholeCamera,
    twist: NDArray[np.float64],
    config: RollingConfig,
) -> NDArray[np.uint8]:
    """Colour as its rows see it; arguments as of `roll_depth`, colour (h, w, 3) uint8."""
    if config.readout == config.delay == 0.0 or not np.any(twist):
        return color
    sources = _sources(image_motion(depth, camera, twist), config)
    return np.asarray(cv2.remap(color, *sources, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _sources(motion: Image, config: RollingConfig) -> tuple[Image, Image]:
    """Columns and rows, both (h, w), where each pixel's content was at the stamp."""
    height, width = motion.shape[:2]
    times = row_times(height, config)[:, None]
    u = np.arange(width, dtype=np.float32) - motion[..., 0] * times
    v = np.arange(height, dtype=np.float32)[:, None] - motion[..., 1] * times
    return u, v
