"""An RGB-D image with objects of known categories: their masks, canonical coordinates, poses and sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.frame import Frame


@dataclass(frozen=True, eq=False)
class CategoryInstance:
    """One object of an image.

    Its frame is the canonical one of its category (Wang et al., CVPR 2019): right-handed, y up, the origin in
    the middle of the box that bounds the model along its axes. A point p of `nocs` lies at
    T_camera_object · (scale · p) in the camera's optical frame.

    Attributes:
        category: its name.
        model: name of the object, unique in its data set.
        instance_id: number in the image, from 1.
        mask: (h, w) bool visible pixels.
        nocs: (h, w, 3) float32 canonical coordinates, -0.5 to 0.5, in lengths of the box's diagonal; of use
            within the mask alone. NaN where unknown; None if the data set has none.
        T_camera_object: (4, 4) float64, rigid, canonical axes in metres into the camera's optical frame.
        scale: length of the box's diagonal, metres.
        size: (3,) float64 extents of the box along the canonical axes, metres; NaN if unknown.
        handle_visible: whether a mug shows its handle, without which it has a symmetry; True where the data
            does not say.
    """

    category: str
    model: str
    instance_id: int
    mask: NDArray[np.bool_]
    nocs: NDArray[np.float32] | None
    T_camera_object: NDArray[np.float64]
    scale: float
    size: NDArray[np.float64]
    handle_visible: bool = True


@dataclass(frozen=True, eq=False)
class CategoryFrame:
    """One image.

    Attributes:
        name: of the image in its data set, such as "train/00012/0003".
        frame: depth, colour and camera.
        instances: the objects with a pose.
    """

    name: str
    frame: Frame
    instances: tuple[CategoryInstance, ...]


def box_of(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(4,) int32 y1, x1, y2, x2 of the pixels, the ends excluded, as NOCS has boxes; zeros for no pixel."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return np.zeros(4, np.int32)
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1], np.int32)
