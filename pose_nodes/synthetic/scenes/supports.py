"""Tables and bins, made of boxes: what physics needs, and a mesh to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.materials import Material
from pose_nodes.synthetic.scenes.scene import SceneObject


@dataclass(frozen=True, eq=False)
class Support:
    """What objects are dropped on: its upper side is z = 0 of the world, its middle x = y = 0.

    Attributes:
        centres: (k, 3) float64 middles of its boxes, world frame, metres.
        sizes: (k, 3) float64 extents of its boxes.
        area: (x, y) extent of the surface that things are dropped on, metres.
    """

    centres: NDArray[np.float64]
    sizes: NDArray[np.float64]
    area: tuple[float, float]

    def mesh(self) -> TriangleMesh:
        """All boxes in one mesh, world frame."""
        parts = []
        for centre, size in zip(self.centres, self.sizes, strict=True):
            part = trimesh.creation.box(size)
            part.apply_translation(centre)
            parts.append(part)
        whole = trimesh.util.concatenate(parts)
        return TriangleMesh(np.asarray(whole.vertices), np.asarray(whole.faces, np.int32))

    def as_object(self, material: Material | None = None) -> SceneObject:
        """The support as a part of a scene."""
        return SceneObject(self.mesh(), np.eye(4), material=material)


def table(width: float = 1.2, depth: float = 0.8, thickness: float = 0.03) -> Support:
    """A table top, metres.

    Raises:
        InvalidInputError: a length is not positive.
    """
    _check_lengths("table", width, depth, thickness)
    return Support(
        np.array([[0.0, 0.0, -thickness / 2]]), np.array([[width, depth, thickness]]), (width, depth)
    )


def bin_of(width: float = 0.4, depth: float = 0.3, height: float = 0.12, wall: float = 0.008) -> Support:
    """An open box; `width` and `depth` are inside, metres.

    Raises:
        InvalidInputError: a length is not positive.
    """
    _check_lengths("bin", width, depth, height, wall)
    outer_x, outer_y = width + 2 * wall, depth + 2 * wall
    x, y, z = (width + wall) / 2, (depth + wall) / 2, (height - wall) / 2
    centres = [[0, 0, -wall / 2], [x, 0, z], [-x, 0, z], [0, y, z], [0, -y, z]]
    side_x, side_y = [wall, outer_y, height + wall], [width, wall, height + wall]
    sizes = [[outer_x, outer_y, wall], side_x, side_x, side_y, side_y]
    return Support(np.array(centres, np.float64), np.array(sizes, np.float64), (width, depth))


def _check_lengths(name: str, *lengths: float) -> None:
    if not all(np.isfinite(length) and length > 0 for length in lengths):
        raise InvalidInputError(f"{name}: all lengths must be positive metres, but they are {lengths}")
