"""Pairs of clouds of a recording: the model of each object, and what its mask shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.reference_check import ReferenceCheck
from pose_nodes.geometry.pointcloud import (
    PointCloud,
    erode_mask,
    estimate_normals,
    inlier_mask,
    lift,
    thin,
)
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.recording import RecordedFrame, Recording
from training.clouds.held_out import Piece

NORMAL_RADIUS = 0.06
"""Diameters; as the rim of one pixel, what the instance estimator takes."""
_RIM = 1
_FEWEST = 50
"""Points in a mask below which it is left out (our choice)."""


@dataclass(frozen=True, eq=False)
class RecordedPiece:
    """A pair of clouds of a recording.

    Attributes:
        name: of the object.
        index: of the image.
        piece: the pair.
        contradicted: whether depth contradicts the recorded pose, see `ReferenceCheck`.
    """

    name: str
    index: int
    piece: Piece
    contradicted: bool


def recorded_pieces(
    recording: Recording, library: ObjectLibrary, every: int, points: int
) -> Iterator[RecordedPiece]:
    """A pair of clouds for each mask with a true pose of every so many-th image.

    Args:
        recording: images with masks and true poses.
        library: its objects.
        every: images from one to the next.
        points: of each cloud at most.

    Raises:
        InvalidDatasetError: an image cannot be read.
    """
    check = ReferenceCheck(library)
    for index in range(0, len(recording), every):
        recorded = recording[index]
        for segment in recorded.segments:
            name, piece = segment.class_name, _piece(recorded, segment, library, points)
            if piece is not None:
                wrong = check.is_contradicted(recorded.frame, name, piece.T_target_query)
                yield RecordedPiece(name, index, piece, wrong)


def _piece(recorded: RecordedFrame, segment: Segment, library: ObjectLibrary, points: int) -> Piece | None:
    truths = [truth for truth in recorded.truths if truth.class_name == segment.class_name]
    if len(truths) != 1 or segment.class_name not in library:
        return None
    model, rng = library[segment.class_name], np.random.default_rng(recorded.image_id)
    seen = _seen(recorded.frame, segment, model, points, rng)
    if seen is None:
        return None
    chosen = thin(len(model.points), points, rng)
    known = PointCloud(model.points[chosen], model.normals[chosen])
    T_camera_object = truths[0].T_camera_object
    return Piece(known, seen, T_camera_object, np.eye(4), model.symmetry, model.diameter, 0)


def _seen(
    frame: Frame, segment: Segment, model: ObjectModel, most: int, rng: np.random.Generator
) -> PointCloud | None:
    try:
        points = lift(frame.depth, erode_mask(segment.mask, _RIM), frame.camera)
    except InvalidInputError:  # a mask without depth shows nothing to be described
        return None
    points = points[thin(len(points), most, rng)]
    points = points[inlier_mask(points)]
    if len(points) < _FEWEST:
        return None
    return PointCloud(points, estimate_normals(points, NORMAL_RADIUS * model.diameter))
