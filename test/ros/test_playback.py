"""Recorded frames -> the messages of a camera and a segmenter, and back."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from std_msgs.msg import Header

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.segment import Segment
from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.geometry import se3
from pose_nodes.ros.background import NewestFirst
from pose_nodes.ros.frames import CameraTopics, decode_frame
from pose_nodes.ros.images import decode_depth
from pose_nodes.ros.playback import encode_depth, encode_recorded, encode_segmentation
from pose_nodes.ros.player_outputs import stable_for
from pose_nodes.ros.read_ahead import ReadAhead
from pose_nodes.ros.segmentation import decode_instances
from pose_nodes.ros.stamps import NANOSECONDS, to_nanoseconds, to_time
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.recording import RecordedFrame

pytestmark = pytest.mark.ros

TOPICS = CameraTopics("/color", "/depth", "/info")


@pytest.fixture(scope="module")
def recorded() -> RecordedFrame:
    return BopScene(BUNNY_SCENE, rate_hz=10.0, start_ns=NANOSECONDS)[3]


@pytest.mark.parametrize("color_encoding", ["rgb8", "bgr8"])
@pytest.mark.parametrize("depth_encoding", ["16UC1", "32FC1"])
def test_a_played_frame_is_the_recorded_one(recorded, color_encoding, depth_encoding):
    messages = encode_recorded(recorded, "camera", color_encoding, depth_encoding)
    frame = decode_frame(messages.color, messages.depth, messages.info, TOPICS)
    assert frame.stamp_ns == recorded.frame.stamp_ns == 1_300_000_000
    assert frame.frame_id == "camera"
    assert frame.camera == recorded.frame.camera
    assert np.array_equal(frame.color, recorded.frame.color)
    assert np.allclose(frame.depth, recorded.frame.depth, atol=1e-6, equal_nan=True)


def test_played_masks_are_the_recorded_ones(recorded):
    messages = encode_recorded(recorded, "camera", "rgb8", "16UC1")
    segments, problems = decode_instances(messages.segmentation, "/masks")
    assert problems == []
    assert [segment.class_name for segment in segments] == ["bunny"]
    assert np.array_equal(segments[0].mask, recorded.segments[0].mask)


def test_the_truth_is_the_recorded_pose(recorded):
    (entry,) = encode_recorded(recorded, "camera", "rgb8", "16UC1").truth.objects
    q, p = entry.pose.pose.orientation, entry.pose.pose.position
    assert entry.id == "bunny_0"
    T = se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [p.x, p.y, p.z])
    assert np.allclose(T, recorded.truths[0].T_camera_object, atol=1e-9)


def test_stamping_stamps_all_messages(recorded):
    messages = encode_recorded(recorded, "camera", "rgb8", "16UC1")
    messages.stamp(to_time(77 * NANOSECONDS))
    everything = (messages.color, messages.depth, messages.info, messages.segmentation, messages.truth)
    assert {to_nanoseconds(message.header.stamp) for message in everything} == {77 * NANOSECONDS}
    assert messages.stamp_ns == 77 * NANOSECONDS


def test_messages_that_are_played_again_have_a_stamp_of_their_own_and_the_same_pixels(recorded):
    messages = encode_recorded(recorded, "camera", "rgb8", "16UC1")
    messages.stamp(to_time(7 * NANOSECONDS))
    again = messages.again()
    again.stamp(to_time(8 * NANOSECONDS))
    for name in ("color", "depth", "info", "segmentation", "truth"):
        stamps = [to_nanoseconds(getattr(one, name).header.stamp) for one in (messages, again)]
        assert stamps == [7 * NANOSECONDS, 8 * NANOSECONDS], name
    assert to_nanoseconds(messages.segmentation.labels.header.stamp) == 7 * NANOSECONDS
    assert again.color.data is messages.color.data and again.depth == replace_header(messages.depth, again)


def replace_header(message, like):
    other = copy.copy(message)
    other.header = like.header
    return other


def test_depth_beyond_the_range_of_millimetres_becomes_nothing():
    depth = np.array([[0.5, 65.535, 65.6, np.nan]], np.float32)
    decoded = decode_depth(encode_depth(depth, "16UC1", Header()), "/depth")
    assert np.allclose(decoded, [[0.5, 65.535, np.nan, np.nan]], equal_nan=True)


def test_more_masks_than_a_byte_can_number_are_played():
    masks = [Segment(np.arange(300)[None] == column, f"object_{column}") for column in range(300)]
    message = encode_segmentation(masks, (1, 300), Header())
    segments, problems = decode_instances(message, "/masks")
    assert message.labels.encoding == "mono16" and problems == []
    assert [segment.class_name for segment in segments] == [f"object_{column}" for column in range(300)]
    assert all(segment.mask[0, column] for column, segment in enumerate(segments))


def test_reading_ahead_keeps_the_order_and_ends():
    reader = ReadAhead(iter(range(50)), depth=4)
    assert [reader.take() for _ in range(51)] == [*range(50), None]
    reader.close()


def test_an_error_while_reading_ahead_comes_in_its_turn():
    def source() -> Iterator[int]:
        yield 1
        raise InvalidDatasetError("frame 2: no depth")

    reader = ReadAhead(source(), depth=4)
    assert reader.take() == 1
    with pytest.raises(InvalidDatasetError, match="frame 2"):
        reader.take()
    reader.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_reader_that_failed_unforeseen():
    def source() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    reader = ReadAhead(source(), depth=4)
    assert reader.take() == 1
    with pytest.raises(ZeroDivisionError):
        reader.take()
    reader.close()


def test_reading_ahead_can_be_stopped_in_the_middle():
    taken = []
    reader = ReadAhead(iter(taken.append(number) or number for number in range(10**9)), depth=4)
    assert reader.take() == 0
    reader.close()
    assert len(taken) < 100


def test_background_work_gets_the_newest_item_and_skips_the_rest():
    started, go_on, worked = threading.Event(), threading.Event(), []

    def work(item: int) -> None:
        worked.append(item)
        started.set()
        go_on.wait(5.0)

    background = NewestFirst(work, "test")
    background.offer(1)
    assert started.wait(5.0)
    for item in (2, 3, 4):
        background.offer(item)
    go_on.set()
    while len(worked) < 2:
        threading.Event().wait(0.01)
    background.close()
    assert worked == [1, 4]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_background_work_that_failed_says_so_and_can_be_closed():
    background = NewestFirst(lambda item: item / 0, "test")
    assert background.failure is None
    background.offer(1)
    background._thread.join(5.0)
    background.offer(2)
    background.close()
    assert isinstance(background.failure, ZeroDivisionError)


def test_a_condition_must_hold_for_a_while():
    now = [0.0]
    holds = stable_for(0.5, lambda: now[0])
    answers = []
    for time, state in ((0.0, True), (0.4, True), (0.45, False), (0.5, True), (0.9, True), (1.0, True)):
        now[0] = time
        answers.append(holds(state))
    assert answers == [False, False, False, False, False, True]
