"""What it takes to follow many objects at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pose_nodes.commands.known_starts import ANY_DEVIATION, estimate_at
from pose_nodes.commands.one_thread import on_one_thread
from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import TrackState
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.summary import percentile
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.sequences.recording import GroundTruth
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.supports import table
from pose_nodes.synthetic.shapes.library import generate
from pose_nodes.tracking.config import SearchConfig, TrackerConfig
from pose_nodes.tracking.tracker import Tracker

COUNTS = (1, 5, 10, 20, 50)
CLASSES = (
    ("camera", 901), ("generic_blob", 903), ("generic_vessel", 903), ("mug", 901), ("shoe", 901),
)  # fmt: skip
"""Family and seed; instances of them stand by turns."""
FRAMES = 45
_RATE_HZ = 30.0
_NOISE = 0.001
"""Metres along z."""
_SPACING = 0.2
_COLUMNS, _ROWS = 10, 5
_CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
_HEIGHT = 2.0
"""Of the camera, metres; it looks down, and sees all of the grid."""
_SWAY, _TURN, _PERIOD = 0.03, 0.03, 1.5
"""Metres, radians and seconds by which the camera moves."""


@dataclass(frozen=True, eq=False)
class CrowdFrame:
    """A frame, and the visible masks and true poses of all objects in it, in one order."""

    frame: Frame
    segments: list[Segment]
    truths: list[GroundTruth]


@dataclass(frozen=True)
class CountFigures:
    """Some objects through all frames.

    Attributes:
        objects: how many were followed.
        seconds: processor time of each frame.
        tracking: share of objects times frames that were TRACKING.
    """

    objects: int
    seconds: tuple[float, ...]
    tracking: float

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        seconds = np.array(self.seconds)
        return {
            "objects": self.objects,
            "frames": len(seconds),
            "tracking": self.tracking,
            "median": percentile(seconds, 50),
            "p95": percentile(seconds, 95),
        }


def measure_objects(counts: Sequence[int] = COUNTS, frames: int = FRAMES) -> list[CountFigures]:
    """Follow some, then more objects through the same frames, on one thread.

    Args:
        counts: of objects, at most 50; the same ones first.
        frames: how many.
    """
    return on_one_thread(_measure_objects, tuple(counts), frames)


def _measure_objects(counts: Sequence[int], frames: int) -> list[CountFigures]:
    models = [_model(*one) for one in CLASSES[: max(counts)]]
    crowd = crowd_frames(models, max(counts), frames)
    config = TrackerConfig(search=SearchConfig(most_instances=max(counts)), states=ANY_DEVIATION)
    tracker = Tracker(ObjectLibrary.from_models(models), config)
    return [_followed(tracker, crowd, count) for count in counts]


def _model(family: str, seed: int) -> ObjectModel:
    made = generate(family, seed)
    return build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(seed))


def crowd_frames(models: Sequence[ObjectModel], count: int, frames: int) -> list[CrowdFrame]:
    """Objects in rows above a table, under a camera that sways.

    Args:
        models: of which instances are made by turns.
        count: of objects, at most 50.
        frames: how many.
    """
    rng, renderer = np.random.default_rng(0), SceneRenderer()
    objects = tuple(_placed(models[k % len(models)], k, rng) for k in range(count))
    scene = Scene(objects, table(_SPACING * (_COLUMNS + 2), _SPACING * (_ROWS + 4)).as_object())
    return [_crowd_frame(scene, renderer, k, rng) for k in range(frames)]


def _placed(model: ObjectModel, index: int, rng: np.random.Generator) -> SceneObject:
    # From the middle column outwards, so that few objects are not at the border.
    column = _COLUMNS // 2 + (1 - 2 * (index % 2)) * ((index // _ROWS + 1) // 2)
    place = _SPACING * np.array([column % _COLUMNS - 0.5 * (_COLUMNS - 1), index % _ROWS - 2.0, 0.0])
    place[2] = 0.6 * model.diameter
    R = se3.from_rotation_vector(rng.normal(0.0, 1.5, 3))[:3, :3]
    T = se3.from_rotation_translation(R, place - R @ model.box_centre)
    return SceneObject(model.mesh, T, model.name, f"{model.name}_{index}")


def _crowd_frame(scene: Scene, renderer: SceneRenderer, index: int, rng: np.random.Generator) -> CrowdFrame:
    T_world_camera = _camera_at(index / _RATE_HZ)
    rendering = renderer.render(scene, T_world_camera, _CAMERA)
    depth = rendering.depth + rng.normal(0.0, _NOISE, rendering.depth.shape).astype(np.float32)
    frame = Frame(round(1e9 * (1 + index) / _RATE_HZ), "camera", _CAMERA, depth)
    labelled = list(enumerate(scene.objects, 1))
    segments = [
        Segment(rendering.visible_mask(label), one.class_name, one.instance_id) for label, one in labelled
    ]
    return CrowdFrame(frame, segments, [_truth(rendering, T_world_camera, *pair) for pair in labelled])


def _truth(rendering: Rendering, T_world_camera: se3.Matrix, label: int, one: SceneObject) -> GroundTruth:
    T = se3.inverse(T_world_camera) @ one.T_world_object
    return GroundTruth(one.class_name, T, rendering.visible_fraction(label), one.instance_id)


def _camera_at(seconds: float) -> se3.Matrix:
    """T_world_camera: downwards, swaying and turning."""
    phase = 2.0 * np.pi * seconds / _PERIOD
    sway = se3.from_rotation_vector(
        _TURN * np.array([np.sin(phase), 0.0, np.cos(phase)]),
        _SWAY * np.array([np.sin(phase), np.cos(phase), 0.0]),
    )
    return se3.from_rotation_translation(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, _HEIGHT]) @ sway


def _followed(tracker: Tracker, crowd: Sequence[CrowdFrame], count: int) -> CountFigures:
    tracker.reset([])
    _start(tracker, crowd[0], count)
    seconds, tracking = [], 0
    for one in crowd[1:]:
        begun = time.process_time()
        tracks = tracker.advance(one.frame)
        seconds.append(time.process_time() - begun)
        tracking += sum(track.state == TrackState.TRACKING for track in tracks)
    return CountFigures(count, tuple(seconds), tracking / (count * len(seconds)))


def _start(tracker: Tracker, first: CrowdFrame, count: int) -> None:
    """Begin tracks at the true poses of the first objects, instead of cold starts."""
    poses = {truth.instance_id: truth.T_camera_object for truth in first.truths}
    for search in tracker.plan(first.frame, first.segments[:count]):
        segment = search.observation.segment
        assert segment is not None
        model = tracker.library[segment.class_name]
        search.machine.start(estimate_at(model, poses[segment.instance_id]), first.frame.stamp_ns)
        search.machine.is_sought = False


def objects_table(measured: Sequence[CountFigures]) -> TextTable:
    """For people."""
    rows = []
    for one in measured:
        value = one.plain()
        rows.append(
            (
                str(one.objects),
                percent(one.tracking),
                number(value["median"], 1, 1e3),
                number(value["p95"], 1, 1e3),
                number(value["median"] / one.objects, 2, 1e3),
            )
        )
    headers = ("objects", "tracking", "ms a frame, median", "ms p95", "ms an object")
    return TextTable("Many objects, one thread", headers, tuple(rows))
