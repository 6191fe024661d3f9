"""What changes between frames is told, each kind in a sentence that names its topic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.ros.frame_changes import FrameChanges

pytestmark = pytest.mark.ros

MS = 1_000_000
CAMERA = PinholeCamera(50.0, 50.0, 3.5, 2.5, 8, 6)


@pytest.fixture
def changes() -> FrameChanges:
    made = FrameChanges("/image", "/info")
    assert made.see(frame(1000)) == {}
    return made


def frame(ms: int, camera: PinholeCamera = CAMERA, frame_id: str = "camera") -> Frame:
    return Frame(ms * MS, frame_id, camera, np.ones(camera.shape, np.float32))


def test_a_steady_camera_changes_nothing(changes):
    assert all(changes.see(frame(1000 + 33 * k)) == {} for k in range(1, 5))


def test_a_pause_is_told_with_its_length(changes):
    assert changes.see(frame(2000)) == {}
    told = changes.see(frame(4100))
    assert list(told) == ["pause"] and told["pause"].startswith("/image: no image for 2.1 s")


def test_time_that_goes_back_is_no_pause(changes):
    assert changes.see(frame(10)) == {}


def test_another_focal_length_is_told_once(changes):
    zoomed = replace(CAMERA, fx=60.0)
    told = changes.see(frame(1033, zoomed))
    assert "/info: the intrinsics changed from 8x6 (fx 50.0, fy 50.0) to 8x6 (fx 60.0" in told["camera"]
    assert changes.see(frame(1066, zoomed)) == {}


def test_another_frame_id_is_told(changes):
    assert "from 'camera' to 'other'" in changes.see(frame(1033, frame_id="other"))["frame id"]
