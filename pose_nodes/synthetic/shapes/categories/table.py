"""Cutlery (y up, length along x)."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, smooth_union, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, ellipsoid
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, smooth_profile, strip
from pose_nodes.synthetic.shapes.sdf.solid import Solid
from pose_nodes.synthetic.shapes.sdf.sweeps import smooth_path, tube


def cutlery(rng: np.random.Generator) -> Design:
    """A spoon, a fork or a knife lying flat, the handle towards -x."""
    length = sized(rng, 0.13, 0.24)
    thick = max(between(rng, 0.014, 0.02) * length, 0.0025)
    end, neck = between(rng, 0.035, 0.055) * length, between(rng, 0.016, 0.022) * length
    kinds = (_spoon, _fork, _knife)
    head = kinds[int(rng.integers(3))](rng, length, thick)
    at = np.array([-0.58, -0.575, -0.55, -0.45, -0.2, 0.1, 0.2]) * length
    halves = np.array([0.25 * end, 0.6 * end, end, 0.9 * end, 0.6 * (end + neck), neck, 1.1 * neck])
    handle = extruded(strip(at, halves), thick, 0.3 * thick)
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
    at = np.array([0.17 * length, 0.2 * length, 0.26 * length, root])
    palm = extruded(strip(at, [0.2 * wide, 0.45 * wide, 0.95 * wide, wide]), thick, 0.3 * thick)
    rise = between(rng, 0.025, 0.05) * length
    parts = [palm]
    for z in np.linspace(-1, 1, tines) * 0.85 * wide:
        path = smooth_path(
            [[root - 0.03 * length, 0, z], [0.5 * (root + tip), -0.3 * rise, z], [tip, rise, z]], 8
        )
        parts.append(tube(path, 0.6 * thick))
    return union(*parts)


def _knife(rng: np.random.Generator, length: float, thick: float) -> Solid:
    wide, tip = between(rng, 0.04, 0.06) * length, between(rng, 0.55, 0.65) * length
    at = np.array([0.16, 0.24, 0.45, 0.92 * tip / length, tip / length]) * length
    # Its edge reaches lower than the handle: turned over, it lies elsewhere.
    edge = smooth_profile(at, np.array([0.4, 0.95, 1.0, 0.45, -0.15]) * wide)[:, ::-1]
    blade = np.concatenate([[[at[0], -0.25 * wide]], edge, [[tip, -0.25 * wide]]])
    return extruded(blade, 0.9 * thick, 0.2 * thick)
