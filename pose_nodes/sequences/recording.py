"""A recorded RGB-D sequence with, where known, masks and true poses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.objects.library import ObjectLibrary


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The true pose of one object in one image.

    Attributes:
        class_name: name of the object.
        T_camera_object: (4, 4) float64, mesh coordinates (metres) into the camera's optical frame.
        visible_fraction: share of the silhouette that is seen, 0 to 1; NaN where the data does not say.
        instance_id: the same in all images of a recording for the same thing; empty where the data does not
            say.
    """

    class_name: str
    T_camera_object: NDArray[np.float64]
    visible_fraction: float = float("nan")
    instance_id: str = ""


@dataclass(frozen=True, eq=False)
class RecordedFrame:
    """One image of a recording.

    Attributes:
        index: position in the recording, from 0.
        image_id: number of the image in its data set.
        frame: depth, colour and camera.
        segments: the visible masks of the objects, as a segmenter would give them; objects out of sight have
            none.
        truths: the true poses of the objects; empty where unknown.
    """

    index: int
    image_id: int
    frame: Frame
    segments: list[Segment]
    truths: list[GroundTruth]


class Recording(Protocol):
    """What players, trackers and evaluations ask of a recording; frames are read when asked for."""

    @property
    def name(self) -> str:
        """A short name for reports."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> RecordedFrame:
        """The frame at a position.

        Raises:
            IndexError: past the end.
            InvalidDatasetError: a file of the frame is missing or malformed.
        """

    def library(self) -> ObjectLibrary:
        """The objects of the recording, ready for a tracker.

        Raises:
            InvalidDatasetError, InvalidMeshError: a model is missing or malformed.
        """
