"""Boxes with bevelled or rounded edges, engraved or with raised details."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, union
from pose_nodes.synthetic.shapes.sdf.primitives import bevelled_block, block, capsule, cylinder
from pose_nodes.synthetic.shapes.sdf.solid import Solid


def box(rng: np.random.Generator) -> Design:
    """A cube, a plain box, or one with a lid, a panel, strokes or knobs."""
    length = sized(rng, 0.04, 0.35)
    size = length * np.array([1.0, between(rng, 0.2, 0.8), 0.0])
    size[2] = max(0.0, length * between(rng, 0.3, 0.85))
    if abs(size[1] - size[2]) < 0.12 * length:
        size[1] = max(size[2] - 0.15 * length, 0.12 * length)
    depth = max(between(rng, 0.03, 0.05) * length, 0.0025)
    kinds = (_cube, _plain, _lidded, _panelled, _engraved, _knobbed)
    return kinds[int(rng.integers(len(kinds)))](rng, size, depth)


def _edged(rng: np.random.Generator, size: np.ndarray) -> Solid:
    edge = between(rng, 0.04, 0.2) * float(size.min())
    return bevelled_block(size, edge) if chance(rng, 0.5) else block(size, edge)


def _cube(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    return Design(_edged(rng, np.full(3, 0.6 * size[0])), "cube", depth)


def _plain(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    return Design(_edged(rng, size), "box", depth)


def _lidded(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    at = (between(rng, 0.62, 0.75) - 0.5) * size[1]
    gap = max(0.8 * depth, 0.1 * size[1])
    skin = difference(block(1.2 * size), block(size - 2 * depth))
    groove = Solid(
        lambda p: np.maximum(skin.distance(p), np.abs(p[:, 1] - at) - 0.5 * gap), skin.lower, skin.upper
    )
    return Design(difference(_edged(rng, size), groove), "y:2", depth)


def _panelled(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    share = between(rng, 0.5, 0.75)
    panel = block((share * size[0], share * size[1], 2.5 * depth), 0.3 * depth)
    if chance(rng, 0.5):
        raised = moved(panel, (0, 0, 0.5 * size[2]))
        return Design(union(_edged(rng, size), raised), "z:2", depth)
    return Design(difference(_edged(rng, size), moved(panel, (0, 0, 0.5 * size[2]))), "z:2", depth)


def _engraved(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    """Strokes on the top, as of large letters; the first ones lie on one half alone."""
    body = _edged(rng, size)
    area = 0.36 * size[[0, 2]]
    strokes = []
    for k in range(int(rng.integers(3, 7))):
        ends = rng.uniform(-area, area, (2, 2))
        ends[:, 0] = np.abs(ends[:, 0]) if k < 3 else ends[:, 0]
        if np.linalg.norm(ends[1] - ends[0]) < 0.15 * size[0]:
            ends[1] = -ends[0] * (-1.0, 1.0) + (0.0, 0.1 * size[2])
        high = 0.5 * size[1]
        strokes.append(capsule((ends[0, 0], high, ends[0, 1]), (ends[1, 0], high, ends[1, 1]), 0.9 * depth))
    return Design(difference(body, *strokes), "none", depth)


def _knobbed(rng: np.random.Generator, size: np.ndarray, depth: float) -> Design:
    body = _edged(rng, size)
    radius = between(rng, 0.12, 0.18) * float(min(size[0], size[2]))
    high = max(between(rng, 0.08, 0.2) * size[0], 2 * depth)
    knob = cylinder(radius, 2 * high, 0.2 * radius)
    x, z = (between(rng, 0.15, 0.32) * length for length in (size[0], size[2]))
    foot = block((0.3 * size[0], 2 * depth, 0.12 * size[2]), 0.2 * depth)
    parts = [moved(knob, (x, 0.5 * size[1], z)), moved(foot, (-0.2 * size[0], 0.5 * size[1], 0))]
    return Design(union(body, *parts), "none", depth)
