"""Where surfaces end: a plate before a wall, in a wall, on a table and beside other things."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.registration.continuation_kernels import continued_rim

SHAPE = (80, 100)
PLATE = (slice(20, 60), slice(30, 70))
TOLERANCE = 0.004, 0.004


def plane(z: float, across: float = 0.0, down: float = 0.0) -> np.ndarray:
    """(80, 100) metres of a plane that is `z` away in the middle; 1 / z grows by so much in each pixel."""
    v, u = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (1.0 / (1.0 / z + across * (u - 49.5) + down * (v - 39.5))).astype(np.float32)


def drawn(surface: np.ndarray) -> np.ndarray:
    """What is drawn of a plate that is a part of a surface."""
    plate = np.full(SHAPE, np.nan, np.float32)
    plate[PLATE] = surface[PLATE]
    return plate


def share(plate: np.ndarray, image: np.ndarray, stride: int = 1) -> float:
    return continued_rim(
        np.ascontiguousarray(plate[::stride, ::stride]), image.astype(np.float32), 0, 0, stride, *TOLERANCE
    )


slopes = st.floats(-0.008, 0.008)


@given(st.floats(0.3, 1.5), slopes, slopes, st.sampled_from([1, 2]))
def test_a_plate_that_lies_in_a_plane_goes_on_all_around(z, across, down, stride):
    surface = plane(z, across, down)
    assert share(drawn(surface), surface, stride) == 1.0


@given(st.floats(0.3, 1.5), slopes, slopes, st.floats(0.05, 0.5))
def test_a_plate_before_a_wall_ends(z, across, down, gap):
    surface = plane(z, across, down)
    image = surface + np.float32(gap)
    image[PLATE] = surface[PLATE]
    assert share(drawn(surface), image) == 0.0


def test_what_stands_on_a_table_ends_there_too():
    """Its side goes down to where the table begins, which lies across."""
    side, table = plane(0.5), plane(0.5, down=0.01)
    image = side.copy()
    image[60:] = table[60:] + (side[59, 0] - table[60, 0])
    image[:60] = 2.0
    image[PLATE] = side[PLATE]
    assert share(drawn(side), image) == pytest.approx(0.0, abs=0.02)


def test_one_side_that_goes_on_is_that_part_of_the_rim():
    surface = plane(0.5)
    image = np.full(SHAPE, 2.0, np.float32)
    image[PLATE] = surface[PLATE]
    image[20:60, 70:] = surface[20:60, 70:]
    assert share(drawn(surface), image) == 0.25


def test_where_something_stands_in_front_the_rim_is_of_no_account():
    surface = plane(0.5)
    image = surface.copy()
    image[:, 70:] = 0.3
    image[:, :30] = 2.0
    assert share(drawn(surface), image) == pytest.approx(2 / 3)


def test_where_nothing_was_measured_it_does_not_go_on():
    surface = plane(0.5)
    image = np.where(np.isfinite(drawn(surface)), surface, np.nan)
    assert share(drawn(surface), image) == 0.0


def test_a_round_side_goes_on_nowhere():
    v, u = np.mgrid[: SHAPE[0], : SHAPE[1]]
    bowl = (0.5 + 0.001 * ((v - 39.5) ** 2 + (u - 49.5) ** 2)).astype(np.float32)
    assert share(drawn(bowl), bowl) == 0.0


def test_a_plate_at_the_border_of_the_image_ends_there():
    surface = plane(0.5)
    assert share(surface, surface) == 0.0


def test_without_a_rim_there_is_no_share():
    assert np.isnan(share(np.full(SHAPE, np.nan, np.float32), plane(0.5)))
