"""Sheet metal: plates, flanges and brackets with holes."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, repeated_around, turned, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, cylinder
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, rounded_rectangle
from pose_nodes.synthetic.shapes.sdf.solid import Solid


def plate(rng: np.random.Generator) -> Design:
    """A plate, a flange, an L-bracket or a channel."""
    kinds = (_rectangle, _flange, _angle, _channel)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _hole(radius: float, x: float, z: float, deep: float) -> Solid:
    return moved(cylinder(radius, deep), (x, 0, z))


def _rectangle(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.05, 0.3)
    width = length * between(rng, 0.4, 0.75)
    thick = max(length * between(rng, 0.05, 0.14), 0.004)
    outline = rounded_rectangle(length, width, width * between(rng, 0.05, 0.25))
    body = extruded(outline, thick, 0.1 * thick)
    radius = width * between(rng, 0.07, 0.13)
    x, z = 0.5 * length - 0.2 * width, 0.28 * width
    holes = [_hole(radius, sx * x, sz * z, 3 * thick) for sx in (-1, 1) for sz in (-1, 1)]
    symmetry, kind = "box", int(rng.integers(3))
    if kind == 1:  # a pocket on one side
        pocket = block((0.4 * length, thick, 0.3 * width), 0.1 * thick)
        holes, symmetry = [*holes, moved(pocket, (0, 0.6 * thick, 0))], "y:2"
    if kind == 2:  # a large hole out of the middle
        holes, symmetry = [*holes, _hole(0.17 * width, 0.2 * length, 0.14 * width, 3 * thick)], "none"
        holes.append(moved(block((0.3 * length, thick, 0.2 * width)), (-0.1 * length, 0.6 * thick, 0)))
    return Design(difference(body, *holes), symmetry, min(thick, 2 * radius))


def _flange(rng: np.random.Generator) -> Design:
    radius, count = sized(rng, 0.03, 0.15), int(rng.integers(3, 9))
    thick = max(radius * between(rng, 0.15, 0.3), 0.004)
    bolt = radius * between(rng, 0.09, 0.13)
    bore = radius * between(rng, 0.25, 0.4)
    body, flips = cylinder(radius, thick, 0.1 * thick), True
    if chance(rng, 0.6):
        hub = moved(cylinder(1.45 * bore, 3 * thick), (0, 1.5 * thick, 0))
        body, flips = union(body, hub), False
    holes = repeated_around(_hole(bolt, 0.78 * radius, 0, 3 * thick), count)
    bored = difference(body, holes, cylinder(bore, 20 * thick))
    return Design(bored, turns_about_y(count, flips), min(thick, 2 * bolt, 0.45 * bore))


def _angle(rng: np.random.Generator) -> Design:
    long = sized(rng, 0.04, 0.2)
    short, width = long * between(rng, 0.5, 0.8), long * between(rng, 0.3, 0.8)
    thick = max(long * between(rng, 0.08, 0.14), 0.004)
    flat = moved(block((long, thick, width), 0.1 * thick), (0.5 * long, 0.5 * thick, 0))
    wall = moved(block((thick, short, width), 0.1 * thick), (0.5 * thick, 0.5 * short, 0))
    body = union(flat, wall)
    if chance(rng, 0.5):
        rib = turned(block((0.6 * short, 0.6 * short, thick)), "z", 45)
        body = union(body, difference(rib, block((40, 2e-9, 40))))
    radius = width * between(rng, 0.1, 0.18)
    holes = [_hole(radius, 0.72 * long, z * width, 4 * thick) for z in (-0.25, 0.25)]
    side = moved(turned(cylinder(radius, 4 * thick), "z", 90), (0.5 * thick, 0.72 * short, 0))
    return Design(difference(_cut_corner(body), *holes, side), "none", min(thick, 2 * radius))


def _cut_corner(body: Solid) -> Solid:
    """What is at positive x and y."""
    lower = np.maximum(body.lower, (0.0, 0.0, body.lower[2]))
    return Solid(lambda p: np.maximum(body.distance(p), -np.minimum(p[:, 0], p[:, 1])), lower, body.upper)


def _channel(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.05, 0.25)
    width, high = length * between(rng, 0.3, 0.7), length * between(rng, 0.2, 0.4)
    thick = max(length * between(rng, 0.05, 0.1), 0.004)
    body = difference(
        block((length, high, width), 0.3 * thick),
        moved(block((2 * length, high, width - 2 * thick), 0.3 * thick), (0, thick, 0)),
    )
    radius = between(rng, 0.12, 0.2) * width
    slots = [_hole(radius, x * length, 0, 2 * high) for x in (-0.3, 0.3)]
    symmetry = "y:2"
    if chance(rng, 0.5):
        notch = moved(
            block((0.25 * length, 1.2 * high, 0.4 * width)), (0.3 * length, 0.5 * high, 0.5 * width)
        )
        slots, symmetry = [*slots, notch], "none"
    return Design(difference(body, *slots), symmetry, thick)
