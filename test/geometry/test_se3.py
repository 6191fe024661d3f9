"""Rigid motions: the laws that they obey."""

from __future__ import annotations

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3

coordinates = st.floats(-1.0, 1.0)
vectors = st.tuples(coordinates, coordinates, coordinates).map(np.array)
poses = st.builds(lambda r, t: se3.from_rotation_vector(1.8 * r, t), vectors, vectors)
# Rotation vectors shorter than pi, where a rotation has just one.
small = st.builds(lambda t, r: np.concatenate([t, 1.7 * r]), vectors, vectors)

POINTS = np.random.default_rng(0).normal(size=(20, 3))


@given(poses)
def test_the_inverse_undoes_a_motion(T):
    np.testing.assert_allclose(se3.inverse(T) @ T, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(se3.transform(se3.inverse(T), se3.transform(T, POINTS)), POINTS, atol=1e-12)


@given(st.lists(poses, min_size=1, max_size=4))
def test_the_inverse_of_a_stack_is_the_stack_of_inverses(stack):
    np.testing.assert_array_equal(se3.inverse(np.stack(stack)), [se3.inverse(T) for T in stack])


@given(poses, poses)
def test_motions_are_chained_by_the_matrix_product(T_a_b, T_b_c):
    chained = se3.transform(T_a_b, se3.transform(T_b_c, POINTS))
    np.testing.assert_allclose(se3.transform(T_a_b @ T_b_c, POINTS), chained, atol=1e-12)
    assert se3.is_rigid(T_a_b @ T_b_c)


@given(poses)
def test_directions_are_turned_and_not_shifted(T):
    difference = se3.transform(T, POINTS) - se3.transform(T, np.zeros((1, 3)))
    np.testing.assert_allclose(se3.rotate(T, POINTS), difference, atol=1e-12)


@given(poses, small)
def test_the_tangent_is_what_perturb_needs(T, delta):
    np.testing.assert_allclose(se3.tangent(T, se3.perturb(T, delta)), delta, atol=1e-9)


@given(poses, vectors, vectors, st.floats(0.001, 3.0))
def test_a_screw_turns_about_a_line_that_stays(T, axis, beside, angle):
    hypothesis.assume(np.linalg.norm(axis) > 0.1)
    w = angle * axis / np.linalg.norm(axis)
    on_line = T[:3, 3] + beside
    turned = se3.screw(T, np.concatenate([np.cross(w, T[:3, 3] - on_line), w]))
    R = Rotation.from_rotvec(w).as_matrix()
    np.testing.assert_allclose(turned[:3, :3], R @ T[:3, :3], atol=1e-9)
    np.testing.assert_allclose(turned[:3, 3], on_line + R @ (T[:3, 3] - on_line), atol=1e-9)


@given(poses, small)
def test_a_screw_begins_as_a_perturbation(T, delta):
    np.testing.assert_allclose(se3.screw(T, 1e-5 * delta), se3.perturb(T, 1e-5 * delta), atol=1e-9)


@given(poses, poses)
def test_a_perturbation_by_the_tangent_arrives(T_a_b, T_a_c):
    np.testing.assert_allclose(se3.perturb(T_a_b, se3.tangent(T_a_b, T_a_c)), T_a_c, atol=1e-9)


@pytest.mark.parametrize("angle", [0.0, 1e-10, 1e-5, 1.0, np.pi / 2, np.pi - 1e-5, np.pi - 1e-10, np.pi])
def test_the_angle_is_accurate_also_near_zero_and_pi(angle):
    axis = np.array([1.0, -2.0, 0.5]) / np.linalg.norm([1.0, -2.0, 0.5])
    R = se3.from_rotation_vector(angle * axis)[:3, :3]
    assert se3.rotation_angle(R) == pytest.approx(angle, abs=1e-14, rel=1e-6)


@given(poses, poses, poses)
def test_the_difference_is_symmetric_and_does_not_depend_on_the_camera(T, other, move):
    distance, angle = se3.difference(T, other)
    np.testing.assert_allclose(se3.difference(other, T), (distance, angle), atol=1e-7)
    np.testing.assert_allclose(se3.difference(move @ T, move @ other), (distance, angle), atol=1e-7)


@given(poses)
def test_a_quaternion_gives_its_rotation_back_and_has_one_sign(T):
    quaternion = se3.quaternion_xyzw(T)
    assert quaternion[3] >= 0 and np.linalg.norm(quaternion) == pytest.approx(1.0)
    np.testing.assert_allclose(se3.from_quaternion_xyzw(3 * quaternion, T[:3, 3]), T, atol=1e-12)


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.6, -0.8, 0.0)])
def test_a_half_turn_has_a_quaternion_too(axis):
    R = 2.0 * np.outer(axis, axis) - np.eye(3)
    x, y, z, w = se3.quaternion_xyzw(se3.from_rotation_translation(R, np.zeros(3)))
    assert abs(w) < 1e-12
    assert abs(np.dot((x, y, z), axis)) == pytest.approx(1.0)


@given(poses, st.floats(-1e-3, 1e-3))
def test_the_nearest_rotation_repairs_a_rounded_one(T, error):
    R = T[:3, :3]
    np.testing.assert_allclose(se3.nearest_rotation((1 + error) * R), R, atol=1e-12)


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1.0, 1.0, -1.0]), np.zeros((3, 3)), np.diag([np.nan, 1.0, 1.0]), np.diag([1.0, 1.0, 0.1])],
)
def test_a_reflection_or_a_singular_matrix_has_no_nearest_rotation(matrix):
    with pytest.raises(InvalidInputError, match="is not a rotation"):
        se3.nearest_rotation(matrix)


@pytest.mark.parametrize(
    "T",
    [
        np.eye(3),
        np.full((4, 4), np.nan),
        np.diag([1.0, 1.0, -1.0, 1.0]),
        np.diag([2.0, 1.0, 1.0, 1.0]),
        np.vstack([np.eye(4)[:3], [0, 0, 1, 1]]),
    ],
    ids=["3x3", "NaN", "reflection", "scaling", "projective"],
)
def test_what_is_no_rigid_motion_is_told_so(T):
    assert not se3.is_rigid(T)


@given(poses, small)
def test_perturbations_are_those_of_the_exponential_map(T, delta):
    expected = np.array(T)
    expected[:3, :3] = Rotation.from_rotvec(delta[3:]).as_matrix() @ T[:3, :3]
    expected[:3, 3] += delta[:3]
    np.testing.assert_allclose(se3.perturb(T, delta), expected, atol=1e-12)
    rotation = Rotation.from_matrix(expected[:3, :3] @ T[:3, :3].T).as_rotvec()
    np.testing.assert_allclose(se3.tangent(T, expected)[3:], rotation, atol=1e-9)


@given(poses, vectors, st.floats(0.0, 1e-3))
def test_the_tangent_of_nearly_half_a_turn_leads_there_too(T, direction, short):
    axis = direction + np.array([0.0, 0.0, 1.5])
    turn = (np.pi - short) * axis / np.linalg.norm(axis)
    there = se3.perturb(T, np.concatenate([direction, turn]))
    np.testing.assert_allclose(se3.perturb(T, se3.tangent(T, there)), there, atol=1e-7)


@given(poses, st.floats(1e-12, 1e-3))
def test_the_least_turns_are_not_lost(T, angle):
    delta = np.array([0.0, 0.0, 0.0, angle, -angle, 0.5 * angle])
    np.testing.assert_allclose(se3.tangent(T, se3.perturb(T, delta))[3:], delta[3:], rtol=1e-3, atol=1e-15)


def test_any_layout_of_an_array_will_do():
    T = np.asfortranarray(se3.from_rotation_vector([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]))
    delta = np.arange(12.0)[::2] * 0.01
    np.testing.assert_array_equal(se3.perturb(T, delta), se3.perturb(T.copy("C"), delta.copy()))


@given(poses, poses)
def test_the_farthest_point_is_that_which_two_poses_have_farthest_apart(T_a, T_b):
    expected = np.linalg.norm(se3.transform(T_a, POINTS) - se3.transform(T_b, POINTS), axis=1).max()
    assert se3.farthest(T_a, T_b, POINTS) == pytest.approx(expected, abs=1e-12)
