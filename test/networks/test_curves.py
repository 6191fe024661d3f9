"""Curves: every cell once, neighbours in space are neighbours on the curve, hand-made values."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from pose_nodes.networks.curves import CURVES, DEEPEST, hilbert, z_order

COORDINATE = st.integers(0, 2**DEEPEST - 1)


def cube(depth):
    return torch.tensor(list(itertools.product(range(2**depth), repeat=3)))


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_goes_through_every_cell_once(name, depth):
    assert sorted(CURVES[name](cube(depth), depth).tolist()) == list(range(8**depth))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["hilbert", "hilbert-trans"])
def test_hilberts_curve_goes_from_a_cell_to_one_that_touches_it(name, depth):
    cells = cube(depth)
    along = cells[CURVES[name](cells, depth).argsort()]
    assert ((along[1:] - along[:-1]).abs().sum(dim=1) == 1).all()


def test_in_z_order_x_has_the_highest_bit():
    cells = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 2], [3, 0, 1]])
    assert z_order(cells, 2).tolist() == [0, 1, 2, 4, 8, 0b100101]


def test_hilberts_curve_of_eight_cells_is_the_reflected_gray_code():
    gray = [[0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1], [1, 0, 0]]
    assert hilbert(torch.tensor(gray), 1).tolist() == list(range(8))


def test_the_transposed_curves_exchange_x_and_y():
    cells = cube(3)
    for name in ("z", "hilbert"):
        turned = CURVES[name](cells[:, [1, 0, 2]], 3)
        assert (CURVES[f"{name}-trans"](cells, 3) == turned).all()


@given(st.tuples(COORDINATE, COORDINATE, COORDINATE))
def test_bits_are_interleaved_at_any_depth(cell):
    expected = sum(
        (cell[axis] >> bit & 1) << 3 * bit + 2 - axis for bit in range(DEEPEST) for axis in range(3)
    )
    assert z_order(torch.tensor([cell]), DEEPEST).item() == expected


@pytest.mark.parametrize("name", CURVES)
@given(st.tuples(COORDINATE, COORDINATE, COORDINATE))
def test_coarse_codes_are_the_leading_bits_of_fine_ones(name, cell):
    fine = torch.tensor([cell])
    assert CURVES[name](fine, DEEPEST) >> 3 == CURVES[name](fine >> 1, DEEPEST - 1)
