"""One arrangement of objects, and the images that are taken of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.sequences.recording import GroundTruth
from pose_nodes.synthetic.datasets.config import DatasetConfig, SensorChoice
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.resting import DropConfig
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.shading import colored, random_light
from pose_nodes.synthetic.scenes.staging import cluttered, viewpoint
from pose_nodes.synthetic.scenes.supports import Support, bin_of, table
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.sensor.config import ColorSensorConfig, DepthSensorConfig

FRAME_ID = "camera_optical_frame"
_SUPPORTS: Mapping[str, Callable[[], Support]] = {"table": table, "bin": bin_of}
_DEPTH_SENSORS: Mapping[str, Callable[[], DepthSensorConfig]] = {
    "realsense": presets.realsense,
    "structured_light": presets.structured_light,
}
_COLOR_SENSORS: Mapping[str, Callable[[], ColorSensorConfig]] = {"realistic": presets.color_camera}
_ATTEMPTS = 5
"""Choices of objects, of which one must come to rest (our choice)."""


@dataclass(frozen=True, eq=False)
class DatasetObject:
    """An object of a data set: its name, and its mesh in metres."""

    name: str
    mesh: TriangleMesh


@dataclass(frozen=True, eq=False)
class Sample:
    """One image with its truth.

    Attributes:
        frame: as the sensor measures it.
        truths: the true pose of every object of the arrangement.
        masks: (h, w) bool visible pixels of each.
        silhouettes: (h, w) bool pixels of each with the hidden ones.
    """

    frame: Frame
    truths: list[GroundTruth]
    masks: list[NDArray[np.bool_]]
    silhouettes: list[NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class View:
    """One image with all that is known of it.

    Attributes:
        scene: the arrangement.
        T_world_camera: (4, 4) pose of the camera.
        rendering: the exact picture.
        frame: as the sensor measures it.
    """

    scene: Scene
    T_world_camera: se3.Matrix
    rendering: Rendering
    frame: Frame


def take_images(config: DatasetConfig, objects: Sequence[DatasetObject], number: int) -> Iterator[Sample]:
    """The images of one arrangement with their truth; arguments and errors as of `take_views`."""
    return map(_sample, take_views(config, objects, number))


def take_views(config: DatasetConfig, objects: Sequence[DatasetObject], number: int) -> Iterator[View]:
    """The images of one arrangement; the same for the same preset, objects and number.

    Args:
        config: the preset.
        objects: of the data set.
        number: of the arrangement, from 0.

    Raises:
        InvalidInputError: the objects do not come to rest.
    """
    rng = np.random.default_rng([config.seed, number])
    scene = _arrange(config, objects, rng)
    renderer, light = SceneRenderer(), random_light(rng)
    for index in range(config.arrangement.images):
        T_world_camera = viewpoint(scene, rng, config.views)
        rendering = renderer.render(scene, T_world_camera, config.camera.pinhole())
        if config.sensor.color:
            rendering = colored(rendering, scene, T_world_camera, renderer, light)
        noise = np.random.default_rng([config.seed, number, index])
        depth, color = sensors(config.sensor).measure(rendering, scene, T_world_camera, noise)
        yield View(scene, T_world_camera, rendering, Frame(0, FRAME_ID, rendering.camera, depth, color))


def sensors(choice: SensorChoice) -> Sensors:
    """The cameras of a preset."""
    depth, color = _DEPTH_SENSORS.get(choice.depth), _COLOR_SENSORS.get(choice.color_sensor)
    return Sensors(depth() if depth else None, color() if color else None)


def _arrange(config: DatasetConfig, objects: Sequence[DatasetObject], rng: np.random.Generator) -> Scene:
    """Objects chosen at random, dropped on the support; others where these do not come to rest."""
    support = _SUPPORTS[config.arrangement.support]()
    falling = DropConfig(standing=config.arrangement.standing)
    for attempt in range(_ATTEMPTS):
        count = rng.integers(config.arrangement.fewest, config.arrangement.most + 1)
        chosen = [objects[index] for index in rng.integers(len(objects), size=count)]
        try:
            return cluttered(chosen, support, rng, falling, transparent=config.arrangement.transparent)
        except InvalidInputError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _sample(view: View) -> Sample:
    T_camera_world, rendering = se3.inverse(view.T_world_camera), view.rendering
    labels = range(1, len(view.scene.objects) + 1)
    truths = [
        GroundTruth(one.class_name, T_camera_world @ one.T_world_object, rendering.visible_fraction(label))
        for label, one in zip(labels, view.scene.objects, strict=True)
    ]
    return Sample(
        view.frame,
        truths,
        [rendering.visible_mask(label) for label in labels],
        [rendering.amodal_mask(label) for label in labels],
    )
