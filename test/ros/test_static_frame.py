"""Where the camera was in the frame that things stand still in."""

from __future__ import annotations

import time

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from geometry_msgs.msg import TransformStamped
from std_msgs.msg import Header
from tf2_ros import Buffer

from pose_nodes.geometry import se3
from pose_nodes.ros.poses import to_transform
from pose_nodes.ros.stamps import NANOSECONDS, to_time
from pose_nodes.ros.static_frame import StaticFrame

pytestmark = pytest.mark.ros


def buffer(*stamps_s: float) -> Buffer:
    """A buffer in which the camera moves along x of odom by 1 m a second."""
    made = Buffer()
    for stamp in stamps_s:
        T = se3.from_rotation_vector([0.1, -0.7, 0.4], [stamp, 2.0, 3.0])
        header = Header(stamp=to_time(int(stamp * NANOSECONDS)), frame_id="odom")
        made.set_transform(
            TransformStamped(header=header, child_frame_id="camera", transform=to_transform(T)), "test"
        )
    return made


@pytest.fixture
def reported() -> list[tuple[str, str]]:
    return []


def frame_of(made: Buffer, reported: list[tuple[str, str]], timeout_s: float = 0.0) -> StaticFrame:
    return StaticFrame(made, "odom", timeout_s, lambda sentence, kind: reported.append((sentence, kind)))


def test_the_camera_is_looked_up_at_the_images_stamp(reported):
    found = frame_of(buffer(10.0, 11.0), reported).camera_pose("camera", int(10.25 * NANOSECONDS))
    assert found is not None and found[0, 3] == pytest.approx(10.25)
    assert np.allclose(found[:3, :3], se3.from_rotation_vector([0.1, -0.7, 0.4], [0, 0, 0])[:3, :3])
    assert reported == []


@pytest.mark.parametrize("stamp_s", [9.0, 12.0])
def test_a_stamp_that_tf_does_not_cover_is_reported_and_no_pose(reported, stamp_s):
    assert frame_of(buffer(10.0, 11.0), reported).camera_pose("camera", int(stamp_s * NANOSECONDS)) is None
    ((sentence, kind),) = reported
    assert kind == "static_frame" and "followed without the camera's motion" in sentence
    assert "static_frame 'odom': TF has no transform from 'camera'" in sentence


def test_nothing_is_waited_for_that_nobody_publishes(reported):
    begun = time.perf_counter()
    assert frame_of(Buffer(), reported, timeout_s=5.0).camera_pose("camera", NANOSECONDS) is None
    assert time.perf_counter() - begun < 1.0 and len(reported) == 1
