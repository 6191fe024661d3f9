"""MSSD and MSPD on cases that can be worked out on paper, and against trying everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.bop.projection_distance import mspd
from pose_nodes.metrics.bop.surface_distance import mssd
from pose_nodes.metrics.bop.surface_points import SurfacePoints
from pose_nodes.metrics.bop.symmetries import discretised

DIAMETER = 0.1 * np.sqrt(3)
TRUE = se3.from_rotation_vector((0.0, 0.0, 0.0), (0.0, 0.0, 1.0))


def shifted(x: float, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    return se3.from_rotation_vector((0.0, 0.0, 0.0), (x, y, 1.0 + z))


def surface(cube, notation: str) -> SurfacePoints:
    return SurfacePoints(cube.vertices, discretised(SymmetryGroup.parse(notation)))


def test_the_surface_distance_of_a_shift_is_the_shift(cube):
    found = mssd(surface(cube, "none"), DIAMETER, shifted(0.03, 0.04), TRUE)
    assert found == pytest.approx(0.05, abs=1e-12)


def test_half_a_turn_moves_the_edges_by_the_diagonal_of_a_face_unless_it_is_a_symmetry(cube):
    turned = TRUE @ se3.from_rotation_vector((0.0, 0.0, np.pi))
    assert mssd(surface(cube, "none"), DIAMETER, turned, TRUE) == pytest.approx(0.1 * np.sqrt(2))
    assert mssd(surface(cube, "z:2"), DIAMETER, turned, TRUE) == pytest.approx(0.0, abs=1e-12)


def test_origins_a_diameter_apart_are_infinitely_far(cube):
    assert mssd(surface(cube, "cube"), DIAMETER, shifted(DIAMETER + 1e-9), TRUE) == np.inf
    assert np.isfinite(mssd(surface(cube, "cube"), DIAMETER, shifted(DIAMETER - 1e-9), TRUE))


def test_the_projection_distance_of_a_shift_is_that_of_the_nearest_face_in_an_image_of_640(cube, camera):
    found = mspd(surface(cube, "none"), camera, shifted(0.03), TRUE)
    assert found == pytest.approx(1500.0 * 0.03 / 0.95 * 640 / 320)


def test_a_shift_along_the_ray_hardly_shows_in_the_projection(cube, camera):
    corner = 1500.0 * 0.05 * (1 / 0.95 - 1 / 0.96) * np.sqrt(2) * 2
    assert mspd(surface(cube, "none"), camera, shifted(0.0, 0.0, 0.01), TRUE) == pytest.approx(corner)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), notation=st.sampled_from(["none", "z:2", "cube", "z:inf,x:2"]))
def test_the_bound_leaves_no_better_symmetry_out(cube, camera, seed, notation):
    rng = np.random.default_rng(seed)
    points = rng.normal(scale=0.03, size=(200, 3))
    symmetries = discretised(SymmetryGroup.parse(notation))
    T_estimate, T_true = (
        se3.from_rotation_vector(rng.normal(size=3), (*rng.normal(scale=0.02, size=2), 0.8)) for _ in range(2)
    )
    moved = np.stack([se3.transform(T_true @ S, points) for S in symmetries])
    for coordinates in (lambda p: p, camera.project):
        apart = np.linalg.norm(coordinates(moved) - coordinates(se3.transform(T_estimate, points)), axis=-1)
        found = SurfacePoints(points, symmetries).largest_distance(T_estimate, T_true, coordinates)
        assert found == pytest.approx(apart.max(axis=1).min(), rel=1e-12)
