"""What changes from one frame of a camera to the next that should not, in sentences."""

from __future__ import annotations

from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.ros.stamps import NANOSECONDS

LONGEST_PAUSE_NS = NANOSECONDS
"""Between frames; what is longer is told (our choice)."""


class FrameChanges:
    """Compares each frame with the one before it."""

    def __init__(self, topic: str, info_topic: str) -> None:
        """The full names of the topics of the image and of the camera info, for the sentences."""
        self._topic, self._info_topic = topic, info_topic
        self._last: tuple[int, str, PinholeCamera] | None = None

    def see(self, frame: Frame) -> dict[str, str]:
        """A sentence for each kind of change since the last frame; stamps that go back are none of them."""
        last, self._last = self._last, (frame.stamp_ns, frame.frame_id, frame.camera)
        if last is None:
            return {}
        stamp_ns, frame_id, camera = last
        told = {
            "pause": self._pause(frame.stamp_ns - stamp_ns),
            "camera": self._camera(camera, frame.camera),
            "frame id": self._frame_id(frame_id, frame.frame_id),
        }
        return {kind: sentence for kind, sentence in told.items() if sentence}

    def _pause(self, passed_ns: int) -> str:
        if passed_ns <= LONGEST_PAUSE_NS:
            return ""
        return (
            f"{self._topic}: no image for {passed_ns / NANOSECONDS:.1f} s; objects that moved meanwhile may "
            "have to be found anew; look at the camera driver and its cable"
        )

    def _camera(self, before: PinholeCamera, now: PinholeCamera) -> str:
        if before == now:
            return ""
        return (
            f"{self._info_topic}: the intrinsics changed from {_words(before)} to {_words(now)}; if that was "
            "not meant, look whether two cameras publish there"
        )

    def _frame_id(self, before: str, now: str) -> str:
        if before == now:
            return ""
        return (
            f"{self._topic}: header.frame_id changed from '{before}' to '{now}'; look whether two cameras "
            "publish there"
        )


def _words(camera: PinholeCamera) -> str:
    return f"{camera.width}x{camera.height} (fx {camera.fx:.1f}, fy {camera.fy:.1f})"
