"""Box-like categories: box, camera, laptop, remote (y up, front at +x, width along z)."""

from __future__ import annotations

import numpy as np

from pose_nodes.synthetic.shapes.choice import between, chance, sized
from pose_nodes.synthetic.shapes.procedural import Design
from pose_nodes.synthetic.shapes.sdf.operators import difference, moved, turned, union
from pose_nodes.synthetic.shapes.sdf.primitives import block, cylinder
from pose_nodes.synthetic.shapes.sdf.profiles import extruded, rounded_rectangle
from pose_nodes.synthetic.shapes.sdf.solid import Solid


def box(rng: np.random.Generator) -> Design:
    """A closed carton (with all half turns of a block), one with a lid, or one open to the top."""
    longest = sized(rng, 0.06, 0.32)
    shares = np.array([between(rng, 0.2, 0.45), 1.0, between(rng, 0.6, 0.85)])
    size = longest * shares[rng.permutation(3)]
    edge = between(rng, 0.01, 0.06) * float(size.min())
    kind = int(rng.integers(4))
    body, thick = block(size, edge), max(0.025 * longest, 0.003)
    if kind == 1:
        lid = block((size[0] + 2 * thick, between(rng, 0.2, 0.4) * size[1], size[2] + 2 * thick), edge)
        return Design(union(body, moved(lid, (0, 0.4 * size[1], 0))), "y:2", thick)
    if kind == 2:
        hollow = block(size - (2 * thick, 0, 2 * thick), 0.3 * edge)
        return Design(difference(body, moved(hollow, (0, 1.5 * thick, 0))), "y:2", thick)
    return Design(body, "box", 2 * edge + thick)


def camera(rng: np.random.Generator) -> Design:
    """A compact or a reflex camera, the lens towards +x."""
    width = sized(rng, 0.08, 0.16)
    height, deep = width * between(rng, 0.5, 0.75), width * between(rng, 0.2, 0.4)
    edge = deep * between(rng, 0.05, 0.3)
    body = block((deep, height, width), edge)
    radius = height * between(rng, 0.28, 0.44)
    off = between(rng, -0.12, 0.02) * width
    parts = [body, _lens(rng, radius, 0.5 * deep, -0.06 * height, off)]
    if chance(rng, 0.5):  # a prism's hump
        hump = block((0.7 * deep, 0.35 * height, width * between(rng, 0.25, 0.4)), 0.06 * height)
        parts.append(moved(hump, (0.05 * deep, 0.52 * height, off)))
    if chance(rng, 0.7):  # a grip
        grip = block((0.45 * deep, 0.9 * height, 0.2 * width), 0.08 * width)
        parts.append(moved(grip, (0.6 * deep, -0.03 * height, 0.4 * width)))
    button = moved(cylinder(0.05 * width, 0.12 * height, 0.01 * width), (0, 0.52 * height, 0.36 * width))
    parts.append(button)
    if chance(rng, 0.5):
        dial = moved(cylinder(0.075 * width, 0.1 * height, 0.01 * width), (0, 0.52 * height, -0.36 * width))
        parts.append(dial)
    return Design(union(*parts), "none", 0.05 * width)


def _lens(rng: np.random.Generator, radius: float, front: float, y: float, z: float) -> Solid:
    """Two barrels, one in the other, with a hollow in front."""
    length = radius * between(rng, 0.5, 1.8)
    outer = cylinder(radius, length, 0.06 * radius)
    inner = moved(cylinder(radius * between(rng, 0.8, 0.92), length), (0, -0.3 * length, 0))
    glass = moved(cylinder(0.65 * radius, 0.5 * length), (0, -0.75 * length, 0))
    barrel = difference(union(outer, inner), glass)  # built along -y, which the quarter turn puts to +x
    return moved(turned(barrel, "z", 90), (front + 0.3 * length, y, z))


def laptop(rng: np.random.Generator) -> Design:
    """Open by 70 to 135 degrees: the keyboard in front (+x), the lid behind (-x), the hinge along z."""
    width = sized(rng, 0.2, 0.4)
    deep, thick = width * between(rng, 0.62, 0.78), max(width * between(rng, 0.04, 0.065), 0.01)
    lid = max(0.55 * thick, 0.007)
    base = block((deep, thick, width), 0.2 * thick)
    keys = block((0.42 * deep, 0.5 * thick, 0.85 * width), 0.05 * thick)
    pad = block((0.22 * deep, 0.5 * thick, 0.3 * width), 0.05 * thick)
    base = difference(
        base, moved(keys, (-0.12 * deep, 0.5 * thick, 0)), moved(pad, (0.3 * deep, 0.5 * thick, 0))
    )
    high = deep * between(rng, 0.92, 1.0)
    screen = block((0.8 * lid, 0.85 * high, 0.9 * width), 0.05 * lid)
    panel = difference(block((lid, high, width), 0.2 * lid), moved(screen, (0.5 * lid, 0, 0)))
    # Upright at 90 degrees; opened further it leans back, to -x, about the rear edge of the base.
    lean = between(rng, -20.0, 45.0)
    panel = turned(moved(panel, (0, 0.5 * high, 0)), "z", lean)
    hinge = moved(turned(cylinder(0.5 * thick, 0.7 * width), "x", 90), (-0.49 * deep, 0.2 * thick, 0))
    body = union(base, hinge, moved(panel, (-0.49 * deep, 0.2 * thick, 0)))
    return Design(body, "none", 0.45 * lid)


def remote(rng: np.random.Generator) -> Design:
    """A remote control lying on its back: length along z, buttons up, the far end at -z."""
    length = sized(rng, 0.1, 0.24)
    width, thick = length * between(rng, 0.2, 0.32), length * between(rng, 0.08, 0.14)
    outline = rounded_rectangle(width, length, width * between(rng, 0.08, 0.45))
    body = extruded(outline, thick, between(rng, 0.1, 0.35) * thick)
    rows, columns = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    radius = min(0.3 * width / columns, 0.26 * 0.55 * length / rows)
    # High enough that the back cannot be taken for the front.
    high = max(0.2 * thick, 0.022 * length)
    buttons = []
    for row in range(rows):
        for column in range(columns):
            x = (column - 0.5 * (columns - 1)) * 0.8 * width / columns
            z = (0.4 - 0.55 * row / (rows - 1)) * length
            buttons.append(moved(cylinder(radius, 2 * high, 0.2 * radius), (x, 0.5 * thick, z)))
    ring = cylinder(0.28 * width, 2.2 * high, 0.03 * thick)
    buttons.append(moved(ring, (0, 0.5 * thick, -0.32 * length)))
    return Design(union(body, *buttons), "none", max(radius, 0.0015))
