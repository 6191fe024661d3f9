"""What people look at: ~/markers and ~/overlay, painted in a thread that never delays a pose."""

from __future__ import annotations

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_nodes.core.frame import Frame
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.rendering.overlay import OverlayPainter
from pose_nodes.ros import qos
from pose_nodes.ros.background import NewestFirst
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.images import encode_image
from pose_nodes.ros.located import LocatedTracks
from pose_nodes.ros.markers import MarkerPainter, in_parts
from pose_nodes.ros.stamps import to_time
from pose_nodes.ros.throttle import Throttle

_MARKER_QUEUE = 100
"""Messages: those of one picture come at once."""


class Pictures:
    """Paints and publishes the newest tracks, at the rates of the configuration."""

    def __init__(self, node: LifecycleNode, config: TrackerNodeConfig, library: ObjectLibrary) -> None:
        self._node = node
        self._config = config
        self._library = library
        self._markers = MarkerPainter(library, config.markers.mesh_triangles)
        self._overlay = OverlayPainter(library)
        self._marker_throttle, self._overlay_throttle = Throttle(), Throttle()
        options = {"qos_overriding_options": qos.overridable()}
        self._marker_publisher = node.create_lifecycle_publisher(
            MarkerArray, "~/markers", qos.reliable(_MARKER_QUEUE), **options
        )
        self._overlay_publisher = node.create_lifecycle_publisher(
            Image, "~/overlay", qos.reliable(2), **options
        )
        self._worker = NewestFirst(self._paint, "pictures")

    def use(self, config: TrackerNodeConfig) -> None:
        """Take over changed options."""
        self._config = config

    def offer(self, frame: Frame, located: LocatedTracks, library: ObjectLibrary) -> None:
        """Hand over the newest tracks, with the objects that they are of; returns at once."""
        self._worker.offer((frame, located, library))

    def clear(self) -> None:
        """Delete all markers."""
        self._marker_publisher.publish(
            self._markers.clear(Header(stamp=self._node.get_clock().now().to_msg()))
        )

    def fault(self) -> str | None:
        """A sentence when painting has ended by a fault of the program; None while all is well."""
        failure = self._worker.failure
        if failure is None:
            return None
        return f"~/markers and ~/overlay have stopped ({failure!r}); restart the node and report it"

    def close(self) -> None:
        """End the painting thread and the publishers."""
        self._worker.close()
        self._node.destroy_lifecycle_publisher(self._marker_publisher)
        self._node.destroy_lifecycle_publisher(self._overlay_publisher)

    def _paint(self, item: tuple[Frame, LocatedTracks, ObjectLibrary]) -> None:
        frame, located, library = item
        config = self._config
        if library is not self._library:
            self._markers.use(library)
            self._overlay.use(library)
            self._library = library
        seen = config.markers.publish and self._marker_publisher.get_subscription_count() > 0
        if seen and self._marker_throttle.opens(config.markers.rate):
            for message in in_parts(self._markers.paint(located)):
                self._marker_publisher.publish(message)
        watched = config.overlay.publish and self._overlay_publisher.get_subscription_count() > 0
        if watched and self._overlay_throttle.opens(config.overlay.rate):
            picture = self._overlay.paint_tracks(frame, [track.track for track in located.tracks])
            header = Header(stamp=to_time(frame.stamp_ns), frame_id=frame.frame_id)
            self._overlay_publisher.publish(encode_image(picture, "rgb8", header))
