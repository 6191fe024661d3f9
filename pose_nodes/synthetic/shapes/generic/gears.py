"""Gears, star knobs and dials."""

from __future__ import annotations

from math import gcd

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import (
    difference,
    moved,
    repeated_around,
    smooth_intersection,
    union,
)
from pose_nodes.synthetic.shapes.sdf.primitives import ball, block, cylinder
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, wavy


def gear(rng: np.random.Generator) -> Design:
    """A gear wheel or a knob."""
    return _wheel(rng) if chance(rng, 0.5) else _knob(rng)


def _wheel(rng: np.random.Generator) -> Design:
    radius, teeth = sized(rng, 0.02, 0.13), int(rng.integers(6, 17))
    high = radius * min(2.2 / teeth, 0.25)
    thick = max(radius * between(rng, 0.2, 0.6), 0.005)

    def flanks(angle: np.ndarray) -> np.ndarray:
        return radius - high + high * np.clip(1.7 * np.cos(teeth * angle), -1, 1)

    bore = radius * between(rng, 0.18, 0.28)
    body, order, flips = extruded(wavy(16 * teeth, flanks), thick, 0.05 * thick), teeth, True
    cuts = [cylinder(bore, 10 * radius)]
    if chance(rng, 0.5):
        hub = moved(cylinder(1.5 * bore, 2 * thick), (0, 0.8 * thick, 0))
        body, flips = union(body, hub), False
    web = radius - 2 * high - bore
    if web > 0.25 * radius and chance(rng, 0.7):
        holes = int(rng.integers(3, 7))
        hole = moved(cylinder(0.3 * web, 10 * radius), (bore + 0.5 * web, 0, 0))
        cuts.append(repeated_around(hole, holes))
        order = gcd(teeth, holes)
    if chance(rng, 0.3):
        cuts.append(moved(block((1.2 * bore, 10 * radius, 0.7 * bore)), (bore, 0, 0)))
        order = 1
    return Design(difference(body, *cuts), turns_about_y(order, flips), min(high, 0.5 * bore))


def _knob(rng: np.random.Generator) -> Design:
    radius, lobes = sized(rng, 0.02, 0.09), int(rng.integers(3, 10))
    depth = radius * (0.16 if lobes < 6 else 0.09)
    thick = radius * between(rng, 0.5, 1.0)
    outline = wavy(160, lambda angle: radius - depth + depth * np.cos(lobes * angle))
    grip = extruded(outline, thick, 0.15 * thick)
    dome = moved(ball(2.2 * radius), (0, 0.4 * thick - 2.1 * radius, 0))
    body = smooth_intersection(0.2 * thick, grip, dome)
    stem = moved(cylinder(between(rng, 0.35, 0.6) * radius, thick, 0.05 * thick), (0, -0.8 * thick, 0))
    body, order = union(body, stem), lobes
    if chance(rng, 0.35):
        notch = block((0.8 * radius, thick, 0.16 * radius), 0.03 * radius)
        body, order = difference(body, moved(notch, (0.55 * radius, 0.55 * thick, 0))), 1
    return Design(body, turns_about_y(order), depth)
