"""A coloured point cloud of a room with the boxes of its furniture, as indoor detection uses it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BACKGROUND = -1
"""The instance of a point that belongs to no box, and its class."""


@dataclass(frozen=True, eq=False)
class RoomBoxes:
    """Boxes that stand upright, in the frame of the cloud.

    Attributes:
        classes: (m,) int64 index of each box's class in the scene's class names.
        centres: (m, 3) float64 middle of each box, metres.
        sizes: (m, 3) float64 full extents along the box's own x, y and z, metres.
        yaws: (m,) float64 turn of the box about z, from the cloud's x towards its y, radians; 0 for
            axis-aligned boxes.
    """

    classes: NDArray[np.int64]
    centres: NDArray[np.float64]
    sizes: NDArray[np.float64]
    yaws: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True, eq=False)
class IndoorScene:
    """One scanned room, or a part of it.

    Attributes:
        name: of the scene, unique in its data set.
        class_names: of the data set, in the order of its labels.
        points: (n, 3) float32, metres, z up; where it comes from one view, x points right and y forward.
        colors: (n, 3) uint8 RGB.
        instances: (n,) int64 index of the box that a point belongs to, or BACKGROUND.
        semantics: (n,) int64 index of the class that a point belongs to, or BACKGROUND.
        boxes: of the furniture, axis-aligned or oriented as the data set has them.
        T_aligned_scan: (4, 4) float64, takes the points as scanned to those here; identity where the data set
            does not align its scans.
    """

    name: str
    class_names: tuple[str, ...]
    points: NDArray[np.float32]
    colors: NDArray[np.uint8]
    instances: NDArray[np.int64]
    semantics: NDArray[np.int64]
    boxes: RoomBoxes
    T_aligned_scan: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
