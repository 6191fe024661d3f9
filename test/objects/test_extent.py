"""The diameter of a set of points."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from pose_nodes.geometry import se3
from pose_nodes.objects.extent import diameter


@given(st.integers(0, 10_000), st.sampled_from([(1, 1, 1), (1, 0.5, 0), (1, 0, 0), (1, 1e-3, 0.2)]))
def test_it_is_the_largest_distance_of_two_points(seed, stretch):
    points = np.random.default_rng(seed).normal(size=(40, 3)) * stretch
    assert diameter(points) == pytest.approx(pdist(points).max(), rel=1e-12)


@pytest.mark.parametrize("stretch", [(1.0, 1.0, 1.0), (1.0, 0.999, 0.5), (1.0, 0.2, 0.1)])
def test_of_a_ball_of_very_many_corners_hardly_anything_is_missing(stretch):
    T = se3.from_rotation_vector([0.3, 0.7, -0.2])
    ball = np.asarray(trimesh.creation.icosphere(subdivisions=6, radius=0.05).vertices)
    points = se3.transform(T, ball * stretch)
    assert len(points) > 40_000
    assert diameter(points) == pytest.approx(0.1, rel=1e-5)
