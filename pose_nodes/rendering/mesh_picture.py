"""A picture of a mesh from several sides, shaded, with its axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.rendering import drawing
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.rendering.drawing import Image

VIEWS = {
    "from +x": (1.0, 0.0, 0.0),
    "from +y": (0.0, 1.0, 0.0),
    "from +z": (0.0, 0.0, 1.0),
    "from -x": (-1.0, 0.0, 0.0),
    "from -y": (0.0, -1.0, 0.0),
    "oblique": (0.6, -0.6, 0.5),
}
"""Where the camera stands, in the object frame, seen from the middle of the bounding box."""
_PIXELS = 400
_DISTANCE = 2.5
"""In diameters of the object."""
_PAPER = 235
_DARKEST = 40


def mesh_picture(model: ObjectModel) -> Image:
    """Six views on one sheet, (h, w, 3) uint8 RGB, with the axes of the mesh: x red, y green, z blue."""
    renderer = DepthRenderer(model.mesh)
    # The whole object fits: its radius about the middle of its box is at most the half diagonal of the box.
    focal = 0.9 * 0.5 * _PIXELS * _DISTANCE * model.diameter / (0.5 * float(np.linalg.norm(model.size)))
    middle = (_PIXELS - 1) / 2
    camera = PinholeCamera(focal, focal, middle, middle, _PIXELS, _PIXELS)
    images = []
    for name, direction in VIEWS.items():
        T_camera_object = look_from(np.array(direction), model.box_centre, _DISTANCE * model.diameter)
        image = shaded(renderer.render(T_camera_object, camera), camera)
        drawing.axes(image, camera, T_camera_object, 0.35 * model.diameter)
        images.append(drawing.captioned(image, name))
    return drawing.contact_sheet(images, columns=3, width=_PIXELS)


def look_from(direction: NDArray[np.float64], target: NDArray[np.float64], distance: float) -> se3.Matrix:
    """T_camera_object (4, 4) of a camera that looks at a point of the object, z of the object (or y) upwards.

    Args:
        direction: (3,) from the target to the camera, object frame.
        target: (3,) the point looked at, object frame, metres.
        distance: metres.
    """
    forward = -direction / np.linalg.norm(direction)
    up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    R = np.stack([right, np.cross(forward, right), forward])
    return se3.from_rotation_translation(R, np.array([0.0, 0.0, distance]) - R @ target)


def shaded(depth: NDArray[np.float32], camera: PinholeCamera) -> Image:
    """A depth image lit from the camera: (h, w) metres, NaN beside the object -> (h, w, 3) uint8 RGB."""
    v, u = np.indices(depth.shape)
    points = camera.unproject(depth, v.ravel(), u.ravel()).reshape(*depth.shape, 3)
    normals = np.cross(np.gradient(points, axis=1), np.gradient(points, axis=0))
    length = np.linalg.norm(normals, axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        facing = np.abs(normals[..., 2]) / length
    # At the rim of the object the neighbours are missing; there, it is seen at a grazing angle.
    light = np.where(np.isfinite(facing), facing, 0.0)
    grey = np.where(np.isfinite(depth), _DARKEST + (200 - _DARKEST) * light, _PAPER)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
