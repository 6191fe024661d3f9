"""An arm with a parallel gripper that carries an object, and hides a part of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.camera_paths import Attached, Path
from pose_nodes.synthetic.scenes.materials import Material
from pose_nodes.synthetic.scenes.scene import SceneObject
from pose_nodes.synthetic.scenes.supports import Support
from pose_nodes.synthetic.scenes.videos import Video

_GRIPPER = "gripper"
_FINGER = 0.3
"""Width of a finger in widths of the object, and how far the palm is above it, in heights (our choice)."""
_THICKNESS = 0.06
"""Of a finger, in diagonals of the object's box."""
_METAL = Material(((0.55, 0.56, 0.58), (0.5, 0.5, 0.52)), "mottled", 0.05, gloss=0.4)


def gripped(video: Video, path: Path) -> Video:
    """The first object of a video carried along a path by a gripper that comes from above.

    One finger is on its side towards -y of the world, the other on its other side.

    Args:
        video: its first object lies where the path begins.
        path: T_world_object.
    """
    one = video.scene.objects[0]
    corners = se3.transform(path(0.0), one.mesh.vertices)
    boxes = _gripper(corners.min(axis=0), corners.max(axis=0))
    # Its mesh is where it is in the world at first.
    part = SceneObject(boxes.mesh(), np.eye(4), instance_id=_GRIPPER, material=_METAL)
    paths: dict[str, Path] = {one.instance_id: path, _GRIPPER: Attached(path, se3.inverse(path(0.0)))}
    scene = replace(video.scene, objects=(*video.scene.objects, part))
    return replace(video, scene=scene, object_paths={**video.object_paths, **paths})


def _gripper(low: NDArray[np.float64], high: NDArray[np.float64]) -> Support:
    """Two fingers, a palm and an arm about a box (corners in metres, world frame)."""
    (x, y, z), size = 0.5 * (low + high), high - low
    thickness, gap = _THICKNESS * float(np.linalg.norm(size)), _FINGER * size[2]
    palm = high[2] + gap + 0.5 * thickness
    length = palm - z
    reach = 0.5 * (size[1] + thickness) + 0.001
    finger = [_FINGER * size[0], thickness, length]
    centres = [
        [x, y - reach, z + 0.5 * length], [x, y + reach, z + 0.5 * length], [x, y, palm], [x, y, palm + 0.5]
    ]  # fmt: skip
    sizes = [finger, finger, [finger[0], size[1] + 3 * thickness, thickness], [finger[0], finger[0], 1.0]]
    return Support(np.array(centres), np.array(sizes), (0.0, 0.0))
