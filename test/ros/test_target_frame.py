"""Where the camera stands in the frame that poses are wanted in."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from geometry_msgs.msg import TransformStamped
from std_msgs.msg import Header
from tf2_ros import Buffer

from pose_nodes.geometry import se3
from pose_nodes.ros.poses import to_transform
from pose_nodes.ros.stamps import NANOSECONDS, to_time
from pose_nodes.ros.target_frame import MissingTransformError, TargetFrame

pytestmark = pytest.mark.ros

T_BASE_CAMERA = se3.from_rotation_vector([0.1, -0.7, 0.4], [1.0, 2.0, 3.0])


def buffer(*stamps_s: float) -> Buffer:
    """A buffer in which the camera moves along x by 1 m a second."""
    made = Buffer()
    for stamp in stamps_s:
        T = T_BASE_CAMERA.copy()
        T[0, 3] += stamp
        header = Header(stamp=to_time(int(stamp * NANOSECONDS)), frame_id="base")
        made.set_transform(
            TransformStamped(header=header, child_frame_id="camera", transform=to_transform(T)), "test"
        )
    return made


def test_the_camera_is_looked_up_at_the_images_stamp():
    frame = TargetFrame(buffer(10.0, 11.0), "base", 0.0)
    found = frame.camera_pose("camera", int(10.25 * NANOSECONDS))
    expected = T_BASE_CAMERA.copy()
    expected[0, 3] += 10.25
    assert np.allclose(found, expected, atol=1e-6)
    assert frame.name("camera") == "base"


@pytest.mark.parametrize("stamp_s", [9.0, 12.0])
def test_a_stamp_that_tf_does_not_cover_is_an_error_and_no_guess(stamp_s):
    frame = TargetFrame(buffer(10.0, 11.0), "base", 0.0)
    with pytest.raises(MissingTransformError, match="TF has no transform from 'camera' at the image's stamp"):
        frame.camera_pose("camera", int(stamp_s * NANOSECONDS))


def test_an_unknown_frame_is_an_error_and_never_the_identity():
    frame = TargetFrame(Buffer(), "base", 0.05)
    with pytest.raises(MissingTransformError, match="target_frame 'base'"):
        frame.camera_pose("camera", NANOSECONDS)


@pytest.mark.parametrize("target", ["", "camera"])
def test_in_the_cameras_own_frame_nothing_is_looked_up(target):
    frame = TargetFrame(Buffer(), target, 0.0)
    assert np.array_equal(frame.camera_pose("camera", NANOSECONDS), np.eye(4))
    assert frame.name("camera") == "camera"
