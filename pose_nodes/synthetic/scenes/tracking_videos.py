"""Videos of objects on a table that ask of a tracker what is hard: motion, occlusion, look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.synthetic.scenes import camera_paths
from pose_nodes.synthetic.scenes.camera_paths import FAST, LookAway, NoiseConfig, Path, WristArc, standing
from pose_nodes.synthetic.scenes.crossing import crossing
from pose_nodes.synthetic.scenes.gripping import gripped
from pose_nodes.synthetic.scenes.hiding import hidden
from pose_nodes.synthetic.scenes.materials import random_material
from pose_nodes.synthetic.scenes.measuring import EXACT, Sensors
from pose_nodes.synthetic.scenes.resting import DropConfig, drop
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading import Light
from pose_nodes.synthetic.scenes.staging import cluttered
from pose_nodes.synthetic.scenes.supports import Support, table
from pose_nodes.synthetic.scenes.videos import Video

CLUTTER = "clutter"
MOTIONS = (
    "hand-held", "wrist", "fast", "carried", "gripped", "occluded", "out and back", "cut by border",
    "crossing", CLUTTER,
)  # fmt: skip
_DISTANCE = 4.0
"""Of the camera from the object, in diameters: it fills a quarter of the image's width (our choice)."""
_DIRECTION = np.array([0.25, -0.75, 0.6])
"""From the object to the camera: as one looks at a table."""
_STEADY = NoiseConfig(reach=0.005, turn=0.01, max_speed=0.05, max_turn_rate=0.05)
"""A camera on a stand that is touched now and then (our choice)."""
_HIDDEN = 0.8
_HIDDEN_SECONDS = 2.0
_SLOW_TURN = 0.6
"""Rate at which the camera turns until the border cuts the object, rad/s (our choice)."""
_TRIES = 10


def tracking_video(
    motion: str,
    models: Sequence[ObjectModel],
    camera: PinholeCamera,
    seed: int,
    seconds: float = 6.0,
    rate_hz: float = 30.0,
    sensors: Sensors = EXACT,
    light: Light | None = None,
) -> Video:
    """Objects on a table, and a motion. All but "crossing" and "clutter" show one object.

    - "hand-held", "fast": the camera in a hand, calm or swung about. "wrist": on an arm that goes round.
    - "carried": the object is lifted and moved by nothing that is seen; "gripped": by a gripper that hides a
      part of it.
    - "occluded": a plate hides 80 % of it for two seconds.
    - "out and back": the camera turns away for a second; "cut by border": it turns until the border of the
      image runs through the middle of the object, for a second.
    - "crossing": three instances pass each other.
    - "clutter": all models lie together, under a camera in a hand.

    What happens begins after one to two seconds.

    Args:
        motion: one of MOTIONS.
        models: the objects; all but "clutter" take the first.
        camera: intrinsics.
        seed: of everything random.
        seconds: length.
        rate_hz: frames a second.
        sensors: make measured depth and colour of exact ones.
        light: makes colour; None for none.

    Raises:
        InvalidInputError: the motion is unknown, there is no object, or they do not come to rest in view.
    """
    if motion not in MOTIONS:
        raise InvalidInputError(f"motion '{motion}' is unknown; use one of {', '.join(MOTIONS)}")
    if not models:
        raise InvalidInputError(f"motion '{motion}': there is no object; give at least one")
    rng = np.random.default_rng(seed)
    model = models[0]
    if motion == CLUTTER:
        moving = _cluttered(models, camera, rng)
    else:
        moving = _moving(_still(motion, model, camera, rng), motion, model, rng)
    return replace(moving, seconds=seconds, rate_hz=rate_hz, sensors=sensors, light=light, seed=seed)


def _still(motion: str, model: ObjectModel, camera: PinholeCamera, rng: np.random.Generator) -> Video:
    """The object at rest on a table, seen by a camera that stands."""
    support = table(8 * model.diameter, 8 * model.diameter)
    T_world_object = _rest(model, support, rng)
    # In the middle of the table, wherever it rolled to.
    T_world_object[:2, 3] -= _middle(model, T_world_object)[:2]
    one = SceneObject(model.mesh, T_world_object, model.name, f"{model.name}_0", random_material(rng))
    scene = Scene((one,), support.as_object(random_material(rng, grain=0.1)))
    path = _before(_middle(model, T_world_object), model.diameter)
    return Video(f"{model.name}, {motion}", scene, {model.name: model}, camera, path)


def _rest(model: ObjectModel, support: Support, rng: np.random.Generator) -> se3.Matrix:
    """T_world_object of an object that lies still."""
    for _ in range(_TRIES - 1):
        try:
            return drop([model.mesh], support, rng)[0]
        except InvalidInputError:  # it rolls on
            continue
    return drop([model.mesh], support, rng)[0]


def _moving(still: Video, motion: str, model: ObjectModel, rng: np.random.Generator) -> Video:
    (one,) = still.scene.objects
    held = camera_paths.hand_held(still.camera_path, rng)
    steady = camera_paths.hand_held(still.camera_path, rng, _STEADY)
    if motion == "wrist":
        target = _middle(model, one.T_world_object)
        return replace(still, camera_path=WristArc(target, _DISTANCE * model.diameter, 0.7, (-2.2, 0.6)))
    if motion == "fast":
        return replace(still, camera_path=camera_paths.hand_held(still.camera_path, rng, FAST))
    if motion == "carried":
        return replace(still, object_paths={one.instance_id: _carried(model, one, rng)})
    if motion == "gripped":
        return gripped(still, _carried(model, one, rng))
    if motion == "occluded":
        distance, side = 0.5 * _DISTANCE * model.diameter, 2.0 * model.diameter
        return hidden(replace(still, camera_path=steady), distance, side, _HIDDEN, _HIDDEN_SECONDS)
    if motion == "out and back":
        return replace(still, camera_path=LookAway(held, at=2.0, gone_for=1.0))
    if motion == "cut by border":
        to_border = float(np.arctan2(still.camera.cx, still.camera.fx))
        path = LookAway(steady, at=1.0, gone_for=1.0, angle=to_border, max_turn_rate=_SLOW_TURN)
        return replace(still, camera_path=path)
    if motion == "crossing":
        return crossing(still, model, rng)
    return replace(still, camera_path=held)


def _carried(model: ObjectModel, one: SceneObject, rng: np.random.Generator) -> Path:
    """Lifted and moved about so far that it stays in view."""
    config = NoiseConfig(reach=0.5 * model.diameter, turn=0.8, max_speed=0.4, max_turn_rate=1.2)
    return camera_paths.carried(one.T_world_object, rng, lift=0.7 * model.diameter, config=config)


def _cluttered(models: Sequence[ObjectModel], camera: PinholeCamera, rng: np.random.Generator) -> Video:
    """The objects near each other, all of them seen from where the camera is at first."""
    largest = max(model.diameter for model in models)
    support = table(8 * largest, 8 * largest)
    name = f"{len(models)} objects, {CLUTTER}"
    for _ in range(_TRIES):
        try:
            scene = cluttered(models, support, rng, DropConfig(spread=0.2))
        except InvalidInputError:  # one rolls on
            continue
        middles = [_middle(m, one.T_world_object) for m, one in zip(models, scene.objects, strict=True)]
        target = np.mean(middles, axis=0)
        path = camera_paths.hand_held(_before(target, largest), rng)
        video = Video(name, scene, {model.name: model for model in models}, camera, path)
        if min(truth.visible_fraction for truth in video[0].truths) > 1 - _HIDDEN:
            return video
    raise InvalidInputError(f"{name}: the objects do not come to rest in view; use fewer or others")


def _before(target: np.ndarray, diameter: float) -> Path:
    """A camera that stands and looks at a point."""
    away = _DISTANCE * diameter * _DIRECTION / np.linalg.norm(_DIRECTION)
    return standing(camera_paths.looking_at(target + away, target))


def _middle(model: ObjectModel, T_world_object: se3.Matrix) -> np.ndarray:
    return se3.transform(T_world_object, model.box_centre[None])[0]
