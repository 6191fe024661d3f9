"""The desk video as it is, with half of its images, and with masks that come seldom and late.

Every image in which an object is not followed to 4 mm and 4 degrees is told, against two references: the
recorded one, which was registered object by object and image by image, and one of all images together, as the
objects do not move against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pose_nodes.commands.bench_data import BenchRecording
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import ABSENT, TextTable, degrees, millimetres, percent
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track
from pose_nodes.estimators.reference_check import ReferenceCheck
from pose_nodes.geometry import se3
from pose_nodes.metrics.summary import PoseError, Tolerance, percentile
from pose_nodes.metrics.tracking_score import TrackingScore, is_visible
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.joint_registration import View, registered_together
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.tracker import Tracker

NAME = "desk_video"
TOLERANCE = Tolerance(0.004, float(np.deg2rad(4.0)))
RECORDED, JOINT = "recorded", "all images together"
_CARRIER = "cube"
"""Whose flat faces hold its pose best; the other one is registered beside it."""

Poses = Sequence[Mapping[str, se3.Matrix]]
"""T_camera_object by name, of each image."""


@dataclass(frozen=True)
class Supply:
    """What of a recording the tracker is given.

    Attributes:
        name: for reports.
        every: images, each n-th.
        masks_every: masks, of each n-th image of the recording; 0 for those of the first alone.
        delay: images of the recording by which masks come late.
    """

    name: str
    every: int = 1
    masks_every: int = 0
    delay: int = 0


SUPPLIES = (
    Supply("as it is, first mask"),
    Supply("every second image", every=2),
    Supply("masks at 1 Hz, 0.5 s late", masks_every=30, delay=15),
)


@dataclass(frozen=True, eq=False)
class Miss:
    """An object in an image, without a pose within tolerance.

    Attributes:
        name: of the object.
        index: of the image.
        error: of its pose; None where there is none.
        is_excused: whether depth contradicts the reference, see `ReferenceCheck`.
    """

    name: str
    index: int
    error: PoseError | None
    is_excused: bool = False


@dataclass(frozen=True, eq=False)
class ObjectFigures:
    """One object through the recording, from the first mask that came.

    Attributes:
        supply: of images and masks.
        name: of the object.
        frames: in which it was to be seen.
        errors: of its poses, of those frames that have one and no wrong reference.
        misses: those without a pose within tolerance.
        reference: what the poses are compared with.
    """

    supply: Supply
    name: str
    frames: int
    errors: tuple[PoseError, ...]
    misses: tuple[Miss, ...]
    reference: str = RECORDED

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        translations = np.array([error.translation for error in self.errors])
        rotations = np.array([error.rotation for error in self.errors])
        return {
            "supply": self.supply.name,
            "reference": self.reference,
            "object": self.name,
            "frames": self.frames,
            "within": 1.0 - len(self.misses) / max(self.frames, 1),
            "wrong_references": sum(miss.is_excused for miss in self.misses),
            **{f"translation_{name}": percentile(translations, p) for name, p in _PERCENTILES},
            **{f"rotation_{name}": percentile(rotations, p) for name, p in _PERCENTILES},
            "misses": [
                {
                    "image": miss.index,
                    "translation": None if miss.error is None else miss.error.translation,
                    "rotation": None if miss.error is None else miss.error.rotation,
                    "wrong_reference": miss.is_excused,
                }
                for miss in self.misses
            ],
        }


_PERCENTILES = (("median", 50), ("p95", 95), ("longest", 100))


def measure_desk(
    recordings: Sequence[BenchRecording], seed: int, supplies: Sequence[Supply] = SUPPLIES
) -> list[ObjectFigures]:
    """Follow the objects of the desk video with each supply; nothing where the video is not there.

    Args:
        recordings: of which that named "desk_video" is taken.
        seed: of the tracker.
        supplies: what the tracker is given.

    Raises:
        PoseNodesError: the recording cannot be read.
    """
    figures: list[ObjectFigures] = []
    for each in recordings:
        if each.name == NAME:
            scene, library = open_recording(each.scene, each.objects_file, each.rate_hz)
            joint = joint_reference(scene, library)
            for supply in supplies:
                figures += follow(scene, library, supply, seed, joint)
    return figures


def joint_reference(scene: BopScene, library: ObjectLibrary) -> Poses:
    """The poses of objects that do not move against each other, registered over all images at once.

    Raises:
        InvalidDatasetError: an image cannot be read.
    """
    names = sorted(library.names, key=lambda name: name != _CARRIER)
    fields = {name: FieldTarget(library[name].mesh, library[name].diameter) for name in names}
    views = []
    for index in range(len(scene)):
        recorded = scene[index]
        known = {truth.class_name: truth.T_camera_object for truth in recorded.truths}
        views.append(View(recorded.frame.depth, recorded.frame.camera, known))
    return registered_together(views, fields, {name: library[name].symmetry for name in names})


@dataclass
class _Compared:
    """What has been seen of the objects so far, against one reference."""

    reference: str
    score: TrackingScore
    check: ReferenceCheck
    frames: dict[str, int]
    errors: dict[str, list[PoseError]] = field(default_factory=dict)
    misses: dict[str, list[Miss]] = field(default_factory=dict)

    def add(
        self, recorded: RecordedFrame, tracks: Sequence[Track], truths: Sequence[GroundTruth], counts: bool
    ) -> None:
        """One image; those before the first mask do not count."""
        found = _by_class(self.score.add(tracks, truths), tracks)
        visible = {truth.class_name: truth for truth in truths if is_visible(truth)}
        for name in visible.keys() & self.frames.keys() if counts else ():
            self.frames[name] += 1
            is_wrong = self.check.is_contradicted(recorded.frame, name, visible[name].T_camera_object)
            miss = Miss(name, recorded.index, found.get(name), is_wrong)
            if miss.error is None or not TOLERANCE.holds(miss.error):
                self.misses.setdefault(name, []).append(miss)
            if miss.error is not None and not miss.is_excused:
                self.errors.setdefault(name, []).append(miss.error)

    def figures(self, supply: Supply) -> list[ObjectFigures]:
        """Of each object."""
        return [
            ObjectFigures(
                supply,
                name,
                count,
                tuple(self.errors.get(name, ())),
                tuple(self.misses.get(name, ())),
                self.reference,
            )
            for name, count in self.frames.items()
        ]


def follow(
    scene: BopScene, library: ObjectLibrary, supply: Supply, seed: int, joint: Poses | None = None
) -> list[ObjectFigures]:
    """Follow all objects of a recording.

    Args:
        scene: the recording.
        library: its objects.
        supply: what the tracker is given of it.
        seed: of the tracker.
        joint: poses of each image to compare with, besides the recorded ones.
    """
    tracker = Tracker(library, TrackerConfig(seed=seed))
    check = ReferenceCheck(library)
    compared = [
        _Compared(reference, TrackingScore(library), check, dict.fromkeys(library.names, 0))
        for reference in (RECORDED, JOINT)[: 1 if joint is None else 2]
    ]
    for recorded, late in _supplied(scene, supply):
        tracks = _step(tracker, recorded, late)
        for one in compared:
            truths = recorded.truths
            if joint is not None and one.reference == JOINT:
                truths = [_at(truth, joint[recorded.index]) for truth in truths]
            one.add(recorded, tracks, truths, recorded.index >= supply.delay)
    return [figures for one in compared for figures in one.figures(supply)]


def _at(truth: GroundTruth, poses: Mapping[str, se3.Matrix]) -> GroundTruth:
    return replace(truth, T_camera_object=poses[truth.class_name])


def _supplied(scene: BopScene, supply: Supply) -> Iterator[tuple[RecordedFrame, list[RecordedFrame]]]:
    """Each image that is given, with the images whose masks come with it."""
    for index in range(0, len(scene), supply.every):
        masked = index - supply.delay
        due = masked == 0 or (masked > 0 and supply.masks_every and masked % supply.masks_every == 0)
        yield scene[index], [scene[masked]] if due else []


def _step(tracker: Tracker, recorded: RecordedFrame, late: Sequence[RecordedFrame]) -> list[Track]:
    """One image; what cold starts in masks of earlier images find is followed to this one."""
    tracker.history.add(recorded.frame)
    tracker.advance(recorded.frame)
    for one in late:
        frame = tracker.history.at(one.frame.stamp_ns)
        for search in tracker.plan(frame, _known(one.segments, tracker.library)) if frame else ():
            found = tracker.find(search)
            tracker.roll_forward(found)
            tracker.adopt(found)
    return tracker.tracks()


def _known(segments: Sequence[Segment], library: ObjectLibrary) -> list[Segment]:
    return [segment for segment in segments if segment.class_name in library]


def _by_class(errors: dict[str, PoseError], tracks: Sequence[Track]) -> dict[str, PoseError]:
    return {track.class_name: errors[track.id] for track in tracks if track.id in errors}


def desk_tables(figures: Sequence[ObjectFigures]) -> list[TextTable]:
    """For people: the figures, and every image that is not within tolerance."""
    if not figures:
        return []
    rows = [_row(one) for one in figures]
    headers = (
        "given", "reference", "object", "images", "within 4 mm, 4 deg", "misses", "of them wrong references",
        "mm median", "mm p95", "mm largest", "deg median", "deg p95", "deg largest",
    )  # fmt: skip
    return [TextTable("The desk video, image by image", headers, tuple(rows)), _misses(figures)]


def _row(one: ObjectFigures) -> tuple[str, ...]:
    value = one.plain()

    def cells(kind: str, text: Callable[[float], str]) -> tuple[str, ...]:
        return tuple(text(value[f"{kind}_{name}"]) for name, _ in _PERCENTILES)

    counts = (str(one.frames), percent(value["within"]), str(len(one.misses)), str(value["wrong_references"]))
    return (
        one.supply.name,
        one.reference,
        one.name,
        *counts,
        *cells("translation", millimetres),
        *cells("rotation", degrees),
    )


def _misses(figures: Sequence[ObjectFigures]) -> TextTable:
    rows = [
        (
            one.supply.name,
            one.reference,
            one.name,
            str(miss.index),
            ABSENT if miss.error is None else millimetres(miss.error.translation),
            ABSENT if miss.error is None else degrees(miss.error.rotation),
            "yes" if miss.is_excused else "",
        )
        for one in figures
        for miss in one.misses
    ]
    headers = ("given", "reference", "object", "image", "mm", "deg", "wrong reference")
    return TextTable("Images that are not within 4 mm and 4 degrees", headers, tuple(rows))
