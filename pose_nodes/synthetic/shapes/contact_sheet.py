"""A picture of many procedural objects, a row or half a row to a family."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.rendering import drawing
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.rendering.drawing import Image
from pose_nodes.rendering.mesh_picture import shaded
from pose_nodes.synthetic.shapes.library import generate
from pose_nodes.synthetic.shapes.procedural import ProceduralObject

_PIXELS = 200
_DISTANCE = 5.5
"""In radii of the object about its origin."""
_DIRECTION = np.array([0.75, 0.55, 0.6])


def contact_sheet(families: Sequence[str], each: int, columns: int, width: int = 120) -> Image:
    """The first `each` objects of families, (h, w, 3) uint8 RGB, the family's name on its first tile.

    Args:
        families: names as `library.generate` takes them.
        each: objects a family, seeds 0, 1, ...
        columns: tiles a row.
        width: of a tile, pixels.
    """
    tiles = []
    for family in families:
        images = [_picture(generate(family, seed)) for seed in range(each)]
        tiles += [drawing.captioned(images[0], family.removeprefix("generic_")), *images[1:]]
    return drawing.contact_sheet(tiles, columns, width)


def _picture(item: ProceduralObject) -> Image:
    """One object from above, its +x to the lower right, y upwards."""
    forward = -_DIRECTION / np.linalg.norm(_DIRECTION)
    right = np.cross(forward, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    R = np.stack([right, np.cross(forward, right), forward])
    distance = _DISTANCE * float(np.linalg.norm(item.mesh.vertices, axis=1).max())
    T_camera_object = se3.from_rotation_translation(R, np.array([0.0, 0.0, distance]))
    middle = (_PIXELS - 1) / 2
    camera = PinholeCamera(2.6 * _PIXELS, 2.6 * _PIXELS, middle, middle, _PIXELS, _PIXELS)
    return shaded(DepthRenderer(item.mesh).render(T_camera_object, camera), camera)
