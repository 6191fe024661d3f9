"""sensor_msgs/CameraInfo -> PinholeCamera."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import CameraInfo, RegionOfInterest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.ros.camera_info import decode_camera_info, distortion_warning

pytestmark = pytest.mark.ros

TOPIC = "/camera/camera_info"


def info(**fields) -> CameraInfo:
    K = [600.0, 0.0, 320.0, 0.0, 610.0, 240.0, 0.0, 0.0, 1.0]
    P = [500.0, 0.0, 310.0, 0.0, 0.0, 510.0, 230.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    return CameraInfo(**({"width": 640, "height": 480, "k": K, "p": P, "d": [0.0] * 5} | fields))


def test_raw_images_have_the_intrinsics_of_k():
    assert decode_camera_info(info(), TOPIC) == PinholeCamera(600.0, 610.0, 320.0, 240.0, 640, 480)


def test_rectified_images_have_the_intrinsics_of_p():
    camera = decode_camera_info(info(), TOPIC, rectified=True)
    assert camera == PinholeCamera(500.0, 510.0, 310.0, 230.0, 640, 480)


def test_zero_k_is_refused_with_the_topic():
    with pytest.raises(InvalidInputError, match="/camera/camera_info: camera intrinsics: fx=0"):
        decode_camera_info(info(k=[0.0] * 9), TOPIC)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -600.0])
def test_focal_lengths_that_no_camera_has_are_refused(value):
    K = np.array([600.0, 0.0, 320.0, 0.0, 610.0, 240.0, 0.0, 0.0, 1.0])
    K[0] = value
    with pytest.raises(InvalidInputError, match=TOPIC):
        decode_camera_info(info(k=K), TOPIC)


def test_a_zero_size_is_refused():
    with pytest.raises(InvalidInputError, match="0x480 pixels is not an image size"):
        decode_camera_info(info(width=0), TOPIC)


def test_binning_and_region_keep_the_rays_of_pixels():
    """Pixel (u, v) of the delivered image sees the ray of the middle of its block on the full sensor."""
    roi = RegionOfInterest(x_offset=100, y_offset=60, width=400, height=200)
    camera = decode_camera_info(info(binning_x=2, binning_y=4, roi=roi), TOPIC)
    assert camera.shape == (50, 200)
    full = decode_camera_info(info(), TOPIC)
    u, v = np.array([0.0, 17.0, 199.0]), np.array([0.0, 9.0, 49.0])
    on_sensor = full.rays(100 + 2 * u + 0.5, 60 + 4 * v + 1.5)
    assert np.allclose(camera.rays(u, v), on_sensor)


def test_binning_of_one_and_of_zero_mean_none():
    assert decode_camera_info(info(binning_x=1, binning_y=1), TOPIC) == decode_camera_info(info(), TOPIC)


def test_distortion_is_told_unless_images_are_rectified():
    distorted = info(d=[0.1, -0.2, 0.0, 0.0, 0.0])
    assert "D is not zero" in (distortion_warning(distorted, TOPIC) or "")
    assert distortion_warning(distorted, TOPIC, rectified=True) is None
    assert distortion_warning(info(), TOPIC) is None
    assert distortion_warning(info(d=[]), TOPIC) is None
