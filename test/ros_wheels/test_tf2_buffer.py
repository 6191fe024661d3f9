"""Contract of tf2_ros.Buffer, as far as the stand-in goes."""

from __future__ import annotations

import math
import threading
import time

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from geometry_msgs.msg import Quaternion, TransformStamped, Vector3
from hypothesis import given
from hypothesis import strategies as st
from rclpy.duration import Duration
from rclpy.time import Time
from scipy.spatial.transform import Rotation
from tf2_ros import (
    Buffer,
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TransformException,
)

pytestmark = pytest.mark.ros

LATEST = Time()


def at(seconds: float) -> Time:
    return Time(nanoseconds=round((100 + seconds) * 1e9))


def transform(
    parent: str, child: str, seconds: float, shift=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0)
) -> TransformStamped:
    """T_parent_child at a moment; ``turn`` is a rotation vector."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = at(seconds).to_msg()
    x, y, z, w = Rotation.from_rotvec(turn).as_quat().tolist()
    message.transform.rotation = Quaternion(x=x, y=y, z=z, w=w)
    message.transform.translation = Vector3(x=float(shift[0]), y=float(shift[1]), z=float(shift[2]))
    return message


def matrix(message: TransformStamped) -> np.ndarray:
    q, t = message.transform.rotation, message.transform.translation
    T = np.eye(4)
    T[:3, :3] = Rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix()
    T[:3, 3] = t.x, t.y, t.z
    return T


def shift(message: TransformStamped) -> tuple[float, float, float]:
    t = message.transform.translation
    return t.x, t.y, t.z


def buffer_with(*messages: TransformStamped, static: tuple[TransformStamped, ...] = ()) -> Buffer:
    buffer = Buffer()
    for message in messages:
        buffer.set_transform(message, "test")
    for message in static:
        buffer.set_transform_static(message, "test")
    return buffer


rotation_vectors = st.tuples(*[st.floats(-1.5, 1.5)] * 3)
shifts = st.tuples(*[st.floats(-5, 5)] * 3)


def test_a_transform_comes_back_with_its_names_and_stamp():
    buffer = buffer_with(transform("map", "camera", 1, (1, 2, 3)))
    found = buffer.lookup_transform("map", "camera", at(1))
    assert (found.header.frame_id, found.child_frame_id) == ("map", "camera")
    assert found.header.stamp == at(1).to_msg()
    assert shift(found) == pytest.approx((1, 2, 3))


def test_time_may_be_a_message():
    buffer = buffer_with(transform("map", "camera", 1, (1, 2, 3)))
    assert shift(buffer.lookup_transform("map", "camera", at(1).to_msg())) == pytest.approx((1, 2, 3))


@given(shifts, rotation_vectors)
def test_the_other_direction_is_the_inverse(translation, turn):
    buffer = buffer_with(transform("map", "camera", 1, translation, turn))
    forth = matrix(buffer.lookup_transform("map", "camera", at(1)))
    back = matrix(buffer.lookup_transform("camera", "map", at(1)))
    assert forth @ back == pytest.approx(np.eye(4), abs=1e-9)


@given(shifts, rotation_vectors, shifts, rotation_vectors)
def test_a_chain_is_the_product_of_its_links(shift1, turn1, shift2, turn2):
    first, second = transform("map", "base", 1, shift1, turn1), transform("base", "camera", 1, shift2, turn2)
    found = buffer_with(first, second).lookup_transform("map", "camera", at(1))
    assert matrix(found) == pytest.approx(matrix(first) @ matrix(second), abs=1e-9)


@given(shifts, rotation_vectors, shifts, rotation_vectors)
def test_frames_of_two_branches_meet_at_their_common_parent(shift1, turn1, shift2, turn2):
    left, right = transform("map", "left", 1, shift1, turn1), transform("map", "right", 1, shift2, turn2)
    found = buffer_with(left, right).lookup_transform("left", "right", at(1))
    assert matrix(found) == pytest.approx(np.linalg.inv(matrix(left)) @ matrix(right), abs=1e-9)


@given(st.floats(0, 1))
def test_between_two_stamps_position_is_linear(fraction):
    buffer = buffer_with(transform("map", "camera", 0, (0, 0, 0)), transform("map", "camera", 2, (4, 0, -2)))
    found = buffer.lookup_transform("map", "camera", at(2 * fraction))
    assert shift(found) == pytest.approx((4 * fraction, 0, -2 * fraction), abs=1e-6)


@given(st.floats(0, 1), rotation_vectors, st.floats(0.1, 2.5))
def test_between_two_stamps_rotation_turns_at_a_constant_rate(fraction, start, angle):
    end = Rotation.from_rotvec(start) * Rotation.from_rotvec((0, 0, angle))
    buffer = buffer_with(
        transform("map", "camera", 0, turn=start), transform("map", "camera", 2, turn=end.as_rotvec())
    )
    found = matrix(buffer.lookup_transform("map", "camera", at(2 * fraction)))[:3, :3]
    wanted = Rotation.from_rotvec(start) * Rotation.from_rotvec((0, 0, fraction * angle))
    assert found == pytest.approx(wanted.as_matrix(), abs=1e-6)


def test_transforms_may_come_in_any_order():
    buffer = buffer_with(
        transform("map", "camera", 2, (2, 0, 0)),
        transform("map", "camera", 0, (0, 0, 0)),
        transform("map", "camera", 1, (5, 0, 0)),
    )
    assert shift(buffer.lookup_transform("map", "camera", at(0.5)))[0] == pytest.approx(2.5)
    assert shift(buffer.lookup_transform("map", "camera", at(1.5)))[0] == pytest.approx(3.5)


def test_time_zero_is_the_latest():
    buffer = buffer_with(transform("map", "camera", 0), transform("map", "camera", 2, (7, 0, 0)))
    found = buffer.lookup_transform("map", "camera", LATEST)
    assert shift(found) == pytest.approx((7, 0, 0))
    assert found.header.stamp == at(2).to_msg()


def test_time_zero_is_the_latest_moment_that_the_whole_chain_knows():
    buffer = buffer_with(
        transform("map", "base", 0), transform("map", "base", 2, (2, 0, 0)),
        transform("base", "camera", 0), transform("base", "camera", 1),
    )  # fmt: skip
    found = buffer.lookup_transform("map", "camera", LATEST)
    assert found.header.stamp == at(1).to_msg()
    assert shift(found) == pytest.approx((1, 0, 0))


def test_a_static_transform_holds_at_all_times():
    buffer = buffer_with(static=(transform("map", "camera", 0, (1, 0, 0)),))
    for moment in (LATEST, at(-50), at(50)):
        assert shift(buffer.lookup_transform("map", "camera", moment)) == pytest.approx((1, 0, 0))


def test_a_static_link_does_not_hold_back_the_latest_moment():
    buffer = buffer_with(transform("map", "base", 3), static=(transform("base", "camera", 0),))
    assert buffer.lookup_transform("map", "camera", LATEST).header.stamp == at(3).to_msg()


def test_a_static_transform_may_be_replaced():
    buffer = buffer_with(static=(transform("map", "camera", 0), transform("map", "camera", 0, (1, 0, 0))))
    assert shift(buffer.lookup_transform("map", "camera", LATEST)) == pytest.approx((1, 0, 0))


def test_a_frame_in_itself_is_the_identity():
    buffer = buffer_with(transform("map", "camera", 1, (1, 2, 3)))
    assert matrix(buffer.lookup_transform("camera", "camera", at(1))) == pytest.approx(np.eye(4))


@pytest.mark.parametrize("seconds", [-1, 3])
def test_outside_of_what_is_known_is_an_extrapolation(seconds):
    buffer = buffer_with(transform("map", "camera", 0), transform("map", "camera", 2))
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("map", "camera", at(seconds))
    assert not buffer.can_transform("map", "camera", at(seconds))


def test_beside_the_only_stamp_is_an_extrapolation():
    buffer = buffer_with(transform("map", "camera", 0))
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("map", "camera", at(0.001))


def test_a_late_link_of_a_chain_is_an_extrapolation():
    buffer = buffer_with(
        transform("map", "base", 0), transform("map", "base", 2),
        transform("base", "camera", 0), transform("base", "camera", 1),
    )  # fmt: skip
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("map", "camera", at(1.5))


def test_frames_of_different_trees_are_not_connected():
    buffer = buffer_with(transform("map", "camera", 1), transform("moon", "rover", 1))
    for moment in (LATEST, at(1)):
        with pytest.raises(ConnectivityException):
            buffer.lookup_transform("camera", "rover", moment)


@pytest.mark.parametrize("names", [("map", "nowhere"), ("nowhere", "map")])
def test_an_unknown_frame_is_an_error_of_lookup(names):
    buffer = buffer_with(transform("map", "camera", 1))
    with pytest.raises(LookupException, match="nowhere"):
        buffer.lookup_transform(*names, LATEST)
    assert not buffer.can_transform(*names, LATEST)


@pytest.mark.parametrize("name", ["", "/map"])
def test_a_name_that_is_empty_or_begins_with_a_slash_is_refused(name):
    buffer = buffer_with(transform("map", "camera", 1))
    with pytest.raises(InvalidArgumentException):
        buffer.lookup_transform(name, "camera", LATEST)


def test_all_reasons_are_transform_exceptions():
    kinds = (ConnectivityException, ExtrapolationException, InvalidArgumentException, LookupException)
    assert all(issubclass(kind, TransformException) for kind in kinds)


def test_a_slash_before_a_published_name_is_dropped():
    buffer = buffer_with(transform("/map", "/camera", 1, (1, 0, 0)))
    assert shift(buffer.lookup_transform("map", "camera", at(1))) == pytest.approx((1, 0, 0))


def test_what_is_older_than_the_cache_is_forgotten():
    buffer = Buffer(cache_time=Duration(seconds=2))
    for seconds in (0, 1, 2, 3, 4, 5):
        buffer.set_transform(transform("map", "camera", seconds), "test")
    assert buffer.can_transform("map", "camera", at(3.5))
    assert not buffer.can_transform("map", "camera", at(1.5))


def test_what_comes_too_late_for_the_cache_is_left_out():
    buffer = Buffer(cache_time=Duration(seconds=2))
    buffer.set_transform(transform("map", "camera", 10, (1, 0, 0)), "test")
    buffer.set_transform(transform("map", "camera", 0, (9, 0, 0)), "test")
    assert not buffer.can_transform("map", "camera", at(0))


def test_where_the_parent_changes_the_earlier_one_holds():
    buffer = buffer_with(
        transform("map", "odom", 0, (5, 0, 0)), transform("map", "odom", 2, (5, 0, 0)),
        transform("map", "cup", 0, (1, 0, 0)), transform("odom", "cup", 2, (2, 0, 0)),
    )  # fmt: skip
    assert shift(buffer.lookup_transform("map", "cup", at(1))) == pytest.approx((1, 0, 0))
    assert shift(buffer.lookup_transform("map", "cup", at(2))) == pytest.approx((7, 0, 0))


def malformed() -> dict[str, TransformStamped]:
    not_a_number = transform("map", "camera", 1, (math.nan, 0, 0))
    not_a_rotation = transform("map", "camera", 1)
    not_a_rotation.transform.rotation = Quaternion(x=0.0, y=0.0, z=0.0, w=0.0)
    return {
        "nan": not_a_number,
        "zero quaternion": not_a_rotation,
        "its own parent": transform("camera", "camera", 1),
        "no parent": transform("", "camera", 1),
        "no child": transform("map", "", 1),
    }


@pytest.mark.parametrize("kind", malformed())
def test_malformed_transforms_are_left_out(kind):
    buffer = buffer_with(malformed()[kind], static=(transform("map", "other", 0),))
    assert not buffer.can_transform("map", "camera", LATEST)


def test_the_length_of_a_quaternion_does_not_count():
    message = transform("map", "camera", 1)
    message.transform.rotation = Quaternion(x=0.0, y=0.0, z=2.0, w=2.0)
    found = matrix(buffer_with(message).lookup_transform("map", "camera", LATEST))
    assert found[:3, :3] == pytest.approx(Rotation.from_rotvec((0, 0, math.pi / 2)).as_matrix())


def test_clear_forgets_what_moves_and_keeps_what_does_not():
    buffer = buffer_with(transform("map", "base", 1), static=(transform("base", "camera", 0),))
    buffer.clear()
    assert not buffer.can_transform("map", "base", LATEST)
    assert buffer.can_transform("base", "camera", LATEST)


def test_can_transform_says_why_not():
    possible, reason = Buffer().can_transform("map", "camera", LATEST, return_debug_tuple=True)
    assert not possible
    assert reason


def test_a_lookup_waits_for_what_comes_in_time():
    buffer = buffer_with(transform("map", "camera", 0))
    late = threading.Timer(0.1, buffer.set_transform, (transform("map", "camera", 2), "test"))
    late.start()
    found = buffer.lookup_transform("map", "camera", at(1), Duration(seconds=5))
    late.join()
    assert found.header.stamp == at(1).to_msg()


def test_a_lookup_gives_up_after_its_timeout():
    buffer = buffer_with(transform("map", "camera", 0))
    start = time.monotonic()
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("map", "camera", at(1), Duration(seconds=0.2))
    assert 0.19 < time.monotonic() - start < 2
