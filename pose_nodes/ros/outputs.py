"""TrackingResult -> the topics that others act on: /object_poses, object_tracks and TF."""

from __future__ import annotations

from rclpy.lifecycle import LifecycleNode, LifecyclePublisher
from std_msgs.msg import Header, String
from tf2_ros import TransformBroadcaster
from vision_msgs.msg import Detection3DArray

from pose_nodes.msg import TrackedObjectArray
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros import qos
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.detections import detection_array
from pose_nodes.ros.located import LocatedTracks, locate
from pose_nodes.ros.monitor import TrackerMonitor
from pose_nodes.ros.object_frames import object_transforms
from pose_nodes.ros.object_info import object_info
from pose_nodes.ros.pictures import Pictures
from pose_nodes.ros.stamps import to_time
from pose_nodes.ros.target_frame import MissingTransformError, TargetFrame
from pose_nodes.ros.topics import POSES, TRACKS
from pose_nodes.ros.tracked_objects import tracked_object_array
from pose_nodes.tracking.live import TrackingResult


class TrackerOutputs:
    """Publishes results, each with the stamp and frame of its image; called from the tracker's thread."""

    def __init__(
        self,
        node: LifecycleNode,
        config: TrackerNodeConfig,
        library: ObjectLibrary,
        monitor: TrackerMonitor,
        target_frame: TargetFrame,
        broadcaster: TransformBroadcaster,
    ) -> None:
        self._node = node
        self._config = config
        self._monitor = monitor
        self._target_frame = target_frame
        self._broadcaster = broadcaster
        self._pictures = Pictures(node, config, library)
        self._poses = self._publisher(Detection3DArray, POSES)
        self._tracks = self._publisher(TrackedObjectArray, TRACKS)
        self._info = node.create_publisher(String, "~/object_info", qos.latched())
        self.tell_objects(library)

    def use(self, config: TrackerNodeConfig) -> None:
        """Take over changed options."""
        self._config = config
        self._pictures.use(config)

    def tell_objects(self, library: ObjectLibrary) -> None:
        """Tell those who act on poses which objects there are from now on."""
        self._info.publish(object_info(library))

    def publish(self, result: TrackingResult) -> None:
        """Tell everybody of one processed frame; of nothing when its pose in the target frame is unknown."""
        for warning in result.warnings:
            self._monitor.problems.report(warning)
        self._monitor.take(result.tracks)
        try:
            located = self._locate(result)
        except MissingTransformError as error:
            self._monitor.problems.report(str(error), "target_frame")
            return
        self._poses.publish(detection_array(located, result.library))
        now_ns = self._node.get_clock().now().nanoseconds
        self._tracks.publish(tracked_object_array(located, result.library, now_ns))
        transforms = object_transforms(located, self._config.frames.prefix)
        if self._config.frames.publish_tf and transforms:
            self._broadcaster.sendTransform(transforms)
        self._monitor.processed.tick()
        self._monitor.latency.add((now_ns - result.frame.stamp_ns) * 1e-9)
        self._pictures.offer(result.frame, located, result.library)
        if (fault := self._pictures.fault()) is not None:
            self._monitor.problems.report(fault)

    def clear(self) -> None:
        """Take markers out of sight, as when the node is deactivated."""
        self._pictures.clear()

    def close(self) -> None:
        """End the publishers."""
        self._pictures.close()
        self._node.destroy_lifecycle_publisher(self._poses)
        self._node.destroy_lifecycle_publisher(self._tracks)
        self._node.destroy_publisher(self._info)

    def _publisher(self, kind: type, name: str) -> LifecyclePublisher:
        topic = self._node.resolve_topic_name(name)
        return self._node.create_lifecycle_publisher(
            kind,
            name,
            qos.reliable(),
            event_callbacks=self._monitor.qos.of_publisher(topic),
            qos_overriding_options=qos.overridable(),
        )

    def _locate(self, result: TrackingResult) -> LocatedTracks:
        frame = result.frame
        T_target_camera = self._target_frame.camera_pose(frame.frame_id, frame.stamp_ns)
        header = Header(stamp=to_time(frame.stamp_ns), frame_id=self._target_frame.name(frame.frame_id))
        return locate(header, result.tracks, T_target_camera)
