"""How fast what each pixel shows moves in the camera frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.camera_paths import Path
from pose_nodes.synthetic.scenes.rendering import Rendering
from pose_nodes.synthetic.scenes.scene import Scene

_STEP = 5e-4
"""Seconds to either side over which velocities are taken; paths are smooth over much longer times."""


def twist_at(T_camera_body: Callable[[float], se3.Matrix], time: float) -> NDArray[np.float64]:
    """(6,) linear (m/s) and angular (rad/s) velocity of a body in the camera frame.

    A point p of the body, in the camera frame, moves by linear + angular x p.
    """
    moved = T_camera_body(time + _STEP) @ se3.inverse(T_camera_body(time - _STEP))
    angular = Rotation.from_matrix(moved[:3, :3]).as_rotvec()
    now = T_camera_body(time)[:3, 3]
    linear = moved[:3, :3] @ now + moved[:3, 3] - now
    return np.asarray(np.concatenate([linear - np.cross(angular, now), angular]) / (2 * _STEP))


def twist_image(
    scene: Scene, rendering: Rendering, camera_path: Path, object_paths: Mapping[str, Path], time: float
) -> NDArray[np.float64]:
    """Twists as the sensors take them: (6,) where the camera alone moves, else (h, w, 6).

    Args:
        scene: at that time.
        rendering: of it, from the camera at that time.
        camera_path: T_world_camera.
        object_paths: T_world_object of the objects that move, by instance id.
        time: seconds.
    """
    of_world = twist_at(lambda t: se3.inverse(camera_path(t)), time)
    if not object_paths:
        return of_world
    twists = [of_world]
    for one in scene.objects:
        path = object_paths.get(one.instance_id)
        twists.append(of_world if path is None else twist_at(_seen_from(camera_path, path), time))
    return np.asarray(np.stack(twists)[rendering.instance])


def _seen_from(camera_path: Path, path: Path) -> Path:
    return lambda t: se3.inverse(camera_path(t)) @ path(t)
