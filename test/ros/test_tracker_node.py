"""tracker_node in a process of its own, fed over DDS with real frames, sound ones and broken ones."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header, String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection3DArray
from visualization_msgs.msg import Marker, MarkerArray

from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.geometry import se3
from pose_nodes.msg import InstanceSegmentation, TrackedObjectArray
from pose_nodes.ros import qos, topics
from pose_nodes.ros.images import encode_image
from pose_nodes.ros.playback import RecordedMessages, encode_recorded
from pose_nodes.ros.poses import to_transform
from pose_nodes.ros.stamps import NANOSECONDS, to_nanoseconds, to_time
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.srv import Reset

pytestmark = pytest.mark.ros

PERIOD_S = 0.1
SETTLE_S = 8.0
"""How long a cold start may take on a busy machine."""


class Camera:
    """Publishes frames of the bunny, as they are or spoilt."""

    def __init__(self, probe) -> None:
        self._probe = probe
        self._scene = BopScene(BUNNY_SCENE)
        self._publishers = {
            name: probe.node.create_publisher(kind, name, qos.reliable())
            for name, kind in (
                (topics.COLOR, Image),
                (topics.DEPTH, Image),
                (topics.INFO, CameraInfo),
                (topics.SEGMENTATION, InstanceSegmentation),
                (topics.LABELS, Image),
            )
        }

    def messages(self, index: int) -> RecordedMessages:
        """The messages of one recorded frame, stamped with the present."""
        messages = encode_recorded(self._scene[index], "camera_optical", "rgb8", "16UC1")
        messages.stamp(self._probe.node.get_clock().now().to_msg())
        return messages

    def truth(self, index: int) -> np.ndarray:
        return self._scene[index].truths[0].T_camera_object

    def send(self, messages: RecordedMessages) -> None:
        """Publish the messages of one frame, and wait a frame's period."""
        self._publishers[topics.COLOR].publish(messages.color)
        self._publishers[topics.INFO].publish(messages.info)
        self._publishers[topics.DEPTH].publish(messages.depth)
        self._publishers[topics.SEGMENTATION].publish(messages.segmentation)
        self._probe.spin_for(PERIOD_S)

    def send_labels(self, labels: Image) -> None:
        self._publishers[topics.LABELS].publish(labels)

    def is_heard(self) -> bool:
        return all(self._listeners())

    def is_unheard(self) -> bool:
        return not any(self._listeners())

    def _listeners(self) -> list[int]:
        return [publisher.get_subscription_count() for publisher in self._publishers.values()]


class Heard:
    """What the tracker publishes, since the last `forget`."""

    def __init__(self, probe) -> None:
        self.poses = probe.hear(Detection3DArray, topics.POSES)
        self.tracks = probe.hear(TrackedObjectArray, topics.TRACKS)
        self.transforms = probe.hear(TFMessage, "/tf", 100)
        self.markers = probe.hear(MarkerArray, "tracker_node/markers")
        self.overlays = probe.hear(Image, "tracker_node/overlay")
        self._diagnostics = probe.hear(DiagnosticArray, "/diagnostics")
        self.info = probe.hear(String, "tracker_node/object_info", qos.latched())

    def forget(self) -> None:
        for messages in (
            self.poses,
            self.tracks,
            self.transforms,
            self.markers,
            self.overlays,
            self._diagnostics,
        ):
            messages.clear()

    @property
    def detections(self) -> list[Any]:
        return [detection for message in self.poses for detection in message.detections]

    def diagnostics(self) -> str:
        """All that was said on /diagnostics, a line each."""
        lines = []
        for message in self._diagnostics:
            for status in message.status:
                lines += [f"{status.name}: {status.message}"]
                lines += [f"{status.name}: {value.key}: {value.value}" for value in status.values]
        return "\n".join(lines)


Session = SimpleNamespace


@pytest.fixture(scope="module")
def session(start_node, probe) -> Session:
    """A tracker of the bunny, a camera that it listens to, and all that it says."""
    heard = Heard(probe)
    tracker = start_node("tracker_node", objects_file=BUNNY_OBJECTS, diagnostic_updater__period=0.2)
    camera = Camera(probe)
    assert probe.until(camera.is_heard, 60.0), tracker.output
    return Session(tracker=tracker, camera=camera, heard=heard, probe=probe)


@pytest.fixture
def fresh(session) -> Iterator[Session]:
    """The session with no track and nothing said yet; afterwards the node must be alive and answer."""
    session.probe.spin_for(0.3)
    reset(session)
    session.heard.forget()
    yield session
    assert session.tracker.is_alive, session.tracker.output
    assert reset(session).success


def reset(session: Session, *ids: str) -> Reset.Response:
    return session.probe.call(Reset, "/tracker_node/reset", Reset.Request(ids=list(ids)))


def track_bunny(session: Session, index: int = 0) -> None:
    """Show one frame until it is tracked."""
    end = session.probe.node.get_clock().now().nanoseconds + int(SETTLE_S * NANOSECONDS)
    session.heard.forget()
    while not session.heard.detections and session.probe.node.get_clock().now().nanoseconds < end:
        session.camera.send(session.camera.messages(index))
    assert session.heard.detections, session.heard.diagnostics() + session.tracker.output


def pose_of(detection: Any) -> np.ndarray:
    pose = detection.results[0].pose.pose
    q, p = pose.orientation, pose.position
    return se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [p.x, p.y, p.z])


def test_the_bunny_is_found_where_it_is(fresh):
    track_bunny(fresh)
    fresh.probe.spin_for(0.5)
    detection = fresh.heard.detections[-1]
    distance, angle = se3.difference(fresh.camera.truth(0), pose_of(detection))
    assert (detection.id, detection.results[0].hypothesis.class_id) == ("bunny_0", "bunny")
    assert distance < 0.005 and math.degrees(angle) < 5.0
    assert detection.header.frame_id == "camera_optical"
    variances = np.diag(np.reshape(detection.results[0].pose.covariance, (6, 6)))
    assert (variances > 0).all() and (np.sqrt(variances[:3]) < 0.05).all()


def test_every_output_has_stamp_and_frame_of_its_image(fresh):
    track_bunny(fresh)
    last = fresh.camera.messages(0)
    fresh.camera.send(last)

    def of_last(messages: list[Any]) -> list[Any]:
        return [message for message in messages if to_nanoseconds(message.header.stamp) == last.stamp_ns]

    heard = fresh.heard
    assert fresh.probe.until(lambda: of_last(heard.poses) and of_last(heard.tracks))
    transforms = [transform for message in heard.transforms for transform in message.transforms]
    (transform,) = of_last(transforms)
    assert (transform.header.frame_id, transform.child_frame_id) == ("camera_optical", "bunny_0")
    (entry,) = of_last(heard.tracks)[0].objects
    assert entry.state == entry.TRACKING and entry.reason and 0.0 < entry.latency < 5.0
    assert heard.overlays and (heard.overlays[-1].width, heard.overlays[-1].encoding) == (640, "rgb8")
    assert {marker.ns for marker in heard.markers[-1].markers} == {"mesh", "axes", "name"}
    assert len(heard.info) == 1 and '"bunny"' in heard.info[0].data


def test_poses_are_published_for_every_frame_also_when_there_are_none(fresh):
    sent = []
    for _ in range(5):
        messages = fresh.camera.messages(0)
        messages.segmentation.segments.clear()
        fresh.camera.send(messages)
        sent.append(messages.stamp_ns)
    fresh.probe.until(lambda: len(fresh.heard.poses) >= 5)
    assert [to_nanoseconds(message.header.stamp) for message in fresh.heard.poses] == sent
    assert fresh.heard.detections == []


def test_a_frame_that_comes_twice_is_processed_once(fresh):
    messages = fresh.camera.messages(0)
    for _ in range(3):
        fresh.camera.send(messages)
    fresh.probe.spin_for(0.3)
    stamps = [to_nanoseconds(message.header.stamp) for message in fresh.heard.poses]
    assert stamps == [messages.stamp_ns]


def test_a_track_can_be_reset_by_name_and_an_unknown_name_is_told(fresh):
    track_bunny(fresh)
    unknown = reset(fresh, "teapot")
    assert not unknown.success and "teapot" in unknown.message and list(unknown.reset) == []
    known = reset(fresh, "bunny")
    assert known.success and list(known.reset) == ["bunny_0"]


def zero_depth(messages: RecordedMessages) -> None:
    messages.depth.data = array("B", bytes(len(messages.depth.data)))


def nan_depth(messages: RecordedMessages) -> None:
    replace_depth(messages, np.full((480, 640), np.nan, np.float32), "32FC1")


def metres_as_millimetres(messages: RecordedMessages) -> None:
    replace_depth(messages, np.ones((480, 640), np.uint16), "16UC1")


def tenths_of_millimetres(messages: RecordedMessages) -> None:
    depth = np.frombuffer(messages.depth.data, np.uint16).reshape(480, 640)
    replace_depth(messages, np.minimum(depth.astype(np.uint32) * 10, 65535).astype(np.uint16), "16UC1")


def strange_depth(messages: RecordedMessages) -> None:
    messages.depth.encoding = "mono16"


def strange_color(messages: RecordedMessages) -> None:
    assert messages.color is not None
    messages.color.encoding = "bayer_rggb8"


def replace_depth(messages: RecordedMessages, depth: np.ndarray, encoding: str) -> None:
    image = encode_image(depth, encoding, messages.header)
    for name in ("encoding", "step", "data"):
        setattr(messages.depth, name, getattr(image, name))


def half_size_mask(messages: RecordedMessages) -> None:
    labels = np.frombuffer(messages.segmentation.labels.data, np.uint8).reshape(480, 640)
    messages.segmentation.labels = encode_image(labels[::2, ::2].copy(), "mono8", messages.header)


def empty_mask(messages: RecordedMessages) -> None:
    messages.segmentation.labels = encode_image(np.zeros((480, 640), np.uint8), "mono8", messages.header)


def unknown_class(messages: RecordedMessages) -> None:
    messages.segmentation.segments[0].class_name = "teapot"


def zero_k(messages: RecordedMessages) -> None:
    messages.info.k = [0.0] * 9


def other_size(messages: RecordedMessages) -> None:
    messages.info.width, messages.info.height = 1280, 720


def unstamped(messages: RecordedMessages) -> None:
    messages.stamp(to_time(0))


def nameless(messages: RecordedMessages) -> None:
    messages.header.frame_id = ""


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (zero_depth, "no pixel has a depth"),
        (nan_depth, "no pixel has a depth"),
        (metres_as_millimetres, "the median depth reads as 0.001 m, so its scale looks wrong"),
        (tenths_of_millimetres, "objects: bunny"),
        (strange_depth, "encoding 'mono16' is not one of 16UC1, 32FC1"),
        (strange_color, "/color/image_raw: encoding 'bayer_rggb8' is not one of rgb8"),
        (half_size_mask, "320x240"),
        (empty_mask, "'bunny' (label 1) has an empty mask"),
        (unknown_class, "teapot"),
        (zero_k, "/color/camera_info: camera intrinsics: fx=0"),
        (other_size, "the camera info says 1280x720"),
        (unstamped, "header.stamp is zero"),
        (nameless, "header.frame_id is empty"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_input_gives_no_pose_and_a_reason(
    fresh, spoil: Callable[[RecordedMessages], None], sentence: str
):
    for _ in range(4):
        messages = fresh.camera.messages(0)
        spoil(messages)
        fresh.camera.send(messages)
    assert fresh.probe.until(lambda: sentence in fresh.heard.diagnostics()), fresh.heard.diagnostics()
    fresh.probe.spin_for(1.0)
    assert fresh.heard.detections == []
    assert fresh.heard.transforms == []


def test_bad_depth_ends_an_established_track(fresh):
    track_bunny(fresh)
    for _ in range(3):
        messages = fresh.camera.messages(0)
        zero_depth(messages)
        fresh.camera.send(messages)
    fresh.probe.until(lambda: to_nanoseconds(fresh.heard.poses[-1].header.stamp) == messages.stamp_ns)
    assert fresh.heard.poses[-1].detections == []
    (entry,) = fresh.heard.tracks[-1].objects
    assert entry.state != entry.TRACKING and entry.reason


def test_colour_and_depth_apart_give_no_pose_and_a_reason(fresh):
    for _ in range(12):
        messages = fresh.camera.messages(0)
        late = Header(stamp=to_time(messages.stamp_ns + int(0.05 * NANOSECONDS)), frame_id="camera_optical")
        messages.depth.header = late
        fresh.camera.send(messages)
    said = "colour, depth and camera info are 0.050 s apart"
    assert fresh.probe.until(lambda: said in fresh.heard.diagnostics()), fresh.heard.diagnostics()
    assert fresh.heard.poses == []


def test_masks_of_a_frame_that_is_long_gone_are_counted(fresh):
    messages = fresh.camera.messages(0)
    messages.segmentation.header = Header(stamp=to_time(5 * NANOSECONDS), frame_id="camera_optical")
    fresh.camera.send(messages)
    said = "segmentations without their frame: 1"
    assert fresh.probe.until(lambda: said in fresh.heard.diagnostics()), fresh.heard.diagnostics()


def test_when_time_jumps_back_tracks_are_searched_anew_and_found_again(fresh):
    track_bunny(fresh)
    fresh.heard.forget()
    back_ns = 3600 * NANOSECONDS
    messages = fresh.camera.messages(0)
    messages.stamp(to_time(messages.stamp_ns - back_ns))
    messages.segmentation.segments.clear()
    fresh.camera.send(messages)
    assert fresh.probe.until(lambda: "stamps went back by more than a second" in fresh.heard.diagnostics())
    assert fresh.heard.detections == []
    for _ in range(int(SETTLE_S / PERIOD_S)):
        messages = fresh.camera.messages(0)
        messages.stamp(to_time(messages.stamp_ns - back_ns))
        fresh.camera.send(messages)
        if fresh.heard.detections:
            break
    assert fresh.heard.detections


def test_a_bare_label_image_needs_its_table(fresh):
    labels = encode_image(np.zeros((480, 640), np.uint8), "mono8", Header(stamp=to_time(5 * NANOSECONDS)))
    fresh.camera.send_labels(labels)
    said = "/segmentation/labels: a bare label image needs the parameter segmentation.label_classes"
    assert fresh.probe.until(lambda: said in fresh.heard.diagnostics())


def test_silence_is_told_with_the_number_of_publishers(fresh):
    said = "nothing arrives on /color/image_raw (1 publisher that sent nothing)"
    assert fresh.probe.until(lambda: said in fresh.heard.diagnostics(), 8.0), fresh.heard.diagnostics()


def test_reconfigured_it_reads_label_images_and_tells_poses_in_a_target_frame(session):
    """The last of the module, as it changes the session: down to unconfigured, and up again."""
    probe, heard, camera = session.probe, session.heard, session.camera
    heard.forget()
    assert not set_parameter(probe, "segmentation.label_classes", "1:bunny").successful  # still in use
    assert probe.change_state("tracker_node", "deactivate")
    assert probe.until(lambda: any(m.action == Marker.DELETEALL for a in heard.markers for m in a.markers))
    assert probe.until(camera.is_unheard)  # that subscriptions have ended is told by DDS, in its time
    assert not reset(session).success
    assert probe.change_state("tracker_node", "cleanup")
    assert set_parameter(probe, "segmentation.label_classes", "1:bunny").successful
    assert set_parameter(probe, "frames.target_frame", "base").successful
    assert probe.change_state("tracker_node", "configure")
    assert probe.change_state("tracker_node", "activate")
    assert probe.until(camera.is_heard)
    heard.forget()

    def send() -> None:
        messages = camera.messages(0)
        labels = encode_image(
            np.frombuffer(messages.segmentation.labels.data, np.uint8).reshape(480, 640),
            "mono8",
            messages.header,
        )
        messages.segmentation.segments.clear()
        camera.send_labels(labels)
        camera.send(messages)

    for _ in range(3):
        send()
    assert probe.until(lambda: "target_frame 'base': TF has no transform" in heard.diagnostics())
    assert heard.poses == [] and heard.tracks == []
    T_base_camera = se3.from_rotation_vector([0.1, 0.2, 0.3], [1.0, 2.0, 3.0])
    latched = qos.latched()
    static = probe.node.create_publisher(TFMessage, "/tf_static", latched)
    stamped = TransformStamped(
        header=Header(frame_id="base"), child_frame_id="camera_optical", transform=to_transform(T_base_camera)
    )
    static.publish(TFMessage(transforms=[stamped]))
    for _ in range(int(SETTLE_S / PERIOD_S)):
        send()
        if heard.detections:
            break
    detection = heard.detections[-1]
    assert detection.header.frame_id == "base"
    distance, angle = se3.difference(T_base_camera @ camera.truth(0), pose_of(detection))
    assert distance < 0.005 and math.degrees(angle) < 5.0


def set_parameter(probe, name: str, text: str) -> Any:
    from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
    from rcl_interfaces.srv import SetParameters

    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=text)
    request = SetParameters.Request(parameters=[Parameter(name=name, value=value)])
    return probe.call(SetParameters, "/tracker_node/set_parameters", request).results[0]
