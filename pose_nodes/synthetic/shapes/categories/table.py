"""Cutlery and shoes (y up, length along x)."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, smooth_union, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, ellipsoid
from pose_nodes.synthetic.shapes.sdf.profiles import closed_curve, extruded
from pose_nodes.synthetic.shapes.sdf.solid import Solid
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path, tube

_WALL = 0.026
"""Of a shoe, in its lengths."""


def cutlery(rng: np.random.Generator) -> Design:
    """A spoon, a fork or a knife lying flat, the handle towards -x."""
    length = sized(rng, 0.13, 0.24)
    thick = max(between(rng, 0.014, 0.02) * length, 0.0025)
    end, neck = between(rng, 0.035, 0.055) * length, between(rng, 0.016, 0.022) * length
    kinds = (_spoon, _fork, _knife)
    head = kinds[int(rng.integers(3))](rng, length, thick)
    outline = [
        (-0.55, -0.6 * end),
        (-0.25, -0.8 * neck),
        (0.2, -neck),
        (0.2, neck),
        (-0.25, 0.8 * neck),
        (-0.55, 0.6 * end),
        (-0.58, 0.0),
    ]
    handle = extruded(closed_curve([(x * length, z) for x, z in outline]), thick, 0.3 * thick)
    return Design(smooth_union(0.15 * thick, handle, head), "none", 0.9 * thick)


def _spoon(rng: np.random.Generator, length: float, thick: float) -> Solid:
    half, wide = between(rng, 0.13, 0.17) * length, between(rng, 0.09, 0.125) * length
    deep = between(rng, 0.05, 0.07) * length
    outer = ellipsoid((half, deep, wide))
    inner = ellipsoid((half - thick, deep - thick, wide - thick))
    top = moved(block((3 * half, deep, 3 * wide)), (0, 0.5 * deep + 0.4 * thick, 0))
    return moved(difference(outer, inner, top), (0.17 * length + half, 0, 0))


def _fork(rng: np.random.Generator, length: float, thick: float) -> Solid:
    tines, wide = int(rng.integers(3, 5)), between(rng, 0.055, 0.075) * length
    root, tip = 0.3 * length, between(rng, 0.46, 0.52) * length
    half = 0.24 * length, 0.8 * wide
    edge = [(0.17 * length, 0.0), half, (root, wide), (root, -wide), (half[0], -half[1])]
    palm = extruded(closed_curve(edge), thick, 0.3 * thick)
    rise = between(rng, 0.01, 0.05) * length
    parts = [palm]
    for z in np.linspace(-1, 1, tines) * 0.85 * wide:
        path = smooth_path(
            [[root - 0.03 * length, 0, z], [0.5 * (root + tip), -0.3 * rise, z], [tip, rise, z]], 8
        )
        parts.append(tube(path, 0.6 * thick))
    return union(*parts)


def _knife(rng: np.random.Generator, length: float, thick: float) -> Solid:
    wide, tip = between(rng, 0.04, 0.06) * length, between(rng, 0.55, 0.65) * length
    edge = closed_curve(
        [
            (0.15 * length, -0.4 * wide),
            (0.35 * length, -0.5 * wide),
            (tip, -0.5 * wide),
            (0.9 * tip, 0.45 * wide),
            (0.35 * length, 0.6 * wide),
            (0.15 * length, 0.4 * wide),
        ]
    )
    return extruded(edge, 0.9 * thick, 0.2 * thick)


def shoe(rng: np.random.Generator) -> Design:
    """A low shoe or a boot without laces, the toe towards +x, the foot's opening up."""
    length = sized(rng, 0.16, 0.32)
    wide, sole = length * between(rng, 0.17, 0.2), length * between(rng, 0.06, 0.1)
    side = between(rng, 0.1, 0.25) * (1 if rng.random() < 0.5 else -1) * wide  # left or right foot
    outline = [
        (-0.48, 0.0),
        (-0.4, 0.7 * wide),
        (0.0, 0.75 * wide + side),
        (0.3, wide + side),
        (0.5, side),
        (0.3, -wide + side),
        (0.0, -0.75 * wide + side),
        (-0.4, -0.7 * wide),
    ]
    points = np.array([(x * length, z) for x, z in outline])
    base = extruded(closed_curve(points), sole, 0.15 * sole)
    upper = _leather(rng, length, wide, side)
    return Design(union(moved(base, (0, -0.3 * sole, 0)), upper), "none", _WALL * length)


def _leather(rng: np.random.Generator, length: float, wide: float, side: float) -> Solid:
    """The hollow upper part of a shoe."""
    high, heel = length * between(rng, 0.3, 0.6), -0.27 * length
    toe = moved(ellipsoid((0.3 * length, 0.22 * length, 0.95 * wide)), (0.18 * length, 0, side))
    ankle = smooth_path([[heel, 0.05 * length, 0], [heel, 0.6 * high, 0], [heel, high, 0]], 8)
    back = tube(ankle, 0.9 * wide, 0.85)
    middle = moved(ellipsoid((0.33 * length, 0.27 * length, 0.85 * wide)), (-0.12 * length, 0, 0.4 * side))
    upper = smooth_union(0.06 * length, toe, back, middle)
    wall = _WALL * length
    hole = tube(
        smooth_path([[heel, 0.1 * length, 0], [heel, high, 0], [heel, 1.6 * high, 0]], 8),
        0.9 * wide - 1.3 * wall,
        0.8,
    )
    inside = moved(ellipsoid((0.34 * length, 0.17 * length, 0.7 * wide)), (0.0, 0.02 * length, 0.5 * side))
    ground = moved(block((2 * length, length, length)), (0, -0.5 * length, 0))
    brim = moved(block((2 * length, length, length)), (0, 0.5 * length + high, 0))
    return difference(upper, union(hole, inside), ground, brim)
