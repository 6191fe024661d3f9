"""Vessels with a handle at +x: mug, cup, teapot (y up)."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, one_of, sized
from pose_nodes.synthetic.shapes.generic.vessels import cut_open, radius_at
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, smooth_union, union
from pose_nodes.synthetic.shapes.sdf.primitives import ball, cylinder, ellipsoid
from pose_nodes.synthetic.shapes.sdf.profiles import filled, lathe, smooth_profile
from pose_nodes.synthetic.shapes.sdf.solid import Solid
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path
from pose_nodes.synthetic.shapes.sdf.sweeps import tube as swept


def mug(rng: np.random.Generator) -> Design:
    """A straight, conical, barrel-shaped or waisted mug with a round, square or pointed handle."""
    height = sized(rng, 0.07, 0.14)
    radius = height * between(rng, 0.36, 0.56)
    shape = one_of(rng, 0.0, between(rng, -0.2, 0.2))
    radii = radius * (1.0 + np.array([-shape, -0.3 * shape, 0.4 * shape, shape, shape]))
    radii[1:3] *= between(rng, 0.88, 1.12)
    if chance(rng, 0.5):
        radii[0] *= between(rng, 0.7, 0.95)
    outside = lathe(filled(smooth_profile(np.array([0.0, 0.15, 0.6, 1.0, 1.1]) * height, radii)))
    wall = max(between(rng, 0.03, 0.06) * height, 0.003)
    grip = _grip(rng, outside, height, between(rng, 0.2, 0.34), between(rng, 0.72, 0.86))
    body = smooth_union(0.004 * height, cut_open(outside, wall, height), grip)
    return Design(body, "none", wall)


def cup(rng: np.random.Generator) -> Design:
    """A coffee or tea cup: low, flared, with a foot and a small handle; or without a handle."""
    height = sized(rng, 0.05, 0.1)
    radius = height * between(rng, 0.5, 0.75)
    at = np.array([0.0, 0.08, 0.3, 0.65, 1.0, 1.1]) * height
    foot, belly = between(rng, 0.4, 0.6), between(rng, 0.8, 1.0)
    radii = radius * np.array([foot, foot, 0.5 * (foot + belly) + 0.1, belly, 1.0, 1.02])
    outside = lathe(filled(smooth_profile(at, np.maximum.accumulate(radii))))
    wall = max(between(rng, 0.03, 0.05) * height, 0.0025)
    body = cut_open(outside, wall, height)
    if chance(rng, 0.25):
        return Design(body, "y:inf", wall)
    grip = _grip(rng, outside, height, between(rng, 0.3, 0.45), between(rng, 0.75, 0.9))
    return Design(smooth_union(0.004 * height, body, grip), "none", wall)


def teapot(rng: np.random.Generator) -> Design:
    """A round pot with a lid, a handle at +x and a spout at -x."""
    height = sized(rng, 0.08, 0.18)
    radius = height * between(rng, 0.48, 0.72)
    at = np.array([0.0, 0.1, between(rng, 0.35, 0.55), 0.85, 1.0]) * height
    radii = radius * np.array([between(rng, 0.5, 0.75), 0.85, 1.0, between(rng, 0.6, 0.85), 0.4])
    outside = lathe(filled(smooth_profile(at, radii)))
    lid = moved(ellipsoid((0.45 * radius, 0.12 * height, 0.45 * radius)), (0, height, 0))
    knob_high = height * between(rng, 1.1, 1.18)
    knob = union(
        moved(ball(0.12 * radius), (0, knob_high, 0)),
        moved(cylinder(0.06 * radius, 0.3 * height), (0, knob_high - 0.15 * height, 0)),
    )
    grip = _grip(rng, outside, height, between(rng, 0.15, 0.3), between(rng, 0.75, 0.88))
    low, high = between(rng, 0.25, 0.45) * height, between(rng, 0.85, 1.05) * height
    root = -0.8 * radius_at(outside, low)
    tip = -radius * between(rng, 1.45, 1.8)
    path = smooth_path(
        [[root, low, 0], [0.45 * root + 0.55 * tip, 0.6 * low + 0.4 * high, 0], [tip, high, 0]], 12
    )
    widths = np.linspace(0.2, 0.09, 12) * radius
    spout = swept(path, widths)
    mouth = moved(ball(0.06 * radius), path[-1] + (-0.07 * radius, 0.05 * radius, 0))
    body = smooth_union(0.01 * height, outside, difference(spout, mouth), lid, knob, grip)
    return Design(body, "none", 0.08 * radius)


def _grip(rng: np.random.Generator, outside: Solid, height: float, low: float, high: float) -> Solid:
    """A handle in the x-y plane that begins and ends at two heights (shares) of the outer wall."""
    thick = max(between(rng, 0.035, 0.07) * height, 0.0025)
    reach = height * between(rng, 0.22, 0.42)
    ends = [(radius_at(outside, share * height), share * height) for share in (low, high)]
    (x0, y0), (x1, y1) = ends
    far = max(x0, x1) + reach
    bulge = between(rng, 0.55, 1.0)  # near one: square
    droop = between(rng, -0.1, 0.1) * height
    knots = [
        [x0 - 0.5 * thick, y0, 0],
        [x0 + bulge * (far - x0), y0 + 0.06 * height + min(droop, 0), 0],
        [far, 0.5 * (y0 + y1) + droop, 0],
        [x1 + bulge * (far - x1), y1 - 0.02 * height, 0],
        [x1 - 0.5 * thick, y1, 0],
    ]
    grip = swept(smooth_path(knots, 20), thick, between(rng, 1.0, 2.2))
    return difference(grip, outside)
