"""Videos of a scene in which the camera, objects, or both move, with exact ground truth.

A video is a recording as the tracker and its evaluation take it; its frames are rendered when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import numpy as np

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.bop_writer import BopSceneWriter, write_models
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame
from pose_nodes.synthetic.scenes.camera_paths import Path
from pose_nodes.synthetic.scenes.measuring import EXACT, Sensors
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.shading import Light, colored
from pose_nodes.synthetic.scenes.velocity import twist_image

FRAME_ID = "camera_optical_frame"


@dataclass(frozen=True, eq=False)
class VideoFrame:
    """A frame of a video, and the exact picture that it was made from."""

    recorded: RecordedFrame
    scene: Scene
    rendering: Rendering

    @property
    def labels(self) -> list[int]:
        """The labels in the rendering of the objects that have a true pose, in the order of these."""
        return [label for label, one in enumerate(self.scene.objects, 1) if one.class_name]


@dataclass(frozen=True, eq=False)
class Video:
    """A recording that is rendered; the same fields give the same frames, bit by bit, in any order.

    Attributes:
        name: for reports.
        scene: what is seen; objects without a class name have no truth and no segment.
        models: the objects to be tracked, by class name.
        camera: intrinsics.
        camera_path: T_world_camera.
        object_paths: T_world_object of those that move, by instance id.
        seconds: length.
        rate_hz: frames a second.
        sensors: make measured depth and colour of exact ones.
        light: makes colour; None for none, which is faster.
        seed: of the sensors' random numbers.
    """

    name: str
    scene: Scene
    models: Mapping[str, ObjectModel]
    camera: PinholeCamera
    camera_path: Path
    object_paths: Mapping[str, Path] = field(default_factory=dict)
    seconds: float = 3.0
    rate_hz: float = 30.0
    sensors: Sensors = EXACT
    light: Light | None = None
    seed: int = 0
    renderer: SceneRenderer = field(default_factory=SceneRenderer, repr=False)

    def __post_init__(self) -> None:
        if not (self.rate_hz > 0 and self.seconds * self.rate_hz >= 1):
            raise InvalidConfigError(
                f"video {self.name}: {self.seconds} s at {self.rate_hz} Hz have no frame; make it longer"
            )
        ids = [one.instance_id for one in self.scene.objects]
        for unknown in set(self.object_paths) - set(ids):
            raise InvalidConfigError(
                f"video {self.name}: no object has the instance id '{unknown}'; there are {', '.join(ids)}"
            )

    def __len__(self) -> int:
        return round(self.seconds * self.rate_hz)

    def __getitem__(self, index: int) -> RecordedFrame:
        return self.render(index).recorded

    def library(self) -> ObjectLibrary:
        """The objects to be tracked."""
        return ObjectLibrary(list(self.models.values()))

    def render(self, index: int) -> VideoFrame:
        """A frame with the exact picture behind it.

        Raises:
            IndexError: past the end.
        """
        index = range(len(self))[index]
        time = index / self.rate_hz
        T_world_camera = self.camera_path(time)
        scene = self.scene.moved({name: path(time) for name, path in self.object_paths.items()})
        rendering = self.renderer.render(scene, T_world_camera, self.camera)
        if self.light is not None:
            rendering = colored(rendering, scene, T_world_camera, self.renderer, self.light)
        frame = self._measured(index, rendering, scene, T_world_camera)
        segments, truths = _segments(scene, rendering), _truths(scene, rendering, T_world_camera)
        return VideoFrame(RecordedFrame(index, index, frame, segments, truths), scene, rendering)

    def frames(self) -> Iterator[RecordedFrame]:
        """All frames in their order."""
        return (self[index] for index in range(len(self)))

    def _measured(self, index: int, rendering: Rendering, scene: Scene, T_world_camera: se3.Matrix) -> Frame:
        time, rng = index / self.rate_hz, np.random.default_rng([self.seed, index])
        twist = None
        if self.sensors.rolls:
            twist = twist_image(scene, rendering, self.camera_path, self.object_paths, time)
        depth, color = self.sensors.measure(rendering, scene, T_world_camera, rng, twist)
        return Frame(round(1e9 * time), FRAME_ID, self.camera, depth, color)


def write_video(
    video: Video, dataset: FilePath, split: str = "test", scene_id: int = 1, depth_scale: float = 0.1
) -> FilePath:
    """Write a video as a scene of a BOP data set, and its models.

    Args:
        video: what to write.
        dataset: folder of the data set; made if absent.
        split: name of the split.
        scene_id: number of the scene.
        depth_scale: millimetres a unit of the depth images; 0.1 keeps tenths up to 6.5 m.

    Returns:
        The folder of the scene.

    Raises:
        InvalidDatasetError: the scene exists already, or an object has no model.
        InvalidInputError: a file cannot be written.
    """
    ids = {name: index for index, name in enumerate(video.models, 1)}
    with BopSceneWriter(dataset, ids, split, scene_id, depth_scale) as writer:
        for index in range(len(video)):
            one = video.render(index)
            visible = [one.rendering.visible_mask(label) for label in one.labels]
            silhouettes = [one.rendering.amodal_mask(label) for label in one.labels]
            writer.add(one.recorded.frame, one.recorded.truths, visible, silhouettes)
    write_models(dataset, {ids[name]: model for name, model in video.models.items()})
    return writer.folder


def _truths(scene: Scene, rendering: Rendering, T_world_camera: se3.Matrix) -> list[GroundTruth]:
    T_camera_world = se3.inverse(T_world_camera)
    return [
        GroundTruth(
            one.class_name,
            T_camera_world @ one.T_world_object,
            rendering.visible_fraction(label),
            one.instance_id,
        )
        for label, one in enumerate(scene.objects, 1)
        if one.class_name
    ]


def _segments(scene: Scene, rendering: Rendering) -> list[Segment]:
    masks = [
        (one, rendering.visible_mask(label)) for label, one in enumerate(scene.objects, 1) if one.class_name
    ]
    return [Segment(mask, one.class_name, one.instance_id) for one, mask in masks if mask.any()]
