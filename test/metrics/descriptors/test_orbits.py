"""Distances between orbits are the least over all motions of the group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.descriptors.orbits import orbit_distances, orbits

CENTRE = (0.1, -0.2, 0.3)
NOTATIONS = ["none", "z:2", "x:2,y:2,z:2", "y:5", "cube", "z:inf", "x:inf,z:2"]


def group(notation: str, turn: np.ndarray) -> SymmetryGroup:
    return SymmetryGroup.parse(notation, CENTRE).moved(turn)


def points(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    turn = se3.from_rotation_translation(Rotation.random(random_state=rng).as_matrix(), rng.normal(size=3))
    return rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), turn


@pytest.mark.parametrize("notation", NOTATIONS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_distance_is_the_least_over_the_elements(notation, seed):
    first, second, turn = points(seed)
    symmetry = group(notation, turn)
    step = np.deg2rad(0.25)
    images = np.stack([se3.transform(T, first) for T in symmetry.elements(step)])
    sampled = np.linalg.norm(images - second, axis=2).min(axis=0)
    found = orbit_distances(symmetry, first, second)
    # Sampled turns miss the best one by up to half a step, which is exact for finite groups.
    slack = 0.0 if symmetry.axis is None else 0.5 * step * np.abs(images).max() * 2
    assert (found <= sampled + 1e-9).all() and (sampled <= found + slack + 1e-9).all()


@pytest.mark.parametrize("notation", NOTATIONS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_equivalent_points_are_no_distance_apart_and_their_normals_agree(notation, seed):
    first, normals, turn = points(seed)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    symmetry = group(notation, turn)
    for T in symmetry.elements(np.deg2rad(37.0)):
        moved = se3.transform(T, first)
        np.testing.assert_allclose(orbit_distances(symmetry, first, moved), 0.0, atol=1e-9)
        ours, theirs = orbits(symmetry, first, normals), orbits(symmetry, moved, se3.rotate(T, normals))
        near = np.linalg.norm(ours.images - theirs.folded, axis=2) < 1e-7
        cosines = (ours.normals * theirs.normals[0]).sum(axis=2)
        assert np.where(near, cosines, -1.0).max(axis=0) == pytest.approx(1.0, abs=1e-7)


def test_a_point_on_the_axis_has_only_itself():
    symmetry = SymmetryGroup.parse("z:inf")
    on_axis, beside = np.array([[0.0, 0.0, 1.0]]), np.array([[0.3, 0.4, 1.0]])
    assert orbit_distances(symmetry, on_axis, on_axis) == pytest.approx(0.0)
    assert orbit_distances(symmetry, on_axis, beside) == pytest.approx(0.5)
