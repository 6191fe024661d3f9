"""One moment of an RGB-D camera."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera


@dataclass(frozen=True, eq=False)
class Frame:
    """Depth, aligned colour and camera of one moment.

    Attributes:
        stamp_ns: time of acquisition, nanoseconds.
        frame_id: name of the camera's optical frame (x right, y down, z forward).
        camera: intrinsics of the images, which all have its size.
        depth: (height, width) float32, metres along z, NaN where the sensor measured nothing.
        color: (height, width, 3) uint8 RGB, or None.
    """

    stamp_ns: int
    frame_id: str
    camera: PinholeCamera
    depth: NDArray[np.float32]
    color: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if self.depth.shape != self.camera.shape:
            raise InvalidInputError(_size_text("depth image", self.depth.shape, self.camera))
        if self.depth.dtype != np.float32:
            raise InvalidInputError(f"depth image: type is {self.depth.dtype}; it must be float32 metres")
        if self.color is not None and self.color.shape != (*self.camera.shape, 3):
            raise InvalidInputError(_size_text("colour image", self.color.shape, self.camera))

    @cached_property
    def grey(self) -> NDArray[np.uint8] | None:
        """(height, width) uint8 grey levels of the colour image, or None."""
        if self.color is None:
            return None
        return np.asarray(cv2.cvtColor(self.color, cv2.COLOR_RGB2GRAY), np.uint8)


def _size_text(name: str, shape: tuple[int, ...], camera: PinholeCamera) -> str:
    height, width = shape[0], shape[1] if len(shape) > 1 else 0
    return (
        f"{name}: size is {width}x{height} but the camera info says {camera.width}x{camera.height}; "
        "use depth that is aligned to colour, and the camera info of that image"
    )
