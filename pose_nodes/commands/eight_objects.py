"""A video of eight different objects on a table, which ends where it began: it can be played for any time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pose_nodes.commands.kept_video import generated_model, kept_video
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.synthetic.scenes.camera_paths import looking_at
from pose_nodes.synthetic.scenes.materials import random_material
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.resting import drop
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading import Light
from pose_nodes.synthetic.scenes.supports import table
from pose_nodes.synthetic.scenes.videos import Video
from pose_nodes.synthetic.sensor import presets

EIGHT = (
    ("camera", 902), ("generic_blob", 903), ("mug", 901), ("shoe", 901),
    ("bottle", 901), ("generic_handle", 901), ("teapot", 901), ("generic_gear", 903),
)  # fmt: skip
"""Family and seed, row by row; chosen such that each is found and trusted here: others are too small or
thin for this distance and noise."""
_COLUMNS = 4
_SPACING = np.array([0.19, 0.22])
_EYE, _TARGET = (0.0, -0.42, 0.62), (0.0, 0.0, 0.05)
"""Of the camera, metres: all objects are in view, and the table ends within it."""
_CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)


@dataclass(frozen=True)
class EightPlan:
    """What the video follows from.

    Attributes:
        objects: families and seeds.
        seconds: of one period of the camera's motion, and of the video.
        rate_hz: of its images.
        sway, turn: by which the camera moves, metres and radians.
        seed: of poses, materials and noise.
    """

    objects: tuple[tuple[str, int], ...] = EIGHT
    seconds: float = 3.0
    rate_hz: float = 30.0
    sway: float = 0.05
    turn: float = 0.05
    seed: int = 900


@dataclass(frozen=True)
class Swaying:
    """A camera path with a period: forth and back along two axes and about two."""

    plan: EightPlan

    def __call__(self, time: float) -> se3.Matrix:
        phase = 2.0 * np.pi * time / self.plan.seconds
        turn = self.plan.turn * np.array([np.sin(phase), 0.0, np.cos(phase)])
        shift = self.plan.sway * np.array([np.sin(phase), np.cos(phase), 0.0])
        return looking_at(_EYE, _TARGET) @ se3.from_rotation_vector(turn, shift)


def eight_objects(out: Path, plan: EightPlan | None = None) -> Path:
    """The data set with the video, seen by the sensor model `realsense`, in colour.

    Args:
        out: folder that keeps it for the next time.
        plan: `EightPlan()` if None.

    Raises:
        PoseNodesError: the folder cannot be written to.
    """
    plan = plan or EightPlan()
    return kept_video(out / f"{len(plan.objects)}_objects", asdict(plan), partial(_video, plan))


def _video(plan: EightPlan) -> Video:
    models = [generated_model(*one) for one in plan.objects]
    rng = np.random.default_rng(plan.seed)
    objects = tuple(_placed(model, index, rng) for index, model in enumerate(models))
    scene = Scene(objects, table(1.6, 1.2).as_object(random_material(rng, grain=0.1)))
    return Video(
        name=f"{len(models)} objects",
        scene=scene,
        models={model.name: model for model in models},
        camera=_CAMERA,
        camera_path=Swaying(plan),
        seconds=plan.seconds,
        rate_hz=plan.rate_hz,
        sensors=Sensors(presets.realsense()),
        light=Light(),
        seed=plan.seed,
    )


def _placed(model: ObjectModel, index: int, rng: np.random.Generator) -> SceneObject:
    """An object at rest in its place of the rows."""
    (T,) = drop([model.mesh], table(8 * model.diameter, 8 * model.diameter), rng)
    row, column = divmod(index, _COLUMNS)
    middle = se3.transform(T, model.box_centre[None])[0]
    T[:2, 3] += _SPACING * [column - 1.5, row - 0.5] - middle[:2]
    return SceneObject(model.mesh, T, model.name, f"{model.name}_0", random_material(rng))
