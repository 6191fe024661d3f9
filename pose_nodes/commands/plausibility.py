"""Whether depth, mask and object fit together: a wrong unit shows in the size that the mask would have."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.observation import Observation

NEAREST, FARTHEST = 0.03, 30.0
"""Metres; no depth camera for handheld objects measures outside of these (our choice)."""
SMALLEST_SHARE, LARGEST_SHARE = 0.12, 4.0
"""Extent of the mask in diameters; a mostly hidden object and a sloppy mask still pass (our choice)."""


def check_depth_scale(observation: Observation, diameter: float, units_per_metre: float, name: str) -> None:
    """Raise when the depth in the mask cannot be that of the object.

    Args:
        observation: frame and mask.
        diameter: of the object, metres.
        units_per_metre: what the depth image was read with.
        name: of the depth image, for the sentence.

    Raises:
        InvalidInputError: the mask is empty, has no depth, or its depth is implausible at this unit.
    """
    mask, depth = observation.mask, observation.frame.depth
    if not mask.any():
        raise InvalidInputError("mask: is empty; it must be non-zero where the object is seen")
    measured = depth[mask & np.isfinite(depth)]
    if len(measured) == 0:
        where = "anywhere" if not np.isfinite(depth).any() else "inside the mask"
        raise InvalidInputError(
            f"depth {name}: measures nothing {where}; give an image whose pixels are above 0 on the object"
        )
    distance = float(np.median(measured))
    extent = _extent(observation, distance)
    if NEAREST < distance < FARTHEST and SMALLEST_SHARE < extent / diameter < LARGEST_SHARE:
        return
    raise InvalidInputError(
        f"depth {name}: at {units_per_metre:g} units per metre the mask is {distance:.3g} m away and "
        f"{100 * extent:.3g} cm across, but the object measures {100 * diameter:.3g} cm; check --depth-scale "
        "(1000 for millimetres), --mesh-unit and --mask"
    )


def _extent(observation: Observation, distance: float) -> float:
    """Diagonal of the mask's bounding box at a distance, metres."""
    camera = observation.frame.camera
    rows, columns = (np.flatnonzero(observation.mask.any(axis=axis)) for axis in (1, 0))
    width, height = np.ptp(columns) + 1, np.ptp(rows) + 1
    return float(distance * np.hypot(width / camera.fx, height / camera.fy))
