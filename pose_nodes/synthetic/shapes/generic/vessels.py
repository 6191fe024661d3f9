"""Turned vessels: plain, fluted, with lugs, an ear or a spout."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import (
    difference,
    displaced,
    intersection,
    moved,
    repeated_around,
    shell,
    smooth_union,
    turned,
    union,
)
from pose_nodes.synthetic.shapes.sdf.primitives import block, torus
from pose_nodes.synthetic.shapes.sdf.profiles import filled, lathe, smooth_profile
from pose_nodes.synthetic.shapes.sdf.solid import Distances, Points, Solid


def vessel(rng: np.random.Generator) -> Design:
    """A turned vessel, hollow or solid."""
    height = sized(rng, 0.05, 0.32)
    radius = height * between(rng, 0.25, 0.6)
    wall = max(0.025 * max(height, 2 * radius), 0.0025)
    outside = _turned_body(rng, height, radius)
    # The rim of the cut-off body is open: the hollow reaches through it.
    rim = min(height * between(rng, 0.86, 0.97), height - 2.0 * wall)
    body, hollow = outside, chance(rng, 0.75)
    kind = int(rng.integers(4))
    count = int(rng.integers(3, 10))
    if kind == 1:
        body = _fluted(outside, radius, count)
    body = cut_open(body, wall, rim) if hollow else body
    if kind == 2:
        count = min(count, 5)
        body = union(body, repeated_around(_lug(rng, outside, height, radius), count))
    if kind == 3:
        body = _with_ear(rng, body, outside, height, radius)
    return Design(body, ("y:inf", turns_about_y(count), turns_about_y(count), "none")[kind], wall)


def cut_open(body: Solid, wall: float, rim: float) -> Solid:
    """The skin of a body up to a height: a cup. The body must be taller, by more than the wall."""
    skin = shell(body, wall)
    top = body.upper.copy()
    top[1] = rim
    below = Solid(lambda p: p[:, 1] - rim, body.lower, top)
    return Solid(intersection(skin, below).distance, skin.lower, top)


def radius_at(body: Solid, height: float) -> float:
    """Outer radius of a turned body at a height, by bisection along x."""
    inner, outer = 0.0, float(body.upper[0]) * 1.05
    for _ in range(30):
        middle = 0.5 * (inner + outer)
        within = body.distance(np.array([[middle, height, 0.0]]))[0] < 0
        inner, outer = (middle, outer) if within else (inner, middle)
    return inner


def _turned_body(rng: np.random.Generator, height: float, radius: float) -> Solid:
    count = int(rng.integers(4, 7))
    at = np.linspace(0.0, 1.0, count)
    # Wide below and narrow above, or the reverse: it never looks the same on its head.
    lean = between(rng, 0.25, 0.45) * (1 if chance(rng, 0.6) else -1)
    radii = radius * np.clip(0.75 - lean * (at - 0.5) + rng.uniform(-0.18, 0.18, count), 0.3, 1.0)
    return lathe(filled(smooth_profile(at * height, radii)))


def _fluted(body: Solid, radius: float, count: int) -> Solid:
    depth = (0.16 if count <= 5 else 0.1) * radius

    def height(p: Points) -> Distances:
        share = np.minimum(np.hypot(p[:, 0], p[:, 2]) / radius, 1.0)
        return np.asarray(depth * share**2 * np.cos(count * np.arctan2(p[:, 2], p[:, 0])))

    return displaced(body, height, depth, (count + 2) * depth / radius)


def _lug(rng: np.random.Generator, outside: Solid, height: float, radius: float) -> Solid:
    at = height * between(rng, 0.55, 0.75)
    reach = 0.35 * radius
    size = (2 * reach, between(rng, 0.1, 0.2) * height, between(rng, 0.3, 0.45) * radius)
    lug = moved(block(size, 0.15 * min(size)), (radius_at(outside, at) + 0.3 * reach, at, 0))
    return difference(lug, outside)


def _with_ear(rng: np.random.Generator, body: Solid, outside: Solid, height: float, radius: float) -> Solid:
    at = height * between(rng, 0.45, 0.6)
    size = between(rng, 0.18, 0.28) * height
    ring = torus(size, max(between(rng, 0.2, 0.3) * size, 0.0025))
    ear = moved(turned(ring, "x", 90), (radius_at(outside, at) + 0.6 * size, at, 0))
    return smooth_union(0.05 * size, body, difference(ear, outside))
