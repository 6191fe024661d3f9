"""The messages of one moment -> Frame."""

from __future__ import annotations

from dataclasses import dataclass

from sensor_msgs.msg import CameraInfo, Image

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.ros.camera_info import decode_camera_info
from pose_nodes.ros.images import decode_color, decode_depth
from pose_nodes.ros.stamps import to_nanoseconds


@dataclass(frozen=True)
class CameraTopics:
    """Full names of the camera's topics; `color` is None where depth is tracked without colour."""

    color: str | None
    depth: str
    info: str


def decode_frame(
    color: Image | None, depth: Image, info: CameraInfo, topics: CameraTopics, rectified: bool = False
) -> Frame:
    """A frame with the stamp and frame id of the colour image; without colour, those of the depth image.

    Raises:
        InvalidInputError: an image or the camera info cannot be used; the sentence names the topic.
    """
    topic = topics.depth if color is None or topics.color is None else topics.color
    header = (depth if color is None else color).header
    stamp_ns = to_nanoseconds(header.stamp)
    if stamp_ns == 0:
        raise InvalidInputError(f"{topic}: header.stamp is zero; the camera driver must stamp its images")
    if not header.frame_id:
        raise InvalidInputError(
            f"{topic}: header.frame_id is empty; set the optical frame in the camera driver"
        )
    camera = decode_camera_info(info, topics.info, rectified)
    depth_m = decode_depth(depth, topics.depth)
    rgb = None if color is None else decode_color(color, topic)
    try:
        return Frame(stamp_ns, header.frame_id.lstrip("/"), camera, depth_m, rgb)
    except InvalidInputError as error:
        raise InvalidInputError(f"{topics.depth}, {topics.info}: {error}") from error
