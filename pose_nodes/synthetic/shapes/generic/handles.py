"""Things to grip: bails, levers, door knobs, dumb-bells, tools."""

from __future__ import annotations

from math import gcd

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import moved, smooth_union, turned, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, capsule, cylinder, ellipsoid
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, filled, lathe, regular, smooth_profile, wavy
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path, tube


def handle(rng: np.random.Generator) -> Design:
    """One of six kinds."""
    kinds = (_bail, _lever, _door_knob, _dumb_bell, _hammer, _driver)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _bail(rng: np.random.Generator) -> Design:
    width = sized(rng, 0.03, 0.18)
    high, radius = width * between(rng, 0.3, 0.6), width * between(rng, 0.08, 0.13)
    half = np.array([[1.0, 0.0, 0.0], [0.97, 0.5, 0.0], [0.7, 0.92, 0.0], [0.0, 1.0, 0.0]]) * (width, high, 0)
    path = smooth_path(np.concatenate([half * (-1, 1, 1), half[-2::-1]]), 29)
    pad = cylinder(1.9 * radius, radius, 0.2 * radius)
    pads = [moved(pad, (s * width, 0, 0)) for s in (-1, 1)]
    return Design(
        smooth_union(0.1 * radius, tube(path, radius, between(rng, 0.6, 1.0)), *pads), "y:2", radius
    )


def _lever(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.06, 0.2)
    rose = cylinder(length * between(rng, 0.18, 0.28), 0.06 * length, 0.015 * length)
    neck = moved(cylinder(0.07 * length, 0.35 * length), (0, 0.17 * length, 0))
    droop = between(rng, -0.15, 0.15) * length
    knots = np.array([[0, 0.33, 0], [0.35, 0.36, 0], [0.7, 0.34, 0], [1.0, 0.3, 0]]) * length
    knots[2:, 2] += (0.3 * droop, droop)
    path = smooth_path(knots, 18)
    radii = np.linspace(0.08, between(rng, 0.05, 0.08), 18) * length
    return Design(smooth_union(0.015 * length, rose, neck, tube(path, radii)), "none", 0.06 * length)


def _door_knob(rng: np.random.Generator) -> Design:
    height = sized(rng, 0.03, 0.12)
    radius = height * between(rng, 0.4, 0.65)
    at = np.array([0.0, 0.12, 0.25, 0.5, 0.75, 0.92, 1.0]) * height
    neck = between(rng, 0.3, 0.45)
    shares = [between(rng, 0.75, 1.0), 0.7, neck, neck + 0.15, 1.0, 0.8, between(rng, 0.2, 0.5)]
    return Design(lathe(filled(smooth_profile(at, radius * np.array(shares)))), "y:inf", 0.3 * radius)


def _dumb_bell(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.06, 0.35)
    radius, grip = length * between(rng, 0.15, 0.25), length * between(rng, 0.05, 0.09)
    equal = chance(rng, 0.5)
    sides = int(rng.integers(3, 7))  # with more, depth cannot tell a turned one on so thin a body
    lower = radius if equal else radius * between(rng, 0.5, 0.75)
    thick, prisms = 0.22 * length, chance(rng, 0.5)
    weights = []
    for sign, size in ((1, radius), (-1, lower)):
        if prisms:
            weight = extruded(regular(sides, size), thick, 0.05 * thick)
        else:
            weight = ellipsoid((size, 0.6 * thick, size))
        weights.append(moved(weight, (0, sign * 0.36 * length, 0)))
    body = union(cylinder(grip, 0.7 * length), *weights)
    if prisms:
        return Design(body, turns_about_y(sides, flips=equal), grip)
    return Design(body, "y:inf,x:2" if equal else "y:inf", grip)


def _hammer(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.1, 0.38)
    radius = length * between(rng, 0.035, 0.05)
    shaft = capsule((0, -0.5 * length, 0), (0, 0.42 * length, 0), 1.2 * radius, radius)
    half = length * between(rng, 0.15, 0.22)
    size = (2 * half, 3.2 * radius, 2.6 * radius)
    head = moved(block(size, 0.4 * radius), (0, 0.42 * length, 0))
    if chance(rng, 0.5):
        return Design(union(shaft, head), "y:2", 0.6 * radius)
    face = moved(turned(cylinder(2.3 * radius, 0.5 * half), "z", 90), (half, 0.42 * length, 0))
    claw = capsule((-half, 0.42 * length, 0), (-1.9 * half, 0.36 * length, 0), 1.2 * radius, 0.6 * radius)
    return Design(union(shaft, head, face, claw), "none", 0.6 * radius)


def _driver(rng: np.random.Generator) -> Design:
    length, flutes = sized(rng, 0.1, 0.3), int(rng.integers(3, 9))
    radius = length * between(rng, 0.08, 0.13)
    depth = radius * (0.18 if flutes < 6 else 0.12)
    grip = extruded(
        wavy(120, lambda angle: radius + depth * np.cos(flutes * angle)), 0.45 * length, 0.3 * radius
    )
    shaft = moved(cylinder(0.35 * radius, 0.6 * length), (0, 0.45 * length, 0))
    tip = moved(block((1.5 * radius, 0.15 * length, 0.3 * radius), 0.05 * radius), (0, 0.75 * length, 0))
    order = gcd(flutes, 2)
    return Design(union(grip, shaft, tip), turns_about_y(order), 0.35 * radius)
