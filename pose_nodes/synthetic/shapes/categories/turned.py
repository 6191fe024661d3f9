"""Categories that a lathe makes: bottle, bowl, can, glass, tube (y up, symmetric about y)."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized
from pose_nodes.synthetic.shapes.generic.vessels import cut_open
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, intersection, moved, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, cylinder, torus
from pose_nodes.synthetic.shapes.sdf.profiles import filled, lathe, smooth_profile
from pose_nodes.synthetic.shapes.sdf.solid import Distances, Points, Solid


def bottle(rng: np.random.Generator) -> Design:
    """Closed with a cap, or open; wine, milk, water, shampoo and flask in one range of shapes."""
    height = sized(rng, 0.12, 0.34)
    radius = height * between(rng, 0.12, 0.24)
    neck = radius * between(rng, 0.28, 0.6)
    shoulder = between(rng, 0.45, 0.72)
    neck_from = min(shoulder + between(rng, 0.08, 0.2), 0.88)
    waist = between(rng, 0.8, 1.05)
    at = np.array([0.0, 0.02, 0.3 * shoulder, 0.65 * shoulder, shoulder, neck_from, 0.93, 1.0])
    radii = radius * np.array([0.9, 1.0, 1.0, waist, between(rng, 0.85, 1.0), 0, 0, 0])
    radii[5:] = neck
    body = lathe(filled(smooth_profile(at * height, radii, 60)))
    wall = max(0.08 * radius, 0.0022)
    if chance(rng, 0.3):
        return Design(cut_open(body, wall, 0.975 * height), "y:inf", wall)
    cap_radius, cap_high = neck * between(rng, 1.08, 1.5), height * between(rng, 0.05, 0.13)
    cap = moved(cylinder(cap_radius, cap_high, 0.1 * cap_high), (0, height - 0.4 * cap_high, 0))
    if chance(rng, 0.3):  # a collar under the cap
        ring = moved(torus(neck, 0.12 * neck), (0, height - 1.3 * cap_high, 0))
        cap = union(cap, ring)
    return Design(union(body, cap), "y:inf", 0.3 * neck)


def bowl(rng: np.random.Generator) -> Design:
    """Open to the top, round or flared, with or without a foot and a rim."""
    width = sized(rng, 0.1, 0.3)
    radius, height = 0.5 * width, width * between(rng, 0.25, 0.5)
    foot = between(rng, 0.35, 0.65)
    round_at = np.array([0.0, 0.12, 0.35, 0.65, 1.0, 1.15])
    power = between(rng, 0.35, 0.9)  # small: a hemisphere; near one: a cone
    radii = radius * (foot + (1 - foot) * round_at**power)
    wall = max(min(between(rng, 0.02, 0.05) * width, 0.12 * height), 0.003)  # thicker, it would close the top
    body = cut_open(lathe(filled(smooth_profile(round_at * height, radii))), wall, height)
    if chance(rng, 0.4):
        ring = moved(cylinder(0.8 * foot * radius, 0.16 * height), (0, -0.04 * height, 0))
        hollow = moved(cylinder(0.6 * foot * radius, 0.2 * height), (0, -0.1 * height, 0))
        body = union(body, difference(ring, hollow))
    if chance(rng, 0.3):
        rim = cylinder(radius * 1.12, wall)
        opening = cylinder(radius - 0.6 * wall, 2 * wall)
        body = union(body, moved(difference(rim, opening), (0, height - 0.5 * wall, 0)))
    return Design(body, "y:inf", wall)


def can(rng: np.random.Generator) -> Design:
    """A drinks can with a tapered top, or a food tin with rims and ribs; the two ends always differ."""
    height = sized(rng, 0.06, 0.2)
    drinks = chance(rng, 0.5)
    radius = height * (between(rng, 0.22, 0.4) if drinks else between(rng, 0.25, 0.65))
    top = between(rng, 0.72, 0.88) if drinks else 1.0
    bottom = between(rng, 0.75, 0.9) if drinks else 1.0
    at = np.array([0.0, 0.05, 0.1, 0.85, 0.93, 1.0])
    radii = radius * np.array([bottom, 1.0, 1.0, 1.0, 0.5 + 0.5 * top, top])
    body = lathe(filled(smooth_profile(at * height, radii, 60)))
    lid = cylinder(radius * (top - between(rng, 0.08, 0.12)), 0.1 * height, 0.01 * height)
    body = difference(body, moved(lid, (0, height + 0.05 * height - between(rng, 0.03, 0.05) * height, 0)))
    rim = max(0.05 * radius, 0.0018)
    rings = [moved(torus(radius * top, rim), (0, height - rim, 0))]
    if not drinks:
        rings.append(moved(torus(radius, rim), (0, rim, 0)))
        rings += [moved(torus(radius, 0.7 * rim), (0, s * height, 0)) for s in _rib_heights(rng)]
    if drinks:
        dome = moved(cylinder(0.75 * bottom * radius, 0.06 * height, 0.03 * height), (0, 0, 0))
        body = difference(body, dome)
    return Design(union(body, *rings), "y:inf", 2 * rim)


def glass(rng: np.random.Generator) -> Design:
    """A tumbler, or a stemmed glass with a round or a flared bowl."""
    height = sized(rng, 0.08, 0.24)
    wall = max(0.02 * height, 0.002)
    if chance(rng, 0.5):
        radius = height * between(rng, 0.25, 0.42)
        floor_high = height * between(rng, 0.04, 0.12)
        radii = radius * np.array([between(rng, 0.65, 1.0), between(rng, 0.75, 1.0), 1.0, 1.0])
        outside = lathe(filled(smooth_profile(np.array([0.0, 0.4, 1.0, 1.1]) * height, radii)))
        floor = Solid(lambda p: p[:, 1] - floor_high, outside.lower, outside.upper)
        return Design(union(cut_open(outside, wall, height), intersection(outside, floor)), "y:inf", wall)
    radius, foot = height * between(rng, 0.18, 0.28), height * between(rng, 0.16, 0.22)
    base = between(rng, 0.35, 0.55)  # where the bowl begins
    at = np.array([0.0, 0.15, 0.45, 0.75, 1.0, 1.1]) * (1 - base) + base
    radii = radius * np.array([0.15, 0.7, 1.0, between(rng, 0.8, 1.1), between(rng, 0.7, 1.15), 0])
    radii[-1] = radii[-2]
    upper = cut_open(lathe(filled(smooth_profile(at * height, radii))), wall, height)
    stem = max(0.022 * height, 0.0025)
    stand = smooth_profile(
        np.array([0.0, 0.012, 0.05, 0.5 * base, base + 0.03]) * height,
        [foot, foot, 2 * stem, stem, 1.6 * stem],
    )
    return Design(union(upper, lathe(filled(stand))), "y:inf", wall)


def tube(rng: np.random.Generator) -> Design:
    """A tube of paste standing on its cap: round at the cap below, pressed flat to a seam on top."""
    height = sized(rng, 0.08, 0.22)
    radius = height * between(rng, 0.12, 0.22)
    cap_high, cap = height * between(rng, 0.08, 0.2), radius * between(rng, 0.5, 1.0)
    flat = max(0.06 * radius, 0.0012)
    start, end = cap_high, height

    def distance(p: Points) -> Distances:
        share = np.clip((p[:, 1] - start) / (end - start), 0.0, 1.0)
        deep, wide = radius * (1 - share) + flat * share, radius * (1 + 0.45 * share)
        # The ellipse of each height; divided by how steeply it narrows.
        scaled = np.sqrt((p[:, 0] / wide) ** 2 + (p[:, 2] / deep) ** 2)
        side = (scaled - 1.0) * deep / np.hypot(1.0, 1.5 * radius / (end - start))
        return np.maximum(side, np.abs(p[:, 1] - 0.5 * (start + end)) - 0.5 * (end - start))

    body = Solid(distance, np.array([-1.5 * radius, start, -radius]), np.array([1.5 * radius, end, radius]))
    seam = moved(block((2.9 * radius, 0.08 * height, 2 * flat)), (0, 0.96 * height, 0))
    below = moved(cylinder(cap, cap_high + 0.02 * height, 0.08 * cap), (0, 0.5 * cap_high, 0))
    return Design(union(body, seam, below), "y:2", 2 * flat)


def _rib_heights(rng: np.random.Generator) -> list[float]:
    """Where a tin has ribs, in shares of its height: off the middle, so that its ends differ."""
    if chance(rng, 0.5):
        return []
    return list(np.linspace(0.22, between(rng, 0.45, 0.6), int(rng.integers(3, 6))))
