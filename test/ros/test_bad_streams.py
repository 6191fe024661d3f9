"""tracker_node over DDS, fed with streams that are sound frame by frame and wrong as a whole: time that goes
back, stands still or jumps, cameras that change, requests and masks that come when they should not.

Whatever comes: the node lives, no pose is older than the one before it unless its images were, none is of
before a reset, and /diagnostics says what is wrong. Afterwards the object is found again.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection3DArray

from pose_nodes.core.segment import Segment
from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.msg import InstanceSegmentation
from pose_nodes.ros import qos, topics
from pose_nodes.ros.playback import encode_recorded
from pose_nodes.ros.stamps import NANOSECONDS, to_nanoseconds, to_time
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.recording import RecordedFrame
from pose_nodes.srv import AddObject, RemoveObject, Reset

pytestmark = pytest.mark.ros

NODE = "tracker_node"
PATIENCE_S = 30.0
PERIOD_S = 0.08
MS = 1_000_000


def half_size(recorded: RecordedFrame) -> RecordedFrame:
    """Every second pixel, with the intrinsics of such a camera."""
    frame, camera = recorded.frame, recorded.frame.camera
    small = replace(
        camera,
        fx=camera.fx / 2,
        fy=camera.fy / 2,
        cx=camera.cx / 2,
        cy=camera.cy / 2,
        width=camera.width // 2,
        height=camera.height // 2,
    )
    segments = [Segment(one.mask[::2, ::2], one.class_name) for one in recorded.segments]
    depth = np.ascontiguousarray(frame.depth[::2, ::2])
    return replace(recorded, frame=replace(frame, camera=small, depth=depth, color=None), segments=segments)


def zoomed(recorded: RecordedFrame) -> RecordedFrame:
    """The same pixels, with a focal length that is a fifth longer."""
    camera = recorded.frame.camera
    longer = replace(camera, fx=1.2 * camera.fx, fy=1.2 * camera.fy)
    return replace(recorded, frame=replace(recorded.frame, camera=longer))


class Session:
    """A tracker of the bunny, its depth images, and what is said in the order in which it came."""

    def __init__(self, probe: Any, start_node: Callable[..., Any]) -> None:
        self.probe = probe
        self.poses: list[tuple[float, int, int]] = []
        """Of each message: when it came, its stamp, and how many poses it had."""
        probe.node.create_subscription(Detection3DArray, topics.POSES, self._take, qos.reliable(1000))
        self._diagnostics = probe.hear(DiagnosticArray, "/diagnostics", 100)
        self._recorded = BopScene(BUNNY_SCENE)[0]
        self._publishers = {
            name: probe.node.create_publisher(kind, name, qos.reliable())
            for name, kind in (
                (topics.INFO, CameraInfo),
                (topics.DEPTH, Image),
                (topics.SEGMENTATION, InstanceSegmentation),
            )
        }
        self._client = probe.node.create_client(Reset, f"/{NODE}/reset")
        self.sent: list[int] = []
        self.node = start_node(
            NODE, objects_file=BUNNY_OBJECTS, inputs__use_color=False, diagnostic_updater__period=0.2
        )
        heard = lambda: all(each.get_subscription_count() for each in self._publishers.values())  # noqa: E731
        assert probe.until(lambda: heard() and self._client.service_is_ready(), PATIENCE_S), self.node.output

    def now(self) -> int:
        return int(self.probe.node.get_clock().now().nanoseconds)

    def show(
        self,
        stamp_ns: int | None = None,
        change: Callable[[RecordedFrame], RecordedFrame] = lambda recorded: recorded,
        masked: bool = True,
        mask_change: Callable[[RecordedFrame], RecordedFrame] | None = None,
        wait_s: float = PERIOD_S,
    ) -> int:
        """Publish a frame, and its mask before it, and wait; the stamp."""
        stamp_ns = self.now() if stamp_ns is None else stamp_ns
        messages = encode_recorded(change(self._recorded), "camera_optical", "rgb8", "16UC1")
        masks = encode_recorded((mask_change or change)(self._recorded), "camera_optical", "rgb8", "16UC1")
        for each in (messages, masks):
            each.stamp(to_time(stamp_ns))
        if masked:
            self._publishers[topics.SEGMENTATION].publish(masks.segmentation)
        self._publishers[topics.INFO].publish(messages.info)
        self._publishers[topics.DEPTH].publish(messages.depth)
        self.sent.append(stamp_ns)
        self.probe.spin_for(wait_s)
        return stamp_ns

    def show_masks(self, stamp_ns: int) -> None:
        messages = encode_recorded(self._recorded, "camera_optical", "rgb8", "16UC1")
        messages.stamp(to_time(stamp_ns))
        self._publishers[topics.SEGMENTATION].publish(messages.segmentation)
        self.probe.spin_for(0.01)

    def reset(self) -> Any:
        """Ask for a reset, and do not wait for the answer."""
        return self._client.call_async(Reset.Request())

    def track(self, since: int = 0, **options: Any) -> None:
        """Show the bunny until there is a pose of an image from now on."""
        first = self.show(**options)
        end = time.monotonic() + PATIENCE_S
        while not self.posed_since(first) and time.monotonic() < end:
            self.show(**options)
        assert self.posed_since(first), self.said() + self.node.output

    def posed_since(self, stamp_ns: int) -> list[int]:
        return [stamp for _, stamp, count in self.poses if count and stamp >= stamp_ns]

    def said(self) -> str:
        lines = [
            f"{status.name}: {status.message} {' '.join(value.value for value in status.values)}"
            for message in self._diagnostics
            for status in message.status
        ]
        return "\n".join(lines)

    def forget(self) -> None:
        self.probe.spin_for(0.3)
        for heard in (self.poses, self._diagnostics, self.sent):
            heard.clear()

    def _take(self, message: Detection3DArray) -> None:
        self.poses.append((time.monotonic(), to_nanoseconds(message.header.stamp), len(message.detections)))


@pytest.fixture(scope="module")
def session(probe, start_node) -> Session:
    return Session(probe, start_node)


@pytest.fixture
def fresh(session) -> Iterator[Session]:
    """Nothing is tracked yet; afterwards the node lives, has answered in the images' order, and goes on."""
    assert session.probe.until(session.reset().done)
    session.forget()
    yield session
    assert session.node.is_alive and "Traceback" not in session.node.output, session.node.output
    assert is_subsequence([stamp for _, stamp, _ in session.poses], session.sent)
    session.forget()
    session.track()


def is_subsequence(part: list[int], whole: list[int]) -> bool:
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in part)


def assert_said(session: Session, *sentences: str) -> None:
    for sentence in sentences:
        assert session.probe.until(lambda: sentence in session.said()), session.said()  # noqa: B023


def test_a_bag_in_a_loop_begins_anew_with_each_lap(fresh):
    begin = fresh.now() - 3600 * NANOSECONDS
    laps = []
    for _ in range(3):
        laps.append(len(fresh.sent))
        for k in range(25):
            fresh.show(begin + k * 80 * MS)
    fresh.probe.spin_for(1.0)
    stamps = [stamp for _, stamp, _ in fresh.poses]
    assert sum(later < earlier for earlier, later in itertools.pairwise(stamps)) == 2
    assert_said(fresh, "stamps went back by more than a second (a bag in a loop")


def test_after_a_gap_of_two_seconds_no_pose_is_of_before(fresh):
    fresh.track()
    fresh.probe.spin_for(2.2)
    before = len(fresh.poses)
    assert fresh.poses[-1][1] == fresh.sent[-1]
    after = [fresh.show(masked=False) for _ in range(4)]
    assert fresh.probe.until(lambda: len(fresh.poses) >= before + 4)
    assert [stamp for _, stamp, _ in fresh.poses[before:]] == after
    assert_said(fresh, "/aligned_depth_to_color/image_raw: no image for 2.")


def test_frames_out_of_order_are_left_out(fresh):
    fresh.track()
    begun = fresh.now()
    for k in range(0, 40, 2):
        fresh.show(begun + (k + 1) * 40 * MS)
        fresh.show(begun + k * 40 * MS)
    fresh.probe.spin_for(0.5)
    stamps = [stamp for _, stamp, _ in fresh.poses]
    assert stamps == sorted(set(stamps)) and fresh.posed_since(begun)
    assert_said(fresh, "images come twice or out of order")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(half_size, "changed from 640x480 (fx"), (zoomed, "the intrinsics changed from 640x480")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_camera_that_changes_is_told_and_followed(fresh, change, sentence):
    fresh.track()
    changed = [fresh.show(change=change) for _ in range(12)]
    assert_said(fresh, sentence)
    assert fresh.probe.until(lambda: fresh.poses[-1][1] == changed[-1])
    if change is half_size:  # the pixels fit the new intrinsics
        assert fresh.posed_since(changed[0])


def test_a_mask_that_came_before_its_frame_and_is_of_another_size_is_refused(fresh):
    fresh.show(masked=False)
    fresh.show(change=half_size, mask_change=lambda recorded: recorded)
    assert_said(fresh, "640x480")
    fresh.probe.spin_for(1.5)
    assert not any(count for _, _, count in fresh.poses)


def test_masks_of_frames_that_were_never_seen_are_told(fresh):
    fresh.track()
    # How many of all masks that is depends on how many a cold start took before.
    for k in range(200):
        fresh.show_masks(fresh.now() - 20 * MS - k)
        fresh.show(masked=False)
        if "segmentations are of images that never came" in fresh.said():
            break
    assert_said(fresh, "segmentations are of images that never came")
    assert fresh.poses[-1][2] == 1


@pytest.mark.parametrize("frames_before", [1, 3])
def test_an_object_that_is_removed_while_it_is_looked_for_is_never_told(fresh, frames_before):
    for _ in range(frames_before):
        fresh.show(wait_s=0.02)
    removed = fresh.probe.call(RemoveObject, f"/{NODE}/remove_object", RemoveObject.Request(name="bunny"))
    assert removed.success, removed.message
    answered = len(fresh.poses)
    shown = [fresh.show() for _ in range(15)]
    assert fresh.probe.until(lambda: fresh.poses[-1][1] == shown[-1])
    assert [count for _, _, count in fresh.poses[answered:]] == [0] * (len(fresh.poses) - answered)
    assert_said(fresh, "class 'bunny' is none of the objects")
    added = fresh.probe.call(AddObject, f"/{NODE}/add_object", AddObject.Request(name="bunny"), PATIENCE_S)
    assert added.success, added.message


def test_a_storm_of_resets_is_told_and_leaves_no_pose_of_before(fresh):
    fresh.track()
    futures = []
    for _ in range(150):
        futures.append(fresh.reset())
        if len(futures) % 3 == 0:
            fresh.show(wait_s=0.0)
        fresh.probe.spin_for(0.01)
    assert fresh.probe.until(lambda: all(future.done() for future in futures), PATIENCE_S)
    assert all(future.result().success for future in futures)
    assert_said(fresh, "/reset was called")
    # Cold starts of the last masks are under way: the last reset ends these, too.
    fresh.show()
    assert fresh.probe.until(fresh.reset().done)
    answered = len(fresh.poses)
    shown = [fresh.show(masked=False) for _ in range(20)]
    assert fresh.probe.until(lambda: fresh.poses[-1][1] == shown[-1])
    assert [count for _, _, count in fresh.poses[answered:]] == [0] * (len(fresh.poses) - answered)


def test_everything_at_once(fresh):
    rng = np.random.default_rng(3)
    futures = []
    for _ in range(100):
        kind = rng.choice(
            ["sound", "zero", "back", "twice", "half", "zoom", "foreign mask", "old mask", "reset"]
        )
        stamp = {
            "zero": 0,
            "back": fresh.now() - int(rng.integers(2, 100)) * NANOSECONDS,
            "twice": fresh.sent[-1] if fresh.sent else None,
        }.get(kind)
        change = {"half": half_size, "zoom": zoomed}.get(kind, lambda recorded: recorded)
        masks = half_size if kind == "foreign mask" else change
        fresh.show(stamp, change, mask_change=masks, masked=kind != "old mask", wait_s=0.03)
        if kind == "old mask":
            fresh.show_masks(fresh.now() - 30 * NANOSECONDS)
        if kind == "reset":
            futures.append(fresh.reset())
    assert fresh.probe.until(lambda: all(future.done() for future in futures), PATIENCE_S)
    fresh.probe.spin_for(1.0)
    assert_said(fresh, "header.stamp is zero", "went back by more than a second", "the intrinsics changed")
