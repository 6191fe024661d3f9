"""check_node: listens to a camera for a few seconds and says in plain sentences what is wrong with it."""

from __future__ import annotations

import argparse
import difflib
import math
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CameraInfo, Image

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.msg import InstanceSegmentation
from pose_nodes.ros import qos
from pose_nodes.ros.camera_info import decode_camera_info, distortion_warning
from pose_nodes.ros.check_rules import CameraFacts, MessageFacts, StreamFacts, observations, problems
from pose_nodes.ros.depth_rules import DepthFacts, depth_facts
from pose_nodes.ros.images import decode_color, decode_depth
from pose_nodes.ros.qos import QosWatch
from pose_nodes.ros.run import words_for_ros
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.ros.topics import COLOR, DEPTH, INFO, SEGMENTATION

FINE, PROBLEMS_FOUND = 0, 2
MOST_SIMILAR = 3
DISCOVERY_S = 5.0
"""How long to wait, before listening begins, until the middleware has found a publisher on every topic."""


class Listener:
    """Keeps the facts of every message of one topic."""

    def __init__(
        self, node: Node, kind: type, topic: str, watch: QosWatch, read: Callable[[Any], None]
    ) -> None:
        """`read` raises an InvalidInputError when a message cannot be used."""
        self._node = node
        self._kind = kind
        self._watch = watch
        self._read = read
        self._messages: list[MessageFacts] = []
        self.topic = node.resolve_topic_name(topic)
        node.create_subscription(
            kind,
            topic,
            self._take,
            qos.sensor_data(),
            event_callbacks=watch.of_subscription(self.topic),
            qos_overriding_options=qos.overridable(),
        )

    @property
    def publishers(self) -> int:
        """How many there are now."""
        return int(self._node.count_publishers(self.topic))

    def facts(self) -> StreamFacts:
        """All that is known of the topic."""
        publishers = self.publishers
        similar = () if publishers else self._similar()
        mismatch = self._watch.mismatches().get(self.topic, "")
        return StreamFacts(self.topic, publishers, similar, mismatch, tuple(self._messages))

    def _take(self, message: Any) -> None:
        error = ""
        try:
            self._read(message)
        except InvalidInputError as problem:
            error = str(problem)
        image = message.labels if isinstance(message, InstanceSegmentation) else message
        self._messages.append(
            MessageFacts(
                to_nanoseconds(message.header.stamp),
                self._node.get_clock().now().nanoseconds,
                message.header.frame_id,
                (image.width, image.height),
                error,
            )
        )

    def _similar(self) -> tuple[str, ...]:
        type_name = f"{self._kind.__module__.split('.')[0]}/msg/{self._kind.__name__}"
        names = [
            name
            for name, types in self._node.get_topic_names_and_types()
            if type_name in types and self._node.count_publishers(name)
        ]
        return tuple(difflib.get_close_matches(self.topic, names, n=MOST_SIMILAR, cutoff=0.0))


class CameraListener:
    """Listens to all topics of a camera."""

    def __init__(self, node: Node, camera: str, use_color: bool, rectified: bool) -> None:
        self._rectified = rectified
        self._camera: PinholeCamera | None = None
        self._distortion = ""
        self._depth_images: list[DepthFacts] = []
        watch = QosWatch()
        listen = partial(Listener, node)
        prefix = camera.rstrip("/") + "/" if camera else ""
        self._color = listen(Image, prefix + COLOR, watch, self._read_color) if use_color else None
        self._depth = listen(Image, prefix + DEPTH, watch, self._read_depth)
        self._info = listen(CameraInfo, prefix + INFO, watch, self._read_info)
        self._segmentation = listen(InstanceSegmentation, SEGMENTATION, watch, lambda message: None)

    def has_all_publishers(self) -> bool:
        """Whether somebody publishes on every topic that the tracker cannot do without."""
        required = (self._color, self._depth, self._info)
        return all(listener.publishers > 0 for listener in required if listener is not None)

    def facts(self, seconds: float) -> CameraFacts:
        """All that was found in so many seconds."""
        return CameraFacts(
            seconds,
            self._color.facts() if self._color else None,
            self._depth.facts(),
            self._info.facts(),
            self._camera,
            self._distortion,
            tuple(self._depth_images),
            self._segmentation.facts(),
        )

    def _read_color(self, message: Image) -> None:
        assert self._color is not None
        decode_color(message, self._color.topic)

    def _read_depth(self, message: Image) -> None:
        self._depth_images.append(depth_facts(decode_depth(message, self._depth.topic)))

    def _read_info(self, message: CameraInfo) -> None:
        self._distortion = distortion_warning(message, self._info.topic, self._rectified) or ""
        self._camera = decode_camera_info(message, self._info.topic, self._rectified)


def listen(camera: str, seconds: float, use_color: bool = True, rectified: bool = False) -> CameraFacts:
    """Listen to a camera; rclpy must be initialised.

    Args:
        camera: prefix of its topics, such as /camera/camera; empty for the node's own namespace and
            remappings.
        seconds: how long, once there are publishers.
        use_color: whether colour is expected.
        rectified: whether its images are rectified.

    Raises:
        InvalidConfigError: `camera` cannot be the beginning of a topic's name.
    """
    node = Node("check_node")
    with words_for_ros(f"camera '{camera}'"):
        listener = CameraListener(node, camera, use_color, rectified)
    _spin(node, DISCOVERY_S, until=listener.has_all_publishers)
    _spin(node, seconds)
    facts = listener.facts(seconds)
    node.destroy_node()
    return facts


def _spin(node: Node, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and rclpy.ok() and not until():
        rclpy.spin_once(node, timeout_sec=min(left, 0.1))


def report(facts: CameraFacts) -> tuple[str, int]:
    """The text for the user, and the exit code: 0 all fine, 2 problems found."""
    found = problems(facts)
    lines = [f"  {line}" for line in observations(facts)]
    lines += [f"problem: {sentence}" for sentence in found]
    lines.append(f"{len(found)} problem{'s' if len(found) > 1 else ''} found" if found else "all fine")
    return "\n".join(lines), PROBLEMS_FOUND if found else FINE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the check, also for the command line of the package."""
    parser.add_argument(
        "--camera", default="/camera/camera", help="prefix of the camera's topics (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=_seconds, default=5.0, help="how long to listen (default %(default)s)"
    )
    parser.add_argument("--no-color", action="store_true", help="the tracker is to work without colour")
    parser.add_argument("--rectified", action="store_true", help="the images are rectified")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return value


def run_check(arguments: Sequence[str] | None = None) -> int:
    """Check a camera, print what was found, and return the exit code.

    Args:
        arguments: command line without the program's name, ROS arguments (--ros-args …) included.

    Raises:
        InvalidConfigError: the ROS arguments or the camera's name make no sense.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = argparse.ArgumentParser(prog="check", description=__doc__)
    add_arguments(parser)
    with words_for_ros("ROS arguments"):
        options = parser.parse_args(remove_ros_args(["check", *given])[1:])
        rclpy.init(args=given)
    try:
        facts = listen(options.camera, options.seconds, not options.no_color, options.rectified)
    finally:
        rclpy.try_shutdown()
    text, exit_code = report(facts)
    print(text)
    return exit_code


def _refused(error: InvalidConfigError) -> int:
    print(f"check_node: {error}", file=sys.stderr)
    return PROBLEMS_FOUND


def main() -> None:
    """Entry point of the executable."""
    try:
        sys.exit(run_check())
    except InvalidConfigError as error:
        sys.exit(_refused(error))


if __name__ == "__main__":
    main()
