"""A recorded frame -> the messages that a camera and a segmenter would have sent."""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from pose_nodes.core.segment import Segment
from pose_nodes.core.track import TrackState
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.msg import InstanceSegmentation, TrackedObject, TrackedObjectArray
from pose_nodes.msg import Segment as SegmentMessage
from pose_nodes.ros.images import encode_image
from pose_nodes.ros.poses import to_pose
from pose_nodes.ros.stamps import to_nanoseconds, to_time
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame


@dataclass(frozen=True, eq=False)
class RecordedMessages:
    """The messages of one recorded frame, all with the same header.

    Attributes:
        header: shared by all messages, so that stamping it stamps them all.
        color: None where the recording has no colour.
        depth, info: of the colour image's size.
        segmentation: the visible masks.
        truth: the true poses.
    """

    header: Header
    color: Image | None
    depth: Image
    info: CameraInfo
    segmentation: InstanceSegmentation
    truth: TrackedObjectArray

    def stamp(self, stamp: Time) -> None:
        """Give all messages a stamp."""
        self.header.stamp = stamp

    def again(self) -> RecordedMessages:
        """The same messages with a header of their own; pixels are shared, so that nothing else is copied."""
        header = copy.deepcopy(self.header)
        parts = {
            part.name: copy.copy(getattr(self, part.name)) for part in fields(self) if part.name != "header"
        }
        parts["segmentation"].labels = copy.copy(self.segmentation.labels)
        for message in (*filter(None, parts.values()), parts["segmentation"].labels):
            message.header = header
        return RecordedMessages(header, **parts)

    @property
    def stamp_ns(self) -> int:
        """The stamp that all messages have, nanoseconds."""
        return to_nanoseconds(self.header.stamp)


def encode_recorded(
    recorded: RecordedFrame, frame_id: str, color_encoding: str, depth_encoding: str
) -> RecordedMessages:
    """Make the messages of a recorded frame, with its recorded stamp.

    Args:
        recorded: the frame.
        frame_id: the camera's optical frame.
        color_encoding: rgb8 or bgr8.
        depth_encoding: 16UC1 (millimetres, rounded) or 32FC1 (metres).
    """
    frame = recorded.frame
    header = Header(stamp=to_time(frame.stamp_ns), frame_id=frame_id)
    return RecordedMessages(
        header,
        None if frame.color is None else encode_color(frame.color, color_encoding, header),
        encode_depth(frame.depth, depth_encoding, header),
        encode_camera_info(frame.camera, header),
        encode_segmentation(recorded.segments, frame.camera.shape, header),
        encode_truth(recorded.truths, header),
    )


def encode_color(rgb: NDArray[np.uint8], encoding: str, header: Header) -> Image:
    """(height, width, 3) uint8 RGB as rgb8 or bgr8."""
    return encode_image(rgb if encoding == "rgb8" else rgb[..., ::-1], encoding, header)


def encode_depth(depth: NDArray[np.float32], encoding: str, header: Header) -> Image:
    """(height, width) float32 metres, NaN for nothing, as 32FC1 or as 16UC1 (0: nothing or too far)."""
    if encoding == "32FC1":
        return encode_image(depth, encoding, header)
    millimetres = np.rint(np.nan_to_num(depth, nan=0.0) * np.float32(1000.0))
    in_range = np.where(millimetres <= np.iinfo(np.uint16).max, millimetres, 0.0)
    return encode_image(in_range.astype(np.uint16), encoding, header)


def encode_camera_info(camera: PinholeCamera, header: Header) -> CameraInfo:
    """The intrinsics of undistorted images."""
    K = camera.K
    return CameraInfo(
        header=header,
        width=camera.width,
        height=camera.height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=K.ravel(),
        r=np.eye(3).ravel(),
        p=np.hstack([K, np.zeros((3, 1))]).ravel(),
    )


def encode_segmentation(
    segments: list[Segment], shape: tuple[int, int], header: Header
) -> InstanceSegmentation:
    """Masks as one label image, numbered from 1; where masks overlap, the later one has the pixel."""
    few = len(segments) <= np.iinfo(np.uint8).max
    labels = np.zeros(shape, np.uint8 if few else np.uint16)
    message = InstanceSegmentation(header=header)
    for label, segment in enumerate(segments, 1):
        labels[segment.mask] = label
        message.segments.append(
            SegmentMessage(
                label=label,
                class_name=segment.class_name,
                instance_id=segment.instance_id,
                score=float(segment.score),
            )
        )
    message.labels = encode_image(labels, "mono8" if few else "mono16", header)
    return message


def encode_truth(truths: list[GroundTruth], header: Header) -> TrackedObjectArray:
    """True poses as tracked objects, numbered within their class."""
    message = TrackedObjectArray(header=header)
    counts: dict[str, int] = {}
    for truth in truths:
        number = counts[truth.class_name] = counts.get(truth.class_name, -1) + 1
        entry = TrackedObject(
            id=f"{truth.class_name}_{number}",
            class_name=truth.class_name,
            state=int(TrackState.TRACKING),
            score=1.0,
            visible_fraction=float(truth.visible_fraction),
            reason="recorded truth",
        )
        entry.pose.pose = to_pose(truth.T_camera_object)
        message.objects.append(entry)
    return message
