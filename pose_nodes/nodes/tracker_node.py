"""tracker_node: colour, depth, camera info and masks in, poses of known objects out."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass

from tf2_ros import Buffer, TransformBroadcaster, TransformListener

from pose_nodes.core.errors import InvalidConfigError, UnknownObjectError
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.camera_inputs import CameraInputs, camera_topics
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.diagnostics import TrackerDiagnostics
from pose_nodes.ros.monitor import RESETS_WITHIN_S, TrackerMonitor
from pose_nodes.ros.object_requests import ObjectRequests
from pose_nodes.ros.outputs import TrackerOutputs
from pose_nodes.ros.parameters import NodeParameters
from pose_nodes.ros.run import StopRequest, run_node
from pose_nodes.ros.segmentation_inputs import SegmentationInputs
from pose_nodes.ros.staged_node import StagedNode
from pose_nodes.ros.static_frame import StaticFrame
from pose_nodes.ros.target_frame import TargetFrame
from pose_nodes.srv import Reset
from pose_nodes.tracking.camera_motion import CameraPose
from pose_nodes.tracking.live import LiveTracker

_MANY_RESETS = 10
"""Within RESETS_WITHIN_S, from which on they are told (our choice)."""


@dataclass(frozen=True)
class _Configured:
    """What exists from configure to clean-up."""

    config: TrackerNodeConfig
    outputs: TrackerOutputs
    listener: TransformListener | None
    camera_pose: CameraPose | None


@dataclass(frozen=True)
class _Active:
    """What exists from activate to deactivate.

    Attributes:
        tracker: at work.
        ends: unsubscribes, and then ends the tracker.
    """

    tracker: LiveTracker
    ends: ExitStack


class TrackerWork:
    """Configure reads parameters and objects, activate subscribes and tracks, deactivate ends that."""

    def __init__(self, node: StagedNode) -> None:
        self._node = node
        self._parameters = NodeParameters(node, TrackerNodeConfig)
        self._monitor = TrackerMonitor(node.get_logger().warning)
        self._diagnostics = TrackerDiagnostics(node, self._monitor, hardware_id="none")
        self._broadcaster = TransformBroadcaster(node)
        self._configured: _Configured | None = None
        self._active: _Active | None = None
        self._objects = ObjectRequests(node)
        node.create_service(Reset, "~/reset", self._on_reset)

    def configure(self) -> None:
        """Read parameters and objects, and offer the outputs."""
        node, config = self._node, self._parameters.read()
        if not config.objects_file:
            raise InvalidConfigError(
                "parameter 'objects_file' is empty; give it the path of an objects.yaml that names the meshes"
            )
        library = ObjectLibrary.from_file(config.objects_file)
        buffer = Buffer()
        target_frame = TargetFrame(buffer, config.frames.target_frame, config.frames.target_frame_timeout)
        outputs = TrackerOutputs(node, config, library, self._monitor, target_frame, self._broadcaster)
        frames = config.frames
        listener = TransformListener(buffer, node) if frames.target_frame or frames.static_frame else None
        static = StaticFrame(
            buffer, frames.static_frame, frames.static_frame_timeout, self._monitor.problems.report
        )
        camera_pose = static.camera_pose if frames.static_frame else None
        self._configured = _Configured(config, outputs, listener, camera_pose)
        self._objects.begin(config, library, outputs.tell_objects)
        self._parameters.hold(outputs.use)
        self._monitor.configuration_error = ""

    def refuse(self, reason: str) -> None:
        """Tell on /diagnostics why the node is not configured, or not active."""
        self._monitor.configuration_error = reason
        self._diagnostics.update()

    def activate(self) -> None:
        """Subscribe and track."""
        assert self._configured is not None
        node, config = self._node, self._configured.config
        topics = camera_topics(node, config.inputs.use_color)
        self._monitor.begin(tuple(filter(None, (topics.color, topics.depth, topics.info))))
        with ExitStack() as begun:  # an error ends what was begun before it
            tracker = self._begin(begun)
            self._active = _Active(tracker, begun.pop_all())
        self._objects.tracker = tracker
        self._monitor.live = tracker.statistics
        self._monitor.configuration_error = ""

    def _begin(self, begun: ExitStack) -> LiveTracker:
        """The tracker, with its inputs; `begun` is to end them."""
        assert self._configured is not None
        node, config, monitor = self._node, self._configured.config, self._monitor
        tracker = LiveTracker(
            self._objects.library,
            config.tracker,
            self._configured.outputs.publish,
            self._configured.camera_pose,
        )
        begun.callback(tracker.close)
        camera = CameraInputs(node, config, monitor, tracker.submit_frame, self._on_restart)
        begun.callback(camera.close)
        segmentation = SegmentationInputs(node, config, monitor, tracker.submit_segments)
        begun.callback(segmentation.close)
        return tracker

    def deactivate(self) -> None:
        """Unsubscribe and forget all tracks; objects stay loaded, also those that were added."""
        if self._active is None or self._configured is None:
            return
        active, self._active = self._active, None
        self._objects.tracker = None
        active.ends.close()
        self._monitor.live = None
        self._configured.outputs.clear()

    def clean_up(self) -> None:
        """Forget the configuration."""
        if self._configured is None:
            return
        configured, self._configured = self._configured, None
        self._objects.end()
        self._parameters.release()
        configured.outputs.close()
        if configured.listener is not None:
            configured.listener.unregister()

    def _on_restart(self) -> None:
        """Stamps went back: what is known belongs to a time that is over."""
        assert self._active is not None
        self._monitor.problems.report(
            "the images' stamps went back by more than a second (a bag in a loop, or a simulation that was "
            "reset); all tracks are searched anew",
            "restart",
        )
        self._active.tracker.reset([])

    def _on_reset(self, request: Reset.Request, response: Reset.Response) -> Reset.Response:
        if self._active is None:
            response.message = "the node is not active, so there is nothing to reset"
            return response
        self._count_reset()
        try:
            response.reset = self._active.tracker.reset(list(request.ids))
        except UnknownObjectError as error:
            response.message = str(error)
            return response
        response.success = True
        response.message = f"reset {', '.join(response.reset)}" if response.reset else "no track to reset"
        return response

    def _count_reset(self) -> None:
        """A few resets are somebody's wish; many are a fault of whoever asks."""
        self._monitor.resets.tick()
        recent = self._monitor.resets.recent()
        if recent > _MANY_RESETS:
            self._monitor.problems.report(
                f"~/reset was called {recent} times in {RESETS_WITHIN_S:g} s, so that hardly any object can "
                "be found; find out who calls it",
                "resets",
            )


def make_node(_stop: StopRequest) -> StagedNode:
    """The node, started unless a lifecycle manager is to do that."""
    node = StagedNode("tracker_node", TrackerWork)
    if node.get_parameter("autostart").value:
        node.start()
    return node


def main() -> None:
    """Entry point of the executable."""
    sys.exit(run_node(make_node))


if __name__ == "__main__":
    main()
