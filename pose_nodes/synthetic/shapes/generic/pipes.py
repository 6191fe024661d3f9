"""Pipes, hooks, springs and rings."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, one_of, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, smooth_union, turned, union
from pose_nodes.synthetic.shapes.sdf.primitives import cylinder, torus
from pose_nodes.synthetic.shapes.sdf.solid import Solid
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path, tube


def pipe(rng: np.random.Generator) -> Design:
    """A bend, an S, a free curve, a spring, a ring, a tee or a straight pipe."""
    kinds = (_bend, _wave, _free, _spring, _ring, _tee, _straight)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _bend(rng: np.random.Generator) -> Design:
    width = sized(rng, 0.04, 0.2)
    radius, drop = width * between(rng, 0.1, 0.16), width * between(rng, 0.5, 1.0)
    knots = np.array([[-1.0, -drop / width, 0], [-0.75, -0.45 * drop / width, 0], [0, 0, 0]]) * width
    path = smooth_path(np.concatenate([knots, knots[-2::-1] * (-1, 1, 1)]), 25)
    body = tube(path, radius)
    if chance(rng, 0.5):
        body = _hollow(body, path, radius)
    return Design(body, "y:2", 0.4 * radius)


def _hollow(body: Solid, path: np.ndarray, radius: float) -> Solid:
    """The bore runs out of both ends, which are cut flat by it."""
    first, last = path[0] - path[1], path[-1] - path[-2]
    out = 2 * radius
    start, end = path[0] + out * first / np.linalg.norm(first), path[-1] + out * last / np.linalg.norm(last)
    return difference(body, tube(np.concatenate([[start], path, [end]]), 0.6 * radius))


def _wave(rng: np.random.Generator) -> Design:
    width = sized(rng, 0.04, 0.18)
    high = width * between(rng, 0.35, 0.8)
    half = np.array([[0.35 * width, 0.7 * high, 0], [0.7 * width, high, 0], [width, 0.5 * high, 0]])
    path = smooth_path(np.concatenate([-half[::-1], [[0, 0, 0]], half]), 31)
    radius = width * between(rng, 0.08, 0.13)
    return Design(tube(path, radius), "z:2", radius)


def _free(rng: np.random.Generator) -> Design:
    step = sized(rng, 0.02, 0.09)
    knots, heading = [np.zeros(3)], np.array([1.0, 0.0, 0.0])
    for _ in range(4):
        heading = heading + 0.7 * rng.normal(size=3)
        heading /= np.linalg.norm(heading)
        knots.append(knots[-1] + step * heading)
    path = smooth_path(np.array(knots), 28)
    radius = step * between(rng, 0.15, 0.28)
    taper = np.linspace(1.0, between(rng, 0.4, 0.75), len(path))
    return Design(tube(path, radius * taper), "none", 0.7 * radius)


def _spring(rng: np.random.Generator) -> Design:
    radius, turns = sized(rng, 0.015, 0.07), between(rng, 1.6, 3.4)
    wire = radius * between(rng, 0.15, 0.22)
    rise = wire * between(rng, 3.2, 4.5) * one_of(rng, -1, 1)
    angle = np.linspace(-np.pi * turns, np.pi * turns, int(18 * turns))
    height = rise * angle / (2 * np.pi)
    path = np.column_stack([radius * np.cos(angle), height, radius * np.sin(angle)])
    return Design(tube(path, wire), "x:2", 1.2 * wire)


def _ring(rng: np.random.Generator) -> Design:
    radius = sized(rng, 0.02, 0.12)
    thick = radius * between(rng, 0.15, 0.4)
    body = torus(radius, thick)
    if chance(rng, 0.5):
        return Design(body, "y:inf,x:2", thick)
    stem = moved(cylinder(0.7 * thick, radius, 0.2 * thick), (radius, 0.5 * radius, 0))
    return Design(smooth_union(0.1 * thick, body, stem), "none", thick)


def _tee(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.05, 0.3)
    radius = length * between(rng, 0.1, 0.17)
    run = turned(cylinder(radius, length), "z", 90)
    branch = moved(cylinder(radius, 0.4 * length), (0, 0.2 * length, 0))
    collars = [
        moved(turned(cylinder(1.3 * radius, 0.1 * length), "z", 90), (s * 0.45 * length, 0, 0))
        for s in (-1, 1)
    ]
    collar = moved(cylinder(1.3 * radius, 0.1 * length), (0, 0.37 * length, 0))
    bore = union(
        turned(cylinder(0.65 * radius, 2 * length), "z", 90),
        moved(cylinder(0.65 * radius, length), (0, 0.5 * length, 0)),
    )
    return Design(difference(union(run, branch, *collars, collar), bore), "y:2", 0.35 * radius)


def _straight(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.05, 0.35)
    radius = length * between(rng, 0.1, 0.3)
    ends = [moved(cylinder(1.4 * radius, 0.08 * length), (0, s * 0.46 * length, 0)) for s in (-1, 1)]
    both = chance(rng, 0.5)
    body = difference(
        union(cylinder(radius, length), *ends[: 2 if both else 1]), cylinder(0.7 * radius, 2 * length)
    )
    return Design(body, "y:inf,x:2" if both else "y:inf", 0.3 * radius)
