"""Contract of tf_transformations, as far as the stand-in goes."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("tf_transformations", reason="needs ROS 2")
import tf_transformations as tft
from hypothesis import assume, given
from hypothesis import strategies as st

angles = st.floats(-3.1, 3.1)
lengths = st.floats(-10, 10)
vectors = st.tuples(lengths, lengths, lengths).filter(lambda v: np.linalg.norm(v) > 0.1)


@st.composite
def quaternions(draw: st.DrawFn) -> np.ndarray:
    return np.asarray(tft.quaternion_about_axis(draw(angles), draw(vectors)))


def assert_same_rotation(left, right) -> None:
    """Quaternions of either sign mean the same."""
    assert abs(np.dot(left, right)) == pytest.approx(1, abs=1e-9)


def test_quaternions_are_in_the_order_x_y_z_w():
    half = math.sqrt(0.5)
    assert tft.quaternion_about_axis(math.pi / 2, (0, 0, 1)) == pytest.approx((0, 0, half, half))


def test_a_quarter_turn_about_z_takes_x_to_y():
    T = tft.quaternion_matrix((0, 0, math.sqrt(0.5), math.sqrt(0.5)))
    assert T @ (1, 0, 0, 1) == pytest.approx((0, 1, 0, 1))


@given(quaternions())
def test_matrix_and_back_is_the_same_rotation(q):
    assert_same_rotation(tft.quaternion_from_matrix(tft.quaternion_matrix(q)), q)


@given(quaternions())
def test_the_shift_of_a_matrix_does_not_change_its_quaternion(q):
    T = tft.quaternion_matrix(q)
    T[:3, 3] = (1, 2, 3)
    assert_same_rotation(tft.quaternion_from_matrix(T), q)


@given(quaternions(), quaternions())
def test_product_of_quaternions_is_the_product_of_matrices(q1, q0):
    product = tft.quaternion_matrix(tft.quaternion_multiply(q1, q0))
    assert product == pytest.approx(tft.quaternion_matrix(q1) @ tft.quaternion_matrix(q0), abs=1e-9)


def test_lengths_multiply():
    assert tft.quaternion_multiply((0, 0, 0, 2), (0, 3, 0, 0)) == pytest.approx((0, 6, 0, 0))


@given(quaternions(), st.floats(0.5, 2))
def test_a_quaternion_times_its_inverse_is_one(q, scale):
    assert tft.quaternion_multiply(scale * q, tft.quaternion_inverse(scale * q)) == pytest.approx(
        (0, 0, 0, 1), abs=1e-9
    )


def test_conjugate_negates_the_vector_part():
    assert tft.quaternion_conjugate((1, -2, 3, 4)) == pytest.approx((-1, 2, -3, 4))


@given(vectors, angles, st.floats(0, 1))
def test_slerp_turns_at_a_constant_rate(axis, angle, fraction):
    assume(abs(angle) > 1e-3)
    start, end = (0, 0, 0, 1), tft.quaternion_about_axis(angle, axis)
    between = tft.quaternion_slerp(start, end, fraction)
    assert_same_rotation(between, tft.quaternion_about_axis(fraction * angle, axis))


def test_slerp_takes_the_shorter_arc():
    start = np.array(tft.quaternion_about_axis(0.2, (0, 0, 1)))
    end = -np.array(tft.quaternion_about_axis(0.4, (0, 0, 1)))
    assert_same_rotation(tft.quaternion_slerp(start, end, 0.5), tft.quaternion_about_axis(0.3, (0, 0, 1)))


@given(angles, angles, angles)
def test_static_angles_turn_about_fixed_axes_in_turn(roll, pitch, yaw):
    x, y, z = (1, 0, 0), (0, 1, 0), (0, 0, 1)
    turns = [tft.rotation_matrix(*turn) for turn in ((yaw, z), (pitch, y), (roll, x))]
    assert tft.euler_matrix(roll, pitch, yaw) == pytest.approx(tft.concatenate_matrices(*turns), abs=1e-9)


@given(angles, angles, angles)
def test_rotating_angles_in_reverse_are_the_static_ones(a, b, c):
    assert tft.euler_matrix(a, b, c, "rzyx") == pytest.approx(tft.euler_matrix(c, b, a, "sxyz"), abs=1e-9)


@pytest.mark.parametrize("axes", ["sxyz", "szyx", "rzyx", "ryxz"])
@given(angles, st.floats(-1.5, 1.5), angles)
def test_euler_angles_come_back(axes, first, second, third):
    angles_in = (first, second, third)
    assert tft.euler_from_matrix(tft.euler_matrix(*angles_in, axes), axes) == pytest.approx(
        angles_in, abs=1e-6
    )


@given(angles, st.floats(-1.5, 1.5), angles)
def test_euler_angles_of_a_quaternion_come_back(roll, pitch, yaw):
    q = tft.quaternion_from_euler(roll, pitch, yaw)
    assert tft.euler_from_quaternion(q) == pytest.approx((roll, pitch, yaw), abs=1e-6)


def test_translations_come_back():
    T = tft.translation_matrix((1, 2, 3))
    assert T @ (0, 0, 0, 1) == pytest.approx((1, 2, 3, 1))
    assert tft.translation_from_matrix(T) == pytest.approx((1, 2, 3))


@given(quaternions(), vectors)
def test_a_matrix_times_its_inverse_is_the_identity(q, shift):
    T = tft.concatenate_matrices(tft.translation_matrix(shift), tft.quaternion_matrix(q))
    assert T @ tft.inverse_matrix(T) == pytest.approx(tft.identity_matrix(), abs=1e-9)
