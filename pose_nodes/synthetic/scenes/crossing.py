"""Look-alikes that pass each other: one before the other, and none to be mistaken for another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.synthetic.scenes.camera_paths import Slide, looking_at, standing
from pose_nodes.synthetic.scenes.scene import SceneObject
from pose_nodes.synthetic.scenes.videos import Video

_LANES = 1.15
"""Diameters from one lane to the next, so that nothing touches."""
_WAY = 1.5
"""Diameters from the middle to both ends of a lane."""
_SPEED = 2.0
"""Diameters a second at most (our choice)."""
_MARGIN = 0.7
"""Diameters from the middle of who is nearest at the end of its lane to the border of the image."""
_STEEPEST, _FLATTEST = 0.4, 0.15
"""Slopes of the view from the camera to the middle (our choice)."""
_OVERLAP = 0.45
"""How much of its height is hidden of an object that another passes before, about."""


def crossing(video: Video, model: ObjectModel, rng: np.random.Generator, at: float = 0.7) -> Video:
    """Three instances of the first object of a video: one stands, one passes before it to the right, one
    behind it to the left; each is turned about the vertical at random.

    Args:
        video: of an object that lies in the middle of the table.
        model: the object.
        rng: turns them.
        at: when they begin to move, seconds.
    """
    (one,) = video.scene.objects
    d = model.diameter
    starts = [np.zeros(3), np.array([-_WAY, -_LANES, 0.0]) * d, np.array([_WAY, _LANES, 0.0]) * d]
    objects, paths = [], {}
    for number, start in enumerate(starts):
        name = f"{model.name}_{number}"
        T = _turned(one.T_world_object, model, float(rng.uniform(0, 2 * np.pi)))
        T[:3, 3] += start
        objects.append(replace(one, T_world_object=T, instance_id=name))
        if number:
            paths[name] = Slide(T, np.array([-2 * start[0], 0.0, 0.0]), at, _SPEED * d)
    middle = se3.transform(one.T_world_object, model.box_centre[None])[0]
    away = d * _distance(video.camera) * _direction(one, d)
    return replace(
        video,
        scene=replace(video.scene, objects=tuple(objects)),
        object_paths=paths,
        camera_path=standing(looking_at(middle + away, middle)),
    )


def _distance(camera: PinholeCamera) -> float:
    """Of the camera from the middle, in diameters, so that all are in view."""
    slope = min(camera.cx, camera.width - 1 - camera.cx) / camera.fx
    return _LANES + (_WAY + _MARGIN) / slope


def _direction(one: SceneObject, diameter: float) -> NDArray[np.float64]:
    """(3,) from the middle to the camera: so low that who is in front hides a part of who is behind."""
    height = float(np.ptp(se3.transform(one.T_world_object, one.mesh.vertices)[:, 2]))
    slope = float(np.clip((1 - _OVERLAP) * height / (_LANES * diameter), _FLATTEST, _STEEPEST))
    return np.array([0.0, -1.0, slope]) / np.hypot(1.0, slope)


def _turned(T_world_object: se3.Matrix, model: ObjectModel, angle: float) -> se3.Matrix:
    """Turned about the vertical through the middle of the object."""
    middle = se3.transform(T_world_object, model.box_centre[None])[0]
    turn = se3.from_rotation_vector([0.0, 0.0, angle])
    turn[:3, 3] = middle - turn[:3, :3] @ middle
    return np.asarray(turn @ T_world_object)
