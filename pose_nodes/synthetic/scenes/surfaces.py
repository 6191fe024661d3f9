"""What the pixels of a rendering show of the surfaces: their points, and what these look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.scenes.materials import Material, random_material
from pose_nodes.synthetic.scenes.rendering import Rendering
from pose_nodes.synthetic.scenes.scene import SceneObject

Array = NDArray[np.float32]


def material_of(one: SceneObject, label: int) -> Material:
    """The material of object `label` of a scene; one by its label where it has none."""
    return one.material or random_material(np.random.default_rng(label))


def pixels_of(rendering: Rendering, label: int) -> NDArray[np.int64]:
    """Flat indices of the pixels that show object `label`; 0 is the support."""
    shown = rendering.instance == label
    return np.flatnonzero(shown & np.isfinite(rendering.depth) if label == 0 else shown)


def points_of(rendering: Rendering, pixels: NDArray[np.int64], T_target_camera: se3.Matrix) -> Array:
    """(n, 3) points that pixels (n,) show, metres, in a target frame."""
    camera: PinholeCamera = rendering.camera
    depth = rendering.depth.ravel()[pixels]
    v, u = np.divmod(pixels, camera.width)
    x = (u - np.float32(camera.cx)) / np.float32(camera.fx)
    y = (v - np.float32(camera.cy)) / np.float32(camera.fy)
    points = np.stack([x * depth, y * depth, depth], axis=1).astype(np.float32)
    return points @ T_target_camera[:3, :3].T.astype(np.float32) + T_target_camera[:3, 3].astype(np.float32)


def albedo_of(
    one: SceneObject, material: Material, points_object: Array, faces: NDArray[np.int32], weights: Array
) -> Array:
    """(n, 3) RGB, 0 to 1, of points of an object: of its material, or of its vertices where it has none.

    Args:
        one: the object.
        material: of it.
        points_object: (n, 3) object frame, metres.
        faces: (n,) the faces that they are on.
        weights: (n, 3) of the corners of these.
    """
    colors = one.mesh.vertex_colors
    if one.material is None and colors is not None:
        corners = colors[one.mesh.faces[faces]].astype(np.float32) / np.float32(255)
        return np.asarray(np.einsum("ij,ijk->ik", weights, corners))
    return material.albedo(points_object)
