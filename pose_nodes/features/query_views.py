"""What the surface of an object looks like to a vision network: views of its mesh from all around, whose
tokens are lifted to the points that they show.

As the query of Caraffa et al., "FreeZe", ECCV 2024.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.features.square_crop import SquareCrop
from pose_nodes.features.token_grid import sampled
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.rendering.color import ColorRenderer
from pose_nodes.rendering.mesh_picture import look_from
from pose_nodes.rendering.viewpoints import camera_for, directions_around

_DISTANCE = 4.0
"""Of the camera, in diameters (our choice): about that of a hand-sized object on a table."""
_HIDDEN = 0.02
"""In diameters: a point so far behind what a view shows is not seen in it (our choice)."""


@dataclass(frozen=True, eq=False)
class SurfaceTokens:
    """What views say of the points of a surface.

    Attributes:
        means: (n, d) float32 mean of the tokens of the views that show a point; zero where none does.
        views: (n,) int64 how many show it.
    """

    means: NDArray[np.float32]
    views: NDArray[np.int64]


def surface_tokens(model: ObjectModel, encoder: PatchEncoder, config: VisualConfig) -> SurfaceTokens:
    """Tokens of all points of a model; the same model gives the same bits."""
    renderer = ColorRenderer(model.mesh)
    largest = 2.0 * np.linalg.norm(model.mesh.vertices - model.box_centre, axis=1).max()
    camera = camera_for(float(largest), _DISTANCE * model.diameter, config.pixels)
    sums, views = None, np.zeros(len(model.points), np.int64)
    for direction in directions_around(config.views):
        T_camera_object = look_from(direction, model.box_centre, _DISTANCE * model.diameter)
        image, depth = renderer.render(T_camera_object, camera)
        crop = SquareCrop.around(np.isfinite(depth), config.patches * encoder.patch)
        tokens = encoder.tokens(crop.cut(image)[None])[0]
        seen, uv = _seen(model, T_camera_object, camera, depth)
        if sums is None:
            sums = np.zeros((len(model.points), tokens.shape[2]), np.float32)
        sums[seen] += sampled(tokens, crop.places(uv))
        views[seen] += 1
    assert sums is not None
    sums /= np.maximum(views, 1)[:, None]
    return SurfaceTokens(sums, views)


def _seen(
    model: ObjectModel, T_camera_object: se3.Matrix, camera: PinholeCamera, depth: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Indices of the points that a view shows, and where: (k, 2) columns and rows."""
    points = se3.transform(T_camera_object, model.points)
    normals = se3.rotate(T_camera_object, model.normals)
    uv = camera.project(points)
    columns, rows = np.rint(uv).astype(np.int64).clip(0, camera.width - 1).T
    behind = points[:, 2] - depth[rows, columns]
    facing = np.einsum("ij,ij->i", points, normals) < 0.0
    seen = np.flatnonzero(facing & (behind < _HIDDEN * model.diameter))  # false beside the mesh: NaN
    return seen, uv[seen]
