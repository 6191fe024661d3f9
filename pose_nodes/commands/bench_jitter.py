"""How much the pose of a thing trembles that does not move before a camera that does not either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.commands.bench_data import BenchRecording
from pose_nodes.commands.bench_desk import NAME
from pose_nodes.commands.eight_objects import EightPlan, eight_objects
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import TextTable, number
from pose_nodes.core.track import Track, TrackState
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_files import find_scene
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.tracker import Tracker

STILL = EightPlan(sway=0.0, turn=0.0)
CALM_IMAGES = 9
"""Of the desk video, from the first on: the camera moves by two millimetres, nearly straight."""
SETTLING = 30
"""Images of the synthetic video after which a track has settled."""


@dataclass(frozen=True)
class Jitter:
    """Standard deviations of the poses of one object.

    Attributes:
        recording, name: of the recording and the object.
        images: with a pose that is trusted.
        translation: of the middle of the object, metres, all three axes together.
        rotation: radians, all three axes together.
        largest_step: of the middle from image to image, metres.
    """

    recording: str
    name: str
    images: int
    translation: float
    rotation: float
    largest_step: float

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


def measure_jitter(recordings: Sequence[BenchRecording], out: Path, plan: EightPlan = STILL) -> list[Jitter]:
    """Of objects at rest, with the noise of the sensor model `realsense`, and of the desk video's beginning.

    Args:
        recordings: of which that named "desk_video" is taken if it is there.
        out: folder that keeps the synthetic video.
        plan: the synthetic video.

    Raises:
        PoseNodesError: a recording cannot be read or written.
    """
    dataset = eight_objects(out / "still", plan)
    scene = BopScene(find_scene(dataset), rate_hz=plan.rate_hz)
    skipped = min(SETTLING, len(scene) // 2)
    figures = _measured(
        "synthetic, at rest", scene, scene.library(), range(skipped, len(scene)), straight=False
    )
    for each in (one for one in recordings if one.name == NAME):
        real, library = open_recording(each.scene, each.objects_file, each.rate_hz)
        calm = range(min(CALM_IMAGES, len(real)))
        figures += _measured(f"{NAME}, first {len(calm)} images", real, library, calm, straight=True)
    return figures


def _measured(
    name: str, scene: BopScene, library: ObjectLibrary, counted: range, straight: bool
) -> list[Jitter]:
    tracker = Tracker(library, TrackerConfig())
    poses: dict[str, list[NDArray[np.float64]]] = {}
    for index in range(counted.stop):
        recorded = scene[index]
        known = [segment for segment in recorded.segments if segment.class_name in library]
        tracks = tracker.update(recorded.frame, known if index == 0 else [])
        for track in tracks if index in counted else ():
            _note(track, poses.setdefault(track.class_name, []))
    return [
        jitter(name, each, library[each].box_centre, poses.get(each, []), straight) for each in library.names
    ]


def _note(track: Track, poses: list[NDArray[np.float64]]) -> None:
    if track.state == TrackState.TRACKING and track.estimate is not None:
        poses.append(track.estimate.T_camera_object)


def jitter(
    recording: str,
    name: str,
    centre: NDArray[np.float64],
    poses: Sequence[NDArray[np.float64]],
    straight: bool,
) -> Jitter:
    """How far poses, one an image, are from their mean, or from a straight motion.

    Args:
        recording, name: for the report.
        centre: (3,) the middle of the object in its own frame, metres.
        poses: (4, 4) T_camera_object each; NaN comes out of fewer than three.
        straight: whether a constant velocity is taken out.
    """
    if len(poses) < 3:
        return Jitter(recording, name, len(poses), float("nan"), float("nan"), float("nan"))
    middles = np.array([T[:3, :3] @ centre + T[:3, 3] for T in poses])
    turns = Rotation.from_matrix([T[:3, :3] @ poses[0][:3, :3].T for T in poses]).as_rotvec()
    steps = np.linalg.norm(np.diff(middles, axis=0), axis=1)
    translation, rotation = (_deviation(values, straight) for values in (middles, turns))
    return Jitter(recording, name, len(poses), translation, rotation, float(steps.max()))


def _deviation(values: NDArray[np.float64], straight: bool) -> float:
    """Root of the summed variances of the (n, 3) residuals of a constant, or of a line through them."""
    times = np.arange(len(values), dtype=np.float64)
    basis = np.stack([np.ones_like(times), times] if straight else [np.ones_like(times)], axis=1)
    fitted, *_ = np.linalg.lstsq(basis, values, rcond=None)
    residuals = values - basis @ fitted
    return float(np.sqrt((residuals**2).sum() / (len(values) - basis.shape[1])))


def jitter_table(figures: Sequence[Jitter]) -> TextTable:
    """For people."""
    rows = [
        (
            one.recording,
            one.name,
            str(one.images),
            number(one.translation, 2, 1e3),
            number(one.rotation, 2, 180.0 / np.pi),
            number(one.largest_step, 2, 1e3),
        )
        for one in figures
    ]
    headers = ("recording", "object", "images", "mm", "deg", "largest step mm")
    return TextTable("Jitter of poses, standard deviation", headers, tuple(rows))
