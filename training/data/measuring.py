"""What a depth camera gives of an exact view, and which pixels a segmentation takes for the object."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.sensor.config import DepthSensorConfig
from training.data.viewing import View

_PRESETS: Mapping[str, Callable[[], DepthSensorConfig]] = {
    "realsense": presets.realsense,
    "structured_light": presets.structured_light,
}
_MOST_ERROR = 0.05
"""Of the side of a square as large as the mask (our choice)."""
SENSORS = (*_PRESETS, "mixed", "exact")


def measured_depth(view: View, sensor: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """(h, w) float32 metres of the crop, NaN where nothing is measured and beyond the border of the image.

    Args:
        view: exact.
        sensor: one of SENSORS; "mixed" draws one of the cameras, "exact" changes nothing.
        rng: of the noise.
    """
    depth = view.rendering.depth
    if sensor == "mixed":
        sensor = str(rng.choice(list(_PRESETS)))
    if sensor != "exact":
        camera = Sensors(depth=_PRESETS[sensor]())
        depth, _ = camera.measure(view.rendering, view.subject.scene, view.T_world_camera, rng)
    return np.where(view.inside, depth, np.float32(np.nan))


def segmented(view: View, error: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(h, w) bool mask as a segmentation gives it: the true one, grown or shrunk by some pixels.

    Args:
        view: exact.
        error: most pixels; each number down to as many less is as likely. Of small masks fewer: a twentieth
            of the square root of their area.
        rng: draws it.
    """
    mask = view.mask
    error = min(error, round(_MOST_ERROR * float(np.sqrt(mask.sum()))))
    rim = int(rng.integers(-error, error + 1))
    if rim == 0:
        return mask
    kernel = np.ones((2 * abs(rim) + 1,) * 2, np.uint8)
    change = cv2.dilate if rim > 0 else cv2.erode
    changed = change(mask.astype(np.uint8), kernel) > 0
    return np.asarray(changed & view.inside) if changed.any() else mask
