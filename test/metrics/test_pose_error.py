"""ADD, ADD-S and the difference of poses modulo a symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.pose_error import add, add_s, is_correct, pose_difference

coordinates = st.floats(-1.0, 1.0)
vectors = st.tuples(coordinates, coordinates, coordinates)
poses = st.builds(lambda r, t: se3.from_rotation_vector(np.array(r) * 2.0, t), vectors, vectors)
angles = st.floats(-np.pi, np.pi)

CENTRE = np.array([0.02, -0.05, 0.1])
POINTS = np.random.default_rng(3).uniform(-0.05, 0.05, (200, 3)) + CENTRE
CUBE_CORNERS = CENTRE + 0.05 * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
FINITE_GROUPS = ["none", "z:2", "y:3", "x:2,y:2,z:2", "cube"]


@given(poses)
def test_a_pose_has_no_error_against_itself(T: np.ndarray) -> None:
    assert add(POINTS, T, T) == 0.0
    assert add_s(POINTS, T, T) == 0.0
    assert max(pose_difference(T, T, SymmetryGroup.none())) < 1e-7


@given(poses, vectors)
def test_add_of_a_pure_translation_is_its_length(T: np.ndarray, shift: tuple[float, float, float]) -> None:
    moved = se3.perturb(T, np.array([*shift, 0.0, 0.0, 0.0]))
    assert add(POINTS, moved, T) == pytest.approx(np.linalg.norm(shift), abs=1e-12)


@given(poses, poses)
def test_add_s_is_never_above_add(T_estimate: np.ndarray, T_true: np.ndarray) -> None:
    assert add_s(POINTS, T_estimate, T_true) <= add(POINTS, T_estimate, T_true) + 1e-12


@given(poses, poses, poses)
def test_errors_do_not_depend_on_where_the_camera_is(
    T: np.ndarray, T_true: np.ndarray, move: np.ndarray
) -> None:
    for error in (add, add_s):
        assert error(POINTS, move @ T, move @ T_true) == pytest.approx(error(POINTS, T, T_true), abs=1e-9)


def test_add_s_is_the_brute_force_mean_of_nearest_distances() -> None:
    T_estimate = se3.from_rotation_vector([0.3, -0.2, 0.9], [0.01, 0.02, 0.5])
    T_true = se3.from_rotation_vector([0.2, -0.1, 0.6], [0.0, 0.02, 0.51])
    true, estimated = se3.transform(T_true, POINTS), se3.transform(T_estimate, POINTS)
    distances = np.linalg.norm(true[:, None] - estimated[None], axis=2)
    assert add_s(POINTS, T_estimate, T_true) == pytest.approx(distances.min(axis=1).mean())


@given(poses, st.integers(0, 23))
def test_add_s_is_zero_and_add_is_not_for_a_turned_cube(T: np.ndarray, turn: int) -> None:
    motion = SymmetryGroup.parse("cube", CENTRE).discrete[turn]
    assert add_s(CUBE_CORNERS, T @ motion, T) < 1e-9
    assert (add(CUBE_CORNERS, T @ motion, T) < 1e-9) == (turn == 0)


@pytest.mark.parametrize("notation", FINITE_GROUPS)
@given(T=poses, T_true=poses, pick=st.integers(0, 23))
def test_the_difference_is_blind_to_every_motion_of_the_group(
    notation: str, T: np.ndarray, T_true: np.ndarray, pick: int
) -> None:
    group = SymmetryGroup.parse(notation, CENTRE)
    motion = group.discrete[pick % len(group.discrete)]
    translation, rotation = pose_difference(T_true @ motion, T_true, group)
    assert translation < 1e-6 and rotation < 1e-6
    angle = pose_difference(T, T_true, group)[1]
    assert pose_difference(T @ motion, T_true, group)[1] == pytest.approx(angle, abs=1e-6)


@pytest.mark.parametrize("notation", ["z:inf", "y:inf", "z:inf,x:2"])
@given(T_true=poses, angle=angles)
def test_the_difference_is_blind_to_any_turn_about_a_continuous_axis(
    notation: str, T_true: np.ndarray, angle: float
) -> None:
    group = SymmetryGroup.parse(notation, CENTRE)
    assert group.axis is not None
    turn = se3.from_rotation_vector(angle * group.axis)
    turn[:3, 3] = CENTRE - turn[:3, :3] @ CENTRE
    translation, rotation = pose_difference(T_true @ turn, T_true, group)
    assert translation < 1e-6 and rotation < 1e-6


@given(poses, st.floats(0.0, np.pi / 2), angles)
def test_a_tilt_of_a_continuous_axis_is_the_whole_angle(T_true: np.ndarray, tilt: float, spin: float) -> None:
    group = SymmetryGroup.parse("z:inf")
    T = T_true @ se3.from_rotation_vector([tilt, 0, 0]) @ se3.from_rotation_vector([0, 0, spin])
    assert pose_difference(T, T_true, group)[1] == pytest.approx(tilt, abs=1e-6)


@given(poses, poses)
def test_a_symmetry_never_makes_the_angle_larger(T: np.ndarray, T_true: np.ndarray) -> None:
    plain = pose_difference(T, T_true, SymmetryGroup.none())[1]
    for notation in ("z:2", "cube", "z:inf"):
        assert pose_difference(T, T_true, SymmetryGroup.parse(notation, CENTRE))[1] <= plain + 1e-6


def test_correct_is_judged_by_add_without_and_by_add_s_with_a_symmetry() -> None:
    T_true = se3.from_rotation_vector([0.1, 0.2, 0.3], [0.0, 0.0, 0.5])
    group = SymmetryGroup.parse("cube", CENTRE)
    turned = T_true @ group.discrete[5]
    diameter = 0.1 * np.sqrt(3)
    assert is_correct(CUBE_CORNERS, diameter, group, turned, T_true)
    assert not is_correct(CUBE_CORNERS, diameter, SymmetryGroup.none(), turned, T_true)
    shifted = se3.perturb(T_true, np.array([0.0, 0.0, 0.11 * diameter, 0.0, 0.0, 0.0]))
    assert not is_correct(CUBE_CORNERS, diameter, SymmetryGroup.none(), shifted, T_true)
