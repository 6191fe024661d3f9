"""Symmetries as a list."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.bop.symmetries import discretised


@pytest.mark.parametrize(
    ("notation", "count"), [("none", 1), ("z:2", 2), ("cube", 24), ("z:inf", 315), ("z:inf,x:2", 630)]
)
def test_a_continuous_axis_has_315_turns_after_each_discrete_symmetry(notation, count):
    found = discretised(SymmetryGroup.parse(notation))
    assert found.shape == (count, 4, 4)
    assert np.array_equal(found[0], np.eye(4))


def test_turns_are_even_and_leave_the_points_of_the_axis_where_they_are():
    found = discretised(SymmetryGroup.parse("z:inf", (0.1, 0.2, 0.3)))
    assert se3.difference(found[1], found[0])[1] == pytest.approx(2 * np.pi / 315)
    on_axis = np.array([[0.1, 0.2, -0.7]])
    assert np.allclose(found[:, :3, :3] @ on_axis[0] + found[:, :3, 3], on_axis)


def test_a_turn_follows_the_discrete_symmetry():
    aside = np.eye(4)
    aside[0, 3] = 0.1
    found = discretised(SymmetryGroup.from_matrices(aside[None], (0, 0, 1)))
    moved = found[315:, :3, 3]
    assert np.allclose(np.linalg.norm(moved, axis=1), 0.1)
    assert np.ptp(np.arctan2(moved[:, 1], moved[:, 0])) > 6.0
