"""Rotations spread evenly: no orientation is far from the grid."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pose_nodes.geometry.rotation_grid import mean_spacing, rotation_grid, super_fibonacci
from pose_nodes.geometry.symmetry import SymmetryGroup

RANDOM = Rotation.random(1500, random_state=0).as_matrix()


def distance_to_grid(grid: np.ndarray, symmetry: SymmetryGroup) -> np.ndarray:
    """Angle of every random rotation to the nearest of the grid, modulo a symmetry, radians."""
    largest = np.full(len(RANDOM), -1.0)
    for turn in symmetry.elements(np.deg2rad(2.0))[:, :3, :3]:
        traces = (RANDOM @ turn).reshape(-1, 9) @ grid.reshape(-1, 9).T
        largest = np.maximum(largest, traces.max(axis=1))
    return np.arccos(np.clip((largest - 1) / 2, -1, 1))


def test_the_grid_consists_of_rotations():
    grid = super_fibonacci(500)
    np.testing.assert_allclose(grid @ grid.transpose(0, 2, 1), np.tile(np.eye(3), (500, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(grid), 1.0)


@pytest.mark.parametrize("count", [100, 600, 3000])
def test_no_rotation_is_farther_than_a_spacing_from_the_grid(count):
    distances = distance_to_grid(super_fibonacci(count), SymmetryGroup.none())
    assert distances.max() < 1.15 * mean_spacing(count)
    assert np.median(distances) < 0.6 * mean_spacing(count)


def test_neighbours_of_the_grid_are_about_a_mean_spacing_apart():
    grid = super_fibonacci(600)
    cosines = (grid.reshape(-1, 9) @ grid.reshape(-1, 9).T - 1) / 2
    np.fill_diagonal(cosines, -1)
    nearest = np.arccos(np.clip(cosines.max(axis=1), -1, 1))
    assert 0.7 * mean_spacing(600) < nearest.mean() < 1.3 * mean_spacing(600)


def test_without_symmetry_nothing_is_left_out():
    np.testing.assert_array_equal(rotation_grid(200, SymmetryGroup.none()), super_fibonacci(200))


@pytest.mark.parametrize(("notation", "order"), [("z:2", 2), ("box", 4), ("z:6", 6), ("cube", 24)])
def test_a_symmetric_object_needs_fewer_rotations_by_the_order_of_its_group(notation, order):
    grid = rotation_grid(1200, SymmetryGroup.parse(notation))
    # Equivalents seldom fall onto each other, so that some more are left than the volume alone asks for.
    assert 0.8 * 1200 / order < len(grid) < 2.5 * 1200 / order


@pytest.mark.parametrize("notation", ["z:2", "box", "cube", "z:inf", "z:inf,x:2"])
def test_a_thinned_grid_still_comes_near_every_rotation_modulo_the_symmetry(notation):
    symmetry = SymmetryGroup.parse(notation, centre=(0.1, 0.2, 0.3))
    grid = rotation_grid(600, symmetry)
    assert distance_to_grid(grid, symmetry).max() < 1.5 * mean_spacing(600)


def test_a_body_of_revolution_needs_only_directions_of_its_axis():
    grid = rotation_grid(1200, SymmetryGroup.parse("z:inf"))
    directions_at_that_spacing = 4 * np.pi / mean_spacing(1200) ** 2
    assert len(grid) < 2.5 * directions_at_that_spacing


def test_no_two_of_a_thinned_grid_look_alike():
    symmetry = SymmetryGroup.parse("cube")
    grid = rotation_grid(1200, symmetry)
    turned = np.einsum("aij,bjk->abik", grid, symmetry.discrete[:, :3, :3]).reshape(-1, 9)
    cosines = ((turned @ grid.reshape(-1, 9).T).reshape(len(grid), -1, len(grid)).max(axis=1) - 1) / 2
    np.fill_diagonal(cosines, -1)
    assert np.arccos(cosines.max()) > 0.5 * mean_spacing(1200)


@pytest.mark.parametrize("notation", ["none", "cube"])
def test_a_grid_of_none_is_empty(notation):
    assert rotation_grid(0, SymmetryGroup.parse(notation)).shape == (0, 3, 3)
