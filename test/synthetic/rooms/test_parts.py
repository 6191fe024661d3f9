"""Parts: closed ones face outwards and have the size that was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.synthetic.rooms import parts as b
from pose_nodes.synthetic.rooms.paint import Paint

PAINT = Paint((0.5, 0.5, 0.5), (0.4, 0.4, 0.4))
LENGTHS = st.floats(0.01, 3.0)


def volume(part):
    """Signed volume: positive where the faces are counter-clockwise seen from outside."""
    a, c, d = (part.vertices[part.faces[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(c, d)).sum() / 6)


def edges_are_paired(part):
    directed = np.concatenate([part.faces[:, [i, (i + 1) % 3]] for i in range(3)])
    forth = {(int(a), int(c)) for a, c in directed}
    return len(forth) == len(directed) and all((c, a) in forth for a, c in forth)


CLOSED = {
    "box": b.box(PAINT, (1, 2, 3), (0.5, 0, 1)),
    "loft": b.loft(PAINT, [b.oval(1, 1, 0.0), b.oval(1.2, 0.8, 1.0)]),
    "cylinder": b.cylinder(PAINT, 0.3, 0.1, 0.9, (1.0, 2.0), top_radius=0.2),
    "lathe": b.turned_shape(PAINT, [(0.1, 0.0), (0.3, 0.2), (0.1, 0.5)]),
    "tube": b.tube(PAINT, (1, 0, 0), (0, 1, 2), 0.05),
    "cushion": b.cushion(PAINT, (1, 2, 0.3), (0, 1, 0), 4.0),
    "rounded": b.rounded(PAINT, (1, 2, 0.1), (1, 1, 1), 0.2),
    "turned": b.turned(b.box(PAINT, (1, 2, 3), (0, 0, 0)), 0.7, 1, (0.2, 0.1, 0.0)),
    "mirrored": b.mirrored(b.cylinder(PAINT, 0.3, 0.1, 0.9, (1.0, 2.0))),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_parts_are_watertight_and_face_outwards(name):
    assert volume(CLOSED[name]) > 0
    assert edges_are_paired(CLOSED[name])


@given(x=LENGTHS, y=LENGTHS, z=LENGTHS, exponent=st.sampled_from((2.0, 3.0, 5.0, 9.0)))
def test_boxes_cushions_and_plates_fill_their_size(x, y, z, exponent):
    for part in (
        b.box(PAINT, (x, y, z), (1, 2, 3)),
        b.cushion(PAINT, (x, y, z), (1, 2, 3), exponent),
        b.rounded(PAINT, (x, y, z), (1, 2, 3), 0.05),
    ):
        np.testing.assert_allclose(np.ptp(part.vertices, axis=0), (x, y, z), atol=1e-9)
        middle = 0.5 * (part.vertices.min(axis=0) + part.vertices.max(axis=0))
        np.testing.assert_allclose(middle, (1, 2, 3), atol=1e-9)


def test_the_volume_of_a_fine_cylinder_is_that_of_the_formula():
    part = b.cylinder(PAINT, 0.5, 0.0, 2.0, sides=200)
    assert volume(part) == pytest.approx(np.pi * 0.25 * 2.0, rel=1e-3)


def test_a_turned_part_goes_from_x_towards_y():
    part = b.turned(b.box(PAINT, (0.1, 0.1, 0.1), (1, 0, 0)), np.pi / 2)
    np.testing.assert_allclose(part.vertices.mean(axis=0), (0, 1, 0), atol=1e-12)


def test_a_frame_leaves_its_middle_open():
    low_and_high = [
        (part.vertices.min(axis=0)[1:], part.vertices.max(axis=0)[1:])
        for part in b.frame(PAINT, 1.0, 0.2, 1.4, 0.1, 0.05)
    ]
    assert all(
        np.any(low >= (0.4 - 1e-9, 1.3 - 1e-9)) or np.any(high <= (-0.4 + 1e-9, 0.3 + 1e-9))
        for low, high in low_and_high
    )
    assert min(low[1] for low, _ in low_and_high) == pytest.approx(0.2)
    assert max(high[1] for _, high in low_and_high) == pytest.approx(1.4)
