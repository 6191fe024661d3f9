"""Cluttered still scenes, and the places from which they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.camera_paths import looking_at
from pose_nodes.synthetic.scenes.materials import random_material
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.resting import DropConfig, drop
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.supports import Support

_TRIES = 50


class Named(Protocol):
    """A mesh with the name of its class, such as an `ObjectModel`."""

    @property
    def name(self) -> str: ...

    @property
    def mesh(self) -> TriangleMesh: ...


@dataclass(frozen=True)
class ViewConfig:
    """Where cameras stand. All values are our choice, after how depth cameras are mounted over tables."""

    nearest: float = option(0.45, "distance from the point looked at", unit="m", minimum=0.1, maximum=10.0)
    farthest: float = option(1.1, "distance from the point looked at", unit="m", minimum=0.1, maximum=10.0)
    lowest: float = option(0.35, "elevation over the table", unit="rad", minimum=0.0, maximum=1.5)
    highest: float = option(1.3, "elevation over the table", unit="rad", minimum=0.0, maximum=1.5)
    off_centre: float = option(
        0.15, "how far from an object's middle it may look; more lets the border cut objects", unit="m",
        minimum=0.0, maximum=2.0,
    )  # fmt: skip
    roll: float = option(0.3, "largest turn about the optical axis", unit="rad", minimum=0.0, maximum=3.2)


def cluttered(
    models: Sequence[Named],
    support: Support,
    rng: np.random.Generator,
    config: DropConfig | None = None,
    transparent: float = 0.0,
) -> Scene:
    """Objects dropped together, each with a material of its own; a model may occur several times.

    Instance k of a class gets the id "<name>_<k>"; an object is transparent with a given probability.

    Raises:
        InvalidConfigError, InvalidMeshError, InvalidInputError: as `drop`.
    """
    poses = drop([model.mesh for model in models], support, rng, config)
    counts: dict[str, int] = {}
    objects = []
    for model, T_world_object in zip(models, poses, strict=True):
        number = counts[model.name] = counts.get(model.name, -1) + 1
        instance_id = f"{model.name}_{number}"
        material = random_material(rng, transparent=transparent)
        objects.append(SceneObject(model.mesh, T_world_object, model.name, instance_id, material))
    return Scene(tuple(objects), support.as_object(random_material(rng, grain=0.1)))


def viewpoint(scene: Scene, rng: np.random.Generator, config: ViewConfig | None = None) -> se3.Matrix:
    """T_world_camera (4, 4) of a camera somewhere above, that looks about at one of the objects.

    Raises:
        InvalidInputError: the scene has no object.
    """
    config = config or ViewConfig()
    if not scene.objects:
        raise InvalidInputError("viewpoint: the scene has no object to look at; put one in")
    one = scene.objects[int(rng.integers(len(scene.objects)))]
    middle = 0.5 * (one.mesh.vertices.min(axis=0) + one.mesh.vertices.max(axis=0))
    aside = rng.uniform(-config.off_centre, config.off_centre, 3) * [1.0, 1.0, 0.2]
    target = se3.transform(one.T_world_object, middle[None])[0] + aside
    azimuth, elevation = rng.uniform(0, 2 * np.pi), rng.uniform(config.lowest, config.highest)
    distance = rng.uniform(config.nearest, config.farthest)
    flat = np.cos(elevation)
    direction = np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])
    roll = se3.from_rotation_vector([0.0, 0.0, rng.uniform(-config.roll, config.roll)])
    return looking_at(target + distance * direction, target) @ roll


def viewpoint_that_sees(
    scene: Scene,
    label: int,
    camera: PinholeCamera,
    renderer: SceneRenderer,
    rng: np.random.Generator,
    visible: tuple[float, float] = (0.2, 1.0),
    config: ViewConfig | None = None,
) -> se3.Matrix | None:
    """A viewpoint from which an object is visible to a given extent; None if fifty tries found none.

    Args:
        scene: what is looked at.
        label: of the object, from 1.
        camera: intrinsics.
        renderer: looks whether it is so.
        rng: chooses.
        visible: least and largest visible fraction; 0.2 is an occlusion of 80 %.
        config: options.
    """
    for _ in range(_TRIES):
        T_world_camera = viewpoint(scene, rng, config)
        seen = renderer.render(scene, T_world_camera, camera).visible_fraction(label)
        if visible[0] <= seen <= visible[1]:
            return T_world_camera
    return None
