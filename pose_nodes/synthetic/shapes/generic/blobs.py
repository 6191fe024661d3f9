"""Smooth bodies without edges: pebbles, toys, soap."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from pose_nodes.synthetic.shapes.choice import between, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import around, moved, smooth_union, turned
from pose_nodes.synthetic.shapes.sdf.primitives import ball, ellipsoid


def blob(rng: np.random.Generator) -> Design:
    """A lump, a star of lobes, a skittle or a pebble."""
    kinds = (_lump, _lump, _star, _skittle, _pebble)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _lump(rng: np.random.Generator) -> Design:
    radius = sized(rng, 0.02, 0.09)
    end, parts = np.zeros(3), []
    for k in range(int(rng.integers(3, 7))):
        size = radius * (1.0 - 0.1 * k)
        half_axes = size * rng.uniform(0.45, 1.0, 3)
        parts.append(moved(ellipsoid(half_axes), end, Rotation.from_quat(rng.normal(size=4))))
        direction = rng.normal(size=3)
        # So near that the next ellipsoid meets this one, however both are turned.
        end = end + 0.8 * size * direction / np.linalg.norm(direction)
    return Design(smooth_union(0.12 * radius, *parts), "none", 0.3 * radius)


def _star(rng: np.random.Generator) -> Design:
    radius, count = sized(rng, 0.025, 0.12), int(rng.integers(2, 7))
    thick = between(rng, 0.18, 0.3) * radius
    arm = moved(ellipsoid((0.55 * radius, thick, thick)), (0.55 * radius, 0, 0))
    arm = turned(arm, "z", between(rng, 12, 35))  # raised: it cannot stand on its head
    middle = ball(between(rng, 0.3, 0.45) * radius)
    body = smooth_union(0.06 * radius, middle, *around(arm, count))
    return Design(body, turns_about_y(count), thick)


def _skittle(rng: np.random.Generator) -> Design:
    radius = sized(rng, 0.015, 0.07)
    height, parts = 0.0, []
    for _ in range(int(rng.integers(2, 5))):
        half = radius * between(rng, 0.7, 1.3)
        parts.append(moved(ellipsoid((radius, half, radius)), (0, height, 0)))
        height += 1.1 * half
        radius *= between(rng, 0.5, 0.8)
    return Design(smooth_union(0.1 * radius, *parts), "y:inf", radius)


def _pebble(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.02, 0.12)
    width = length * between(rng, 0.55, 0.8)
    return Design(ellipsoid((length, width * between(rng, 0.45, 0.75), width)), "box", 0.5 * width)
