"""ICP on the bunny: from ten degrees and a twentieth of the diameter off, it comes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.registration.icp import IcpTarget

MOST = 1000
ROUNDING = 1e-12
"""Open3D adds up in several threads, in whatever order they come."""


@pytest.fixture(scope="module")
def target(bunny_model) -> IcpTarget:
    return IcpTarget(PointCloud(bunny_model.points, bunny_model.normals))


@pytest.fixture(scope="module")
def source(bunny_model) -> np.ndarray:
    """Surface points other than those of the target would be: off by noise of half a millimetre."""
    return bunny_model.points[::4] + np.random.default_rng(0).normal(0, 0.0005, (1000, 3))


def start(diameter: float, degrees: float, share: float, seed: int) -> se3.Matrix:
    """A motion of the given angle about, and the given share of the diameter along, a random axis."""
    axes = np.random.default_rng(seed).normal(size=(2, 3))
    turn, shift = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    return se3.from_rotation_vector(np.radians(degrees) * turn, share * diameter * shift)


@settings(max_examples=25)
@given(st.floats(0, 10), st.floats(0, 0.05), st.integers(0, 10_000))
def test_it_converges_from_ten_degrees_and_a_twentieth_of_the_diameter(
    bunny_model, target, source, degrees, share, seed
):
    diameter = bunny_model.diameter
    T = start(diameter, degrees, share, seed)
    result = target.register(source, T, [0.1 * diameter, 0.03 * diameter], MOST)
    distance, angle = se3.difference(result.T_target_source, np.eye(4))
    assert distance < 0.001 and np.degrees(angle) < 0.7
    assert se3.is_rigid(result.T_target_source, 1e-12)
    assert result.fitness > 0.98 and result.rmse < 0.003


def test_another_frame_of_the_source_changes_nothing_but_the_answer(bunny_model, target, source):
    T_camera_object = se3.from_rotation_vector([0.5, -1.0, 0.3], [0.1, 0.2, 0.8])
    wrong = se3.inverse(T_camera_object) @ start(bunny_model.diameter, 6.0, 0.03, 1)
    found = target.register(se3.transform(T_camera_object, source), wrong, [0.02, 0.006], MOST)
    distance, angle = se3.difference(se3.inverse(found.T_target_source), T_camera_object)
    assert distance < 0.001 and np.degrees(angle) < 0.5


def test_points_of_a_table_in_reach_do_not_pull_the_pose(bunny_model, target, source):
    lowest = bunny_model.points.min(axis=0)
    rng = np.random.default_rng(3)
    table = rng.uniform(-0.08, 0.08, (400, 3)) + bunny_model.box_centre
    table[:, 1] = lowest[1] - 0.004
    T = start(bunny_model.diameter, 4.0, 0.02, 4)
    result = target.register(np.concatenate([source, table]), T, [0.02, 0.006], MOST)
    distance, angle = se3.difference(result.T_target_source, np.eye(4))
    assert distance < 0.002 and np.degrees(angle) < 1.0


def test_with_nothing_in_reach_the_pose_stays(target, source):
    T = se3.from_rotation_vector([0.1, 0.2, 0.3], [5.0, 0.0, 0.0])
    result = target.register(source, T, [0.02, 0.006], 30)
    np.testing.assert_array_equal(result.T_target_source, T)
    assert result.fitness == 0.0 and np.isnan(result.rmse)


def test_a_stage_out_of_reach_keeps_what_the_stage_before_it_found(target, source, bunny_model):
    T = start(bunny_model.diameter, 5.0, 0.03, 2)
    coarse = target.register(source, T, [0.02], MOST)
    finer = target.register(source, T, [0.02, 1e-9], MOST)
    np.testing.assert_allclose(finer.T_target_source, coarse.T_target_source, atol=ROUNDING)
    assert finer.fitness == 0.0


def test_it_gives_the_same_pose_again(target, source, bunny_model):
    T = start(bunny_model.diameter, 10.0, 0.05, 5)
    first, again = (target.register(source, T, [0.02, 0.006], 30) for _ in range(2))
    np.testing.assert_allclose(first.T_target_source, again.T_target_source, atol=ROUNDING)
