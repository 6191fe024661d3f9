"""Ribbed rods, twisted rods and coarse screws."""

from __future__ import annotations

from math import gcd

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, one_of, sized, turns_about_y
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import moved, repeated_along, twisted, union
from pose_nodes.synthetic.shapes.sdf.primitives import cylinder
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, regular, wavy


def threaded(rng: np.random.Generator) -> Design:
    """A ribbed rod, a twisted rod or a screw."""
    kinds = (_ribbed, _twisted_rod, _screw)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _ribbed(rng: np.random.Generator) -> Design:
    length = sized(rng, 0.05, 0.3)
    radius = length * between(rng, 0.12, 0.25)
    count = int(rng.integers(3, 9))
    pitch = 0.8 * length / count
    rib = cylinder(radius * between(rng, 1.15, 1.4), 0.5 * pitch, 0.12 * pitch)
    body, flips = union(cylinder(radius, length, 0.1 * radius), repeated_along(rib, 1, pitch, count)), True
    if chance(rng, 0.5):
        head = cylinder(1.7 * radius, 0.12 * length, 0.02 * length)
        body, flips = union(body, moved(head, (0, 0.5 * length, 0))), False
    return Design(body, "y:inf,x:2" if flips else "y:inf", 0.5 * pitch)


def _twisted_rod(rng: np.random.Generator) -> Design:
    length, lobes = sized(rng, 0.05, 0.3), int(rng.integers(2, 7))
    radius = length * between(rng, 0.12, 0.25)
    depth = radius * (0.22 if lobes < 5 else 0.14)
    outline = wavy(120, lambda angle: radius + depth * np.cos(lobes * angle))
    turns = between(rng, 0.2, 0.6) * one_of(rng, -1, 1)
    body = twisted(extruded(outline, length, 0.05 * radius), 2 * np.pi * turns / length)
    if chance(rng, 0.5):
        foot = moved(cylinder(1.6 * radius, 0.1 * length, 0.01 * length), (0, -0.5 * length, 0))
        return Design(union(body, foot), turns_about_y(lobes), 0.8 * depth)
    return Design(body, turns_about_y(lobes, flips=True), 0.8 * depth)


def _screw(rng: np.random.Generator) -> Design:
    length, starts = sized(rng, 0.04, 0.2), int(rng.integers(1, 4))
    radius = length * between(rng, 0.18, 0.28)
    depth = (0.32 if starts == 1 else 0.2) * radius
    # A disc off the axis, twisted, is a thread of one start; lobes give several.
    outline = wavy(120, lambda angle: radius + depth * np.cos(starts * angle))
    turns = between(rng, 2.5, 4.0) / starts
    shaft = twisted(extruded(outline, length), 2 * np.pi * turns / length)
    sides = int(one_of(rng, 4, 5, 6, 0))
    thick = between(rng, 0.45, 0.8) * radius
    if sides:
        head = extruded(regular(sides, between(rng, 1.8, 2.2) * radius), thick, 0.08 * thick)
    else:
        head = cylinder(1.8 * radius, thick, 0.3 * thick)
    body = union(shaft, moved(head, (0, 0.5 * (length + thick) - 0.02 * length, 0)))
    return Design(body, turns_about_y(gcd(sides, starts) if sides else starts), depth)
