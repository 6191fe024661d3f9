"""A picture that is laid over a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Texture:
    """An image and where the vertices of a mesh are in it.

    Attributes:
        coordinates: (n, 2) float64 of each vertex: 0 to 1 from left to right, and from the bottom to the top;
            beyond, the image repeats.
        image: (h, w, 3) uint8 RGB.
    """

    coordinates: NDArray[np.float64]
    image: NDArray[np.uint8]

    def at(self, coordinates: NDArray[np.float64]) -> NDArray[np.uint8]:
        """(n, 3) uint8 RGB of the texels nearest to (n, 2) coordinates."""
        height, width = self.image.shape[:2]
        columns = np.floor(np.mod(coordinates[:, 0], 1.0) * width).astype(np.int64)
        rows = np.floor(np.mod(1.0 - coordinates[:, 1], 1.0) * height).astype(np.int64)
        return np.asarray(self.image[rows.clip(0, height - 1), columns.clip(0, width - 1)])


def texture_of(raw: trimesh.Trimesh) -> Texture | None:
    """The texture of a mesh as it was read; None where it has none, or a broken one."""
    visual = raw.visual
    if visual.kind != "texture" or visual.uv is None:
        return None
    image = _image(visual.material)
    coordinates = np.asarray(visual.uv, np.float64)
    if image is None or coordinates.shape != (len(raw.vertices), 2) or not np.isfinite(coordinates).all():
        return None
    return Texture(coordinates, image)


def _image(material: Any) -> NDArray[np.uint8] | None:
    """(h, w, 3) uint8 RGB of a simple or a physically based material."""
    image = getattr(material, "image", None) or getattr(material, "baseColorTexture", None)
    if image is None:
        return None
    try:
        return np.asarray(image.convert("RGB"), np.uint8)
    except OSError:  # the image file is cut off
        return None
