"""Shoes (y up, the toe towards +x)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from pose_nodes.synthetic.shapes.choice import between, chance, one_of, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import (
    difference,
    intersection,
    moved,
    shell,
    smooth_intersection,
    turned,
    union,
)
from pose_nodes.synthetic.shapes.sdf.primitives import block
from pose_nodes.synthetic.shapes.sdf.profiles import closed_curve, extruded
from pose_nodes.synthetic.shapes.sdf.solid import Solid
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path, tube

_WALL = 0.026
"""In lengths of the shoe."""


@dataclass(frozen=True)
class _Foot:
    """Sizes of a shoe, metres.

    Attributes:
        length: from heel to toe.
        half_width: at the ball of the foot.
        side: how far the toes point to the side; the sign makes it a left or a right one.
        collar: height of the opening.
        ankle: x of the front of the opening.
        instep: height of the upper over x, from the ankle on.
    """

    length: float
    half_width: float
    side: float
    collar: float
    ankle: float
    instep: PchipInterpolator


def shoe(rng: np.random.Generator) -> Design:
    """A low shoe, a high one or a boot, with or without a heel and laces; a left or a right one."""
    foot = _foot(rng)
    sole = foot.length * between(rng, 0.05, 0.1)
    parts = [_upper(rng, foot), _sole(rng, foot, sole)]
    if chance(rng, 0.6):
        parts += _laces(rng, foot)
    return Design(union(*parts), "none", _WALL * foot.length)


def _foot(rng: np.random.Generator) -> _Foot:
    length = sized(rng, 0.16, 0.32)
    half_width = length * between(rng, 0.16, 0.2)
    side = half_width * between(rng, 0.1, 0.3) * one_of(rng, -1, 1)
    collar = length * one_of(rng, between(rng, 0.24, 0.32), between(rng, 0.36, 0.48), between(rng, 0.55, 0.8))
    ankle = length * between(rng, -0.1, 0.0)
    toe = between(rng, 0.11, 0.16)
    at = [ankle - 0.02 * length, ankle + 0.08 * length, 0.24 * length, 0.38 * length, 0.5 * length]
    # The upper goes on above the collar by more than what is rounded of its top.
    heights = [
        collar + 1.3 * half_width,
        max(0.75 * collar, 0.25 * length),
        0.2 * length,
        (toe + 0.015) * length,
    ]
    return _Foot(
        length, half_width, side, collar, ankle, PchipInterpolator(at, [*heights, 0.55 * toe * length])
    )


def _outline(foot: _Foot, grown: float) -> np.ndarray:
    """(k, 2) of (x, z): the shoe from above, so many metres wider all about."""
    half, wide, side = 0.5 * foot.length + grown, foot.half_width + grown, foot.side
    knots = [(-1.0, 0.0), (-0.84, 0.66), (-0.2, 0.72), (0.5, 1.0), (0.9, 0.62), (1.0, 0.0)]
    sideways = [0.0, 0.0, 0.3, 1.0, 1.3, 1.3]
    left = [(x * half, z * wide + s * side) for (x, z), s in zip(knots, sideways, strict=True)]
    right = [(x * half, -z * wide + s * side) for (x, z), s in zip(knots[1:-1], sideways[1:-1], strict=True)]
    return closed_curve(left + right[::-1], 96)


def _upper(rng: np.random.Generator, foot: _Foot) -> Solid:
    """The hollow upper: what the outlines from above and from the side have in common, rounded."""
    length, wall = foot.length, _WALL * foot.length
    x = np.linspace(0.5 * length, foot.instep.x[0], 40)
    top = np.column_stack([x, foot.instep(x)])
    high = float(top[-1, 1])
    from_side = np.concatenate([[[-0.5 * length, -length], [0.5 * length, -length]], top])
    from_side = np.concatenate([from_side, [[-0.47 * length, high], [-0.5 * length, 0.15 * length]]])
    tall = extruded(_outline(foot, 0.0), 4 * length)
    wide = turned(extruded(from_side, 2 * length), "x", -90)  # the outline's second axis becomes y
    skin = shell(smooth_intersection(0.75 * foot.half_width, tall, wide), wall)
    tilt = between(rng, -0.35, 0.2)
    opened = Solid(
        lambda p: (p[:, 1] - foot.collar - tilt * (p[:, 0] - foot.ankle)) / np.hypot(1.0, tilt),
        skin.lower,
        skin.upper,
    )
    box_low, box_high = np.array([-0.5, 0.0, -0.4]) * length, np.array([0.5, 0.0, 0.4]) * length
    box_high[1] = high
    above = Solid(lambda p: -p[:, 1], box_low, box_high)
    return intersection(above, skin, opened)


def _sole(rng: np.random.Generator, foot: _Foot, sole: float) -> Solid:
    body = moved(extruded(_outline(foot, 0.02 * foot.length), sole, 0.2 * sole), (0, -0.35 * sole, 0))
    if chance(rng, 0.5):  # a heel: the arch is cut out
        arch = block((between(rng, 0.25, 0.4) * foot.length, sole, 4 * foot.half_width), 0.15 * sole)
        return difference(body, moved(arch, (-0.06 * foot.length, -0.95 * sole, 0)))
    return body


def _laces(rng: np.random.Generator, foot: _Foot) -> list[Solid]:
    """Rows across the instep."""
    length, rows = foot.length, int(rng.integers(3, 6))
    half = between(rng, 0.3, 0.45) * foot.half_width
    drop = 0.45 * half  # about as the rounded upper falls off to its sides
    laces = []
    for x in np.linspace(foot.ankle + 0.1 * length, 0.26 * length, rows):
        y, z = float(foot.instep(x)), 0.6 * foot.side
        path = smooth_path([[x, y - drop, z - half], [x, y, z], [x, y - drop, z + half]], 9)
        laces.append(tube(path, 0.02 * length))
    return laces
