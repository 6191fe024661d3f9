"""Upright boxes and the points in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.sequences.indoor_scene import BACKGROUND, RoomBoxes

_MARGIN = 0.02
"""Metres by which a point may be out of its box: noise, and rounded labels (our choice)."""
_LEAST_SHARE = 0.5
"""Of an instance's points in a box that is its own (our choice)."""


def no_boxes() -> RoomBoxes:
    """Of a scene without furniture."""
    return RoomBoxes(np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))


def inside(
    points: NDArray[np.float32], boxes: RoomBoxes, index: int, margin: float = 0.0
) -> NDArray[np.bool_]:
    """(n,) whether points (n, 3) lie in a box, `margin` metres around it with it."""
    aside = points[:, :3] - boxes.centres[index]
    c, s = np.cos(boxes.yaws[index]), np.sin(boxes.yaws[index])
    own = np.stack(
        [c * aside[:, 0] + s * aside[:, 1], c * aside[:, 1] - s * aside[:, 0], aside[:, 2]], axis=1
    )
    return np.asarray((np.abs(own) <= 0.5 * boxes.sizes[index] + margin).all(axis=1))


def corners(boxes: RoomBoxes, index: int) -> NDArray[np.float64]:
    """(8, 3) corners of a box."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    own = signs * boxes.sizes[index]
    c, s = np.cos(boxes.yaws[index]), np.sin(boxes.yaws[index])
    turned = np.stack([c * own[:, 0] - s * own[:, 1], s * own[:, 0] + c * own[:, 1], own[:, 2]], axis=1)
    return turned + boxes.centres[index]


def boxes_of_instances(
    points: NDArray[np.float32], instances: NDArray[np.int64], classes: NDArray[np.int64]
) -> RoomBoxes:
    """The boxes along the axes that bound the points of each instance of a class.

    Args:
        points: (n, 3).
        instances: (n,) numbers, in whose order the boxes are; 0 and less are none.
        classes: (n,) of the points; that of an instance is that of most of its points.
    """
    lows, highs, kinds = [], [], []
    for number in np.unique(instances[instances > 0]):
        own = instances == number
        kind = _most(classes[own])
        if kind != BACKGROUND:
            lows.append(points[own, :3].min(axis=0).astype(float))
            highs.append(points[own, :3].max(axis=0).astype(float))
            kinds.append(kind)
    if not kinds:
        return no_boxes()
    low, high = np.array(lows), np.array(highs)
    return RoomBoxes(np.array(kinds, np.int64), 0.5 * (low + high), high - low, np.zeros(len(kinds)))


def box_of_each_point(
    points: NDArray[np.float32],
    instances: NDArray[np.int64],
    classes: NDArray[np.int64],
    boxes: RoomBoxes,
) -> NDArray[np.int64]:
    """(n,) index of the box that each point belongs to, from numbered instances.

    The files do not say which instance has which box: it is the box of the instance's class that holds most
    of its points, and of several such that whose bounds are nearest to those of the points.
    """
    result = np.full(len(points), BACKGROUND, np.int64)
    for number in np.unique(instances[instances > 0]):
        own = np.flatnonzero(instances == number)
        index = _box_of(points[own], _most(classes[own]), boxes)
        result[own] = index
    return result


def _box_of(points: NDArray[np.float32], kind: int, boxes: RoomBoxes) -> int:
    best, chosen = (_LEAST_SHARE, -np.inf), BACKGROUND
    low, high = points[:, :3].min(axis=0), points[:, :3].max(axis=0)
    for index in np.flatnonzero(boxes.classes == kind):
        share = float(inside(points, boxes, int(index), _MARGIN).mean())
        around = corners(boxes, int(index))
        off = np.abs(around.min(axis=0) - low).sum() + np.abs(around.max(axis=0) - high).sum()
        if (round(share, 3), -off) > best:
            best, chosen = (round(share, 3), -float(off)), int(index)
    return chosen


def _most(values: NDArray[np.int64]) -> int:
    kinds, counts = np.unique(values, return_counts=True)
    return int(kinds[np.argmax(counts)])
