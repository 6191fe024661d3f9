"""Videos of one object on a table that ask of a tracker what is hard: motion, occlusion, absence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel
from pose_nodes.synthetic.scenes import camera_paths
from pose_nodes.synthetic.scenes.camera_paths import FAST, LookAway, NoiseConfig, Visit, WristArc, standing
from pose_nodes.synthetic.scenes.materials import random_material
from pose_nodes.synthetic.scenes.measuring import EXACT, Sensors
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.resting import drop
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.supports import Support, table
from pose_nodes.synthetic.scenes.videos import Video

MOTIONS = ("hand-held", "wrist", "fast", "carried", "occluded", "out and back")
_DISTANCE = 4.0
"""Of the camera from the object, in diameters: it fills a quarter of the image's width (our choice)."""
_DIRECTION = np.array([0.25, -0.75, 0.6])
"""From the object to the camera: as one looks at a table."""
_STEADY = NoiseConfig(reach=0.005, turn=0.01, max_speed=0.05, max_turn_rate=0.05)
"""A camera on a stand that is touched now and then (our choice)."""
_HIDDEN = 0.8
_HIDDEN_SECONDS = 2.0
_PLATE = "plate"


def tracking_video(
    motion: str,
    model: ObjectModel,
    camera: PinholeCamera,
    seed: int,
    seconds: float = 6.0,
    rate_hz: float = 30.0,
    sensors: Sensors = EXACT,
) -> Video:
    """An object on a table, and a motion.

    "occluded" hides 80 % of the object for two seconds behind a plate, "out and back" turns the camera
    away for a second; both begin after about two seconds. In "carried" an arm lifts the object.

    Args:
        motion: one of MOTIONS.
        model: the object to be tracked.
        camera: intrinsics.
        seed: of everything random.
        seconds: length.
        rate_hz: frames a second.
        sensors: make measured depth and colour of exact ones.

    Raises:
        InvalidInputError: the motion is unknown.
    """
    if motion not in MOTIONS:
        raise InvalidInputError(f"motion '{motion}' is unknown; use one of {', '.join(MOTIONS)}")
    rng = np.random.default_rng(seed)
    still = _still(motion, model, camera, rng)
    still = replace(still, seconds=seconds, rate_hz=rate_hz, sensors=sensors, seed=seed)
    return _moving(still, motion, model, rng)


def _still(motion: str, model: ObjectModel, camera: PinholeCamera, rng: np.random.Generator) -> Video:
    """The object at rest on a table, seen by a camera that stands."""
    support = table(8 * model.diameter, 8 * model.diameter)
    (T_world_object,) = drop([model.mesh], support, rng)
    # In the middle of the table, wherever it rolled to.
    T_world_object[:2, 3] -= se3.transform(T_world_object, model.box_centre[None])[0, :2]
    one = SceneObject(model.mesh, T_world_object, model.name, f"{model.name}_0", random_material(rng))
    scene = Scene((one,), support.as_object(random_material(rng, grain=0.1)))
    away = _DISTANCE * model.diameter * _DIRECTION / np.linalg.norm(_DIRECTION)
    target = _middle(model, T_world_object)
    path = standing(camera_paths.looking_at(target + away, target))
    return Video(f"{model.name}, {motion}", scene, {model.name: model}, camera, path)


def _moving(still: Video, motion: str, model: ObjectModel, rng: np.random.Generator) -> Video:
    (one,) = still.scene.objects
    target = _middle(model, one.T_world_object)
    if motion == "wrist":
        arc = WristArc(target, _DISTANCE * model.diameter, 0.7, (-2.2, 0.6))
        return replace(still, camera_path=arc)
    if motion == "fast":
        return replace(still, camera_path=camera_paths.hand_held(still.camera_path, rng, FAST))
    if motion == "carried":
        path = camera_paths.carried(one.T_world_object, rng)
        return replace(still, object_paths={one.instance_id: path})
    if motion == "occluded":
        return _hidden(
            replace(still, camera_path=camera_paths.hand_held(still.camera_path, rng, _STEADY)), model
        )
    held = camera_paths.hand_held(still.camera_path, rng)
    if motion == "out and back":
        return replace(still, camera_path=LookAway(held, at=2.0, gone_for=1.0))
    return replace(still, camera_path=held)


def _hidden(video: Video, model: ObjectModel) -> Video:
    """A plate comes from the left, midway between camera and object, and stays where it hides most of it."""
    side = 2.0 * model.diameter
    plate = SceneObject(_plate(side), np.eye(4), instance_id=_PLATE)
    scene = replace(video.scene, objects=(*video.scene.objects, plate))
    T_camera_plate = np.eye(4)
    T_camera_plate[:3, 3] = [0.0, 0.0, 0.5 * _DISTANCE * model.diameter]
    T_camera_plate[0, 3] = _covering_place(replace(video, scene=scene), T_camera_plate, side)
    # Where the camera is at first, not how it moves: the plate stands in the room.
    room = standing(video.camera_path(0.0))
    visit = Visit(room, T_camera_plate, np.array([-1.5 * side, 0.0, 0.0]), at=1.5, stay=_HIDDEN_SECONDS)
    return replace(video, scene=scene, object_paths={_PLATE: visit})


def _covering_place(video: Video, T_camera_plate: se3.Matrix, side: float) -> float:
    """The x of the plate in the camera frame at which it hides as much of the first object as it shall."""
    T_world_camera, renderer = video.camera_path(0.0), SceneRenderer()
    left, right = -side, 0.0
    for _ in range(12):
        T_camera_plate[0, 3] = 0.5 * (left + right)
        scene = video.scene.moved({_PLATE: T_world_camera @ T_camera_plate})
        seen = renderer.render(scene, T_world_camera, video.camera).visible_fraction(1)
        left, right = (T_camera_plate[0, 3], right) if seen > 1 - _HIDDEN else (left, T_camera_plate[0, 3])
    return 0.5 * (left + right)


def _plate(side: float) -> TriangleMesh:
    """A square plate that stands upright before a camera: its frame is in its middle, z its normal."""
    return Support(np.zeros((1, 3)), np.array([[side, side, 0.004]]), (side, side)).mesh()


def _middle(model: ObjectModel, T_world_object: se3.Matrix) -> np.ndarray:
    return se3.transform(T_world_object, model.box_centre[None])[0]
