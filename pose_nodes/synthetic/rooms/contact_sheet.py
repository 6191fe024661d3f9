"""A picture of scanned rooms: each from above and aslant, with the boxes of its furniture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.rendering import drawing
from pose_nodes.rendering.drawing import Image
from pose_nodes.sequences.indoor_scene import BACKGROUND, IndoorScene, RoomBoxes

_WIDTH, _HEIGHT = 480, 400
_PAPER = 70
_CUT = 2.15
"""Metres above the floor from which on nothing is shown, so that no ceiling is."""
_ASLANT = np.radians(38.0)
"""Of the oblique view, above the horizon."""
_EDGES = ((0, 1), (1, 3), (3, 2), (2, 0), (4, 5), (5, 7), (7, 6), (6, 4), (0, 4), (1, 5), (2, 6), (3, 7))


def contact_sheet(scenes: Sequence[IndoorScene], columns: int = 4, width: int = 300) -> Image:
    """Scenes one after another, (h, w, 3) uint8 RGB, two tiles each: from above, and aslant.

    Args:
        scenes: rooms; at least one.
        columns: tiles a row, even.
        width: of a tile, pixels.
    """
    tiles = []
    for scene in scenes:
        tiles.append(drawing.captioned(from_above(scene), f"{scene.name}, {len(scene.boxes)} boxes"))
        tiles.append(aslant(scene))
    return drawing.contact_sheet(tiles, columns, width)


def from_above(scene: IndoorScene) -> Image:
    """A map without the ceiling, x to the right, y upwards."""
    return _view(scene, np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]]))


def aslant(scene: IndoorScene) -> Image:
    """From the side of -y and from above, without the ceiling and without walls before the room."""
    turn = 0.5
    c, s, up, flat = np.cos(turn), np.sin(turn), np.sin(_ASLANT), np.cos(_ASLANT)
    forward = np.array([s * flat, c * flat, -up])
    right = np.array([c, -s, 0.0])
    return _view(scene, np.stack([right, np.cross(forward, right), forward]))


def corners(boxes: RoomBoxes) -> NDArray[np.float64]:
    """(m, 8, 3) corners of boxes in the frame of the cloud; z changes fastest, then y, then x."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    own = signs * boxes.sizes[:, None]
    c, s = np.cos(boxes.yaws)[:, None], np.sin(boxes.yaws)[:, None]
    x, y = c * own[..., 0] - s * own[..., 1], s * own[..., 0] + c * own[..., 1]
    return np.asarray(np.stack([x, y, own[..., 2]], axis=-1) + boxes.centres[:, None])


def _view(scene: IndoorScene, axes: NDArray[np.float64]) -> Image:
    """A parallel projection: rows of `axes` are right, down and forward."""
    points = scene.points.astype(np.float64)
    below = points[:, 2] < np.quantile(points[:, 2], 0.01) + _CUT
    shown = below & ~_front_walls(scene, axes[2])
    seen = points[shown] @ axes.T
    low, high = (np.quantile(seen[:, :2], q, axis=0) for q in (0.002, 0.998))
    scale = 0.94 * min(_WIDTH / (high[0] - low[0]), _HEIGHT / (high[1] - low[1]))
    shift = 0.5 * np.array([_WIDTH, _HEIGHT]) - 0.5 * scale * (low + high)
    image = _splat(scale * seen[:, :2] + shift, seen[:, 2], scene.colors[shown])
    lines = scale * (corners(scene.boxes) @ axes.T)[..., :2] + shift
    for box, label in zip(lines, scene.boxes.classes, strict=True):
        color = drawing.OBJECT_COLORS[int(label) % len(drawing.OBJECT_COLORS)]
        for a, b in _EDGES:
            ends = [tuple(int(value) for value in np.rint(box[k])) for k in (a, b)]
            cv2.line(image, ends[0], ends[1], color, 1, cv2.LINE_AA)
    return image


def _front_walls(scene: IndoorScene, forward: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) background points at or beyond those two walls that hide the room, where one looks aslant."""
    hidden = np.zeros(len(scene.points), bool)
    if abs(forward[2]) > 0.99:
        return hidden
    for axis in (0, 1):
        along = np.sign(forward[axis]) * scene.points[:, axis].astype(np.float64)
        near = along[along < np.quantile(along, 0.4)]
        # A wall upright to the axis has more points than any other slice.
        counts, edges = np.histogram(near, np.arange(near.min(), near.max() + 0.1, 0.05))
        hidden |= along < edges[int(np.argmax(counts))] + 0.15
    above = scene.points[:, 2] > np.quantile(scene.points[:, 2], 0.01) + 0.1
    return np.asarray(hidden & above & (scene.instances == BACKGROUND))


def _splat(pixels: NDArray[np.float64], depth: NDArray[np.float64], colors: NDArray[np.uint8]) -> Image:
    """Points as squares of 3 by 3 pixels, the nearest on top."""
    image = np.full((_HEIGHT, _WIDTH, 3), _PAPER, np.uint8)
    order = np.argsort(-depth)
    corner = np.floor(pixels[order]).astype(int) - 1
    # Point by point, so that no square of a far point covers a near one.
    u, v = (corner[:, None] + np.array(list(np.ndindex(3, 3)))).reshape(-1, 2).T
    inside = (u >= 0) & (u < _WIDTH) & (v >= 0) & (v < _HEIGHT)
    image[v[inside], u[inside]] = np.repeat(colors[order], 9, axis=0)[inside]
    return image
