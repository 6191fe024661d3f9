"""Symmetry groups: they are groups, fix their centre, and find the nearest equivalent of a pose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup

coordinates = st.floats(-1.0, 1.0)
vectors = st.tuples(coordinates, coordinates, coordinates).map(np.array)
poses = st.builds(lambda r, t: se3.from_rotation_vector(1.8 * r, t), vectors, vectors)
angles = st.floats(-np.pi, np.pi)

CENTRE = np.array([0.02, -0.05, 0.1])
FINITE = {
    "none": 1, "z:2": 2, "x:3": 3, "y:12": 12, "x:2,y:2": 4, "x:2,y:2,z:2": 4, "box": 4, "z:6,x:2": 12,
    "z:4,x:2,y:2": 8, "cube": 24, "x:4,y:4,z:4": 24,
}  # fmt: skip
CONTINUOUS = {"z:inf": 1, "y:inf": 1, "z:inf,x:2": 2, "x:inf,z:2": 2}
ALL = [*FINITE, *CONTINUOUS]


def contains(group: np.ndarray, motion: np.ndarray) -> bool:
    return bool(np.any(np.all(np.isclose(group, motion, atol=1e-9), axis=(1, 2))))


@pytest.mark.parametrize(("notation", "size"), [*FINITE.items(), *CONTINUOUS.items()])
def test_a_notation_generates_a_group_of_its_size_with_the_identity_first(notation, size):
    group = SymmetryGroup.parse(notation, CENTRE)
    assert group.notation == notation
    assert len(group.discrete) == size
    np.testing.assert_array_equal(group.discrete[0], np.eye(4))
    assert (group.axis is not None) == (notation in CONTINUOUS)
    assert group.is_trivial == (notation == "none")


@pytest.mark.parametrize("notation", FINITE)
def test_a_finite_group_is_closed_and_has_its_inverses(notation):
    motions = SymmetryGroup.parse(notation, CENTRE).discrete
    for first in motions:
        assert contains(motions, se3.inverse(first))
        assert all(contains(motions, first @ second) for second in motions)


@pytest.mark.parametrize("notation", ALL)
def test_every_motion_is_rigid_and_leaves_the_centre_in_place(notation):
    motions = SymmetryGroup.parse(notation, CENTRE).elements(np.deg2rad(30))
    for motion in motions:
        assert se3.is_rigid(motion)
        np.testing.assert_allclose(se3.transform(motion, CENTRE[None])[0], CENTRE, atol=1e-12)


def test_spaces_and_capitals_do_not_matter():
    assert SymmetryGroup.parse(" Z:Inf , X:2 ").notation == "z:inf,x:2"
    assert SymmetryGroup.parse("").is_trivial


@pytest.mark.parametrize(("step", "count"), [(np.deg2rad(5), 72), (np.deg2rad(50), 8), (10.0, 1)])
def test_a_continuous_axis_is_walked_in_equal_steps(step, count):
    motions = SymmetryGroup.parse("z:inf", CENTRE).elements(step)
    assert len(motions) == count
    gaps = [se3.difference(a, b)[1] for a, b in zip(motions, np.roll(motions, -1, axis=0), strict=True)]
    np.testing.assert_allclose(gaps, 2 * np.pi / count if count > 1 else 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("w:2", "'w:2' is not understood; use 'none', 'cube', 'box', or axes such as 'z:2'"),
        ("z", "'z' is not understood"),
        ("z:1", "'z:1' is not understood"),
        ("z:0", "'z:0' is not understood"),
        ("z:-2", "'z:-2' is not understood"),
        ("z:2;x:2", "is not understood"),
        ("sphere", "a ball has no orientation to track; use 'none'"),
        ("z:inf,x:inf", "at most one axis can be continuous"),
        ("z:inf,x:4", "other axes can only be half turns"),
        ("x:3,y:5", "generates more than 128 rotations"),
    ],
)
def test_a_notation_that_makes_no_sense_is_refused_in_a_sentence(notation, expected):
    with pytest.raises(InvalidConfigError) as caught:
        SymmetryGroup.parse(notation)
    assert expected in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("notation", ALL)
@settings(max_examples=25)
@given(T=poses, T_reference=poses)
def test_the_nearest_pose_is_an_equivalent_and_none_of_the_others_is_nearer(notation, T, T_reference):
    group = SymmetryGroup.parse(notation, CENTRE)
    nearest = group.nearest(T, T_reference)
    angle = se3.difference(nearest, T_reference)[1]
    others = [se3.difference(T @ motion, T_reference)[1] for motion in group.elements(np.deg2rad(1.0))]
    assert angle <= min(others) + 1e-7
    # Half a step of one degree is what the walk along a continuous axis can miss.
    assert angle >= min(others) - np.deg2rad(0.5) - 1e-7
    motion = se3.inverse(T) @ nearest
    steps = [motion[:3, :3] @ element[:3, :3].T for element in group.discrete]
    if group.axis is None:
        assert contains(group.discrete, motion)
    else:
        assert any(np.allclose(abs(R @ group.axis), abs(group.axis), atol=1e-9) for R in steps)
        np.testing.assert_allclose(se3.transform(motion, CENTRE[None])[0], CENTRE, atol=1e-9)


@pytest.mark.parametrize("notation", CONTINUOUS)
@given(T=poses, spin=angles, pick=st.integers(0, 1))
def test_the_nearest_pose_undoes_any_turn_of_the_group(notation, T, spin, pick):
    group = SymmetryGroup.parse(notation, CENTRE)
    turn = se3.from_rotation_vector(spin * group.axis)
    turn[:3, 3] = CENTRE - turn[:3, :3] @ CENTRE
    turned = T @ group.discrete[pick % len(group.discrete)] @ turn
    np.testing.assert_allclose(group.nearest(turned, T), T, atol=1e-9)


@pytest.mark.parametrize("notation", ALL)
@settings(max_examples=25)
@given(T_target_source=poses, T_camera_source=poses, pick=st.integers(0, 10_000))
def test_a_moved_group_turns_the_moved_object_onto_itself(notation, T_target_source, T_camera_source, pick):
    group = SymmetryGroup.parse(notation, CENTRE)
    moved = group.moved(T_target_source)
    motions = group.elements(np.deg2rad(30))
    motion = motions[pick % len(motions)]
    T_camera_target = T_camera_source @ se3.inverse(T_target_source)
    turned = T_camera_source @ motion @ se3.inverse(T_target_source)
    np.testing.assert_allclose(moved.nearest(turned, T_camera_target), T_camera_target, atol=1e-7)
    np.testing.assert_allclose(moved.centre, se3.transform(T_target_source, CENTRE[None])[0], atol=1e-12)
    assert moved.is_trivial == group.is_trivial


def test_matrices_are_taken_with_the_identity_put_first_and_the_axis_made_a_unit_vector():
    half_turn = se3.from_rotation_vector([np.pi, 0, 0])
    group = SymmetryGroup.from_matrices(half_turn[None], [0, 0, 3], [0.1, 0, 0])
    np.testing.assert_allclose(group.discrete, [np.eye(4), half_turn])
    np.testing.assert_allclose(group.axis, [0, 0, 1])
    assert group.notation == "matrices"
    assert SymmetryGroup.from_matrices(np.zeros((0, 4, 4))).notation == "none"
