"""A plate that comes before an object and stays there, where it hides a given part of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.camera_paths import Visit, standing
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import SceneObject
from pose_nodes.synthetic.scenes.supports import Support
from pose_nodes.synthetic.scenes.videos import Video

_PLATE = "plate"


def hidden(
    video: Video, distance: float, side: float, share: float, seconds: float, at: float = 1.5
) -> Video:
    """The video with a plate that comes from the left of the camera.

    Args:
        video: of one object.
        distance: of the plate from where the camera is at first, metres.
        side: of the plate, metres; as large as the object seems at that distance.
        share: of the object that is hidden, seen from where the camera is at first, 0 to 1.
        seconds: that the plate stays.
        at: when it begins to come, seconds.
    """
    plate = SceneObject(_plate(side), np.eye(4), instance_id=_PLATE)
    scene = replace(video.scene, objects=(*video.scene.objects, plate))
    T_camera_plate = np.eye(4)
    T_camera_plate[:3, 3] = [0.0, 0.0, distance]
    T_camera_plate[0, 3] = _covering_place(replace(video, scene=scene), T_camera_plate, side, share)
    # Where the camera is at first, not how it moves: the plate stands in the room.
    room = standing(video.camera_path(0.0))
    visit = Visit(room, T_camera_plate, np.array([-1.5 * side, 0.0, 0.0]), at=at, stay=seconds)
    return replace(video, scene=scene, object_paths={**video.object_paths, _PLATE: visit})


def _covering_place(video: Video, T_camera_plate: se3.Matrix, side: float, share: float) -> float:
    """The x of the plate in the camera frame at which it hides as much of the first object as it shall."""
    T_world_camera, renderer = video.camera_path(0.0), SceneRenderer()
    left, right = -side, 0.0
    for _ in range(12):
        T_camera_plate[0, 3] = 0.5 * (left + right)
        scene = video.scene.moved({_PLATE: T_world_camera @ T_camera_plate})
        seen = renderer.render(scene, T_world_camera, video.camera).visible_fraction(1)
        left, right = (T_camera_plate[0, 3], right) if seen > 1 - share else (left, T_camera_plate[0, 3])
    return 0.5 * (left + right)


def _plate(side: float) -> TriangleMesh:
    """A square plate that stands upright before a camera: its frame is in its middle, z its normal."""
    return Support(np.zeros((1, 3)), np.array([[side, side, 0.004]]), (side, side)).mesh()
