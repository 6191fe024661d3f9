"""Boxes of what was scanned, as the data sets annotate them, and the labels of the points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.sequences.indoor_scene import BACKGROUND, RoomBoxes
from pose_nodes.synthetic.rooms.classes import class_index
from pose_nodes.synthetic.rooms.room import Room


@dataclass(frozen=True, eq=False)
class Labels:
    """Of the points of a cloud.

    Attributes:
        instances: (n,) int64 box of each point, or BACKGROUND.
        semantics: (n,) int64 class of each point, or BACKGROUND.
        boxes: in the order of the instances.
    """

    instances: NDArray[np.int64]
    semantics: NDArray[np.int64]
    boxes: RoomBoxes


def thing_classes(room: Room, data_set: str) -> NDArray[np.int64]:
    """(k,) class of each thing in a data set, BACKGROUND if it has none."""
    return np.array([class_index(data_set, thing.kind) for thing in room.things], np.int64)


def tight_boxes(
    points: NDArray[np.float64], things: NDArray[np.int64], classes: NDArray[np.int64], least: int
) -> Labels:
    """Axis-aligned boxes, each from the least to the greatest coordinates of the points of one thing.

    Args:
        points: (n, 3) frame of the cloud, metres.
        things: (n,) thing of each point, negative for none.
        classes: (k,) class of each thing, BACKGROUND for none.
        least: points that a thing must have.
    """
    counts = np.bincount(things[things >= 0], minlength=len(classes))
    kept = np.flatnonzero((classes >= 0) & (counts >= least))
    lows, highs = np.zeros((len(kept), 3)), np.zeros((len(kept), 3))
    for row, thing in enumerate(kept):
        own = points[things == thing]
        lows[row], highs[row] = own.min(axis=0), own.max(axis=0)
    boxes = RoomBoxes(classes[kept], 0.5 * (lows + highs), highs - lows, np.zeros(len(kept)))
    return labelled(things, kept, boxes)


def amodal_boxes(
    room: Room, things: NDArray[np.int64], classes: NDArray[np.int64], kept: NDArray[np.int64],
    origin: NDArray[np.float64], yaw: float,
) -> Labels:  # fmt: skip
    """Oriented boxes around whole things, seen or not; own x is the front of a thing.

    Args:
        room: what was scanned.
        things: (n,) thing of each point, negative for none.
        classes: (k,) class of each thing.
        kept: which things have a box.
        origin: (3,) of the cloud's frame in the room, metres.
        yaw: turn of the cloud's frame about z of the room, radians.
    """
    centres = np.array([room.things[k].centre for k in kept]).reshape(-1, 3) - origin
    c, s = np.cos(yaw), np.sin(yaw)
    centres = centres @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    sizes = np.array([room.things[k].piece.size for k in kept]).reshape(-1, 3)
    turns = np.array([room.things[k].yaw for k in kept]) - yaw
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    return labelled(things, kept, RoomBoxes(classes[kept], centres, sizes, turns))


def labelled(things: NDArray[np.int64], kept: NDArray[np.int64], boxes: RoomBoxes) -> Labels:
    """Labels of points whose things have boxes in the order of `kept`; what has no box is background."""
    # The last row serves the points of no thing, whose index is negative.
    most = int(max(things.max(initial=-1), kept.max(initial=-1))) + 2
    box_of = np.full(most, BACKGROUND, np.int64)
    box_of[kept] = np.arange(len(kept))
    class_of = np.full(most, BACKGROUND, np.int64)
    class_of[kept] = boxes.classes
    index = np.where(things >= 0, things, most - 1)
    return Labels(box_of[index], class_of[index], boxes)
