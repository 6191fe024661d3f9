"""Tracks -> visualization_msgs/MarkerArray: mesh, axes and name of each posed object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import open3d as o3d
from geometry_msgs.msg import Point, Pose, Vector3
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from pose_nodes.core.track import TrackState
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel
from pose_nodes.objects.simplification import TRIANGLES, simplified
from pose_nodes.ros.located import LocatedTrack, LocatedTracks
from pose_nodes.ros.poses import to_point, to_pose

_STATE_COLORS = {TrackState.TRACKING: (0.2, 0.8, 0.3, 0.7), TrackState.SUSPECT: (1.0, 0.7, 0.1, 0.4)}
_AXIS_COLORS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_AXIS_SHARE = 0.6
"""Length of the axes, in diameters of the object."""
_AXIS_WIDTH = 0.003
_TEXT_HEIGHT = 0.02
MOST_POINTS = 3000
"""Of one message (our choice)."""

_Key = tuple[str, int]


class MarkerPainter:
    """Draws tracks, and deletes the markers of those that it drew before and that are gone."""

    def __init__(self, library: ObjectLibrary, mesh_triangles: int) -> None:
        """Meshes are sent as `mesh_triangles` triangles, so that RViz needs no access to mesh files."""
        self._mesh_triangles = mesh_triangles
        self._library = ObjectLibrary([])
        self._triangles: dict[str, list[Point]] = {}
        self._numbers: dict[str, int] = {}
        self._shown: set[_Key] = set()
        # All at once, here: thinning holds up every thread of the process for a moment.
        self.use(library)

    def use(self, library: ObjectLibrary) -> None:
        """Take over that objects came or went; the triangles of those that stayed are kept."""
        stay = {name for name in library if name in self._library and library[name] is self._library[name]}
        self._triangles = {
            name: self._triangles[name] if name in stay else _corners(library[name], self._mesh_triangles)
            for name in library.names
        }
        self._library = library

    def paint(self, located: LocatedTracks) -> MarkerArray:
        """The markers of all posed tracks, and deletions of those shown before."""
        markers = [marker for track in located.tracks for marker in self._markers(track, located.header)]
        shown = {(marker.ns, marker.id) for marker in markers}
        gone = [_deletion(key, located.header) for key in sorted(self._shown - shown)]
        self._shown = shown
        return MarkerArray(markers=markers + gone)

    def clear(self, header: Header) -> MarkerArray:
        """Delete everything, as when the node is deactivated."""
        self._shown = set()
        return MarkerArray(markers=[Marker(header=header, action=Marker.DELETEALL)])

    def _markers(self, located: LocatedTrack, header: Header) -> list[Marker]:
        color = _STATE_COLORS.get(located.track.state)
        if located.T_frame_object is None or color is None:
            return []
        model = self._library[located.track.class_name]
        number = self._numbers.setdefault(located.track.id, len(self._numbers))
        pose = to_pose(located.T_frame_object)
        markers = [_axes(model, pose), _name(located, model)]
        if self._triangles[model.name]:
            markers.append(self._mesh(model, pose, color))
        for marker in markers:
            marker.header, marker.id = header, number
        return markers

    def _mesh(self, model: ObjectModel, pose: Pose, color: tuple[float, float, float, float]) -> Marker:
        marker = _marker("mesh", Marker.TRIANGLE_LIST, pose, Vector3(x=1.0, y=1.0, z=1.0))
        marker.color = _color(*color)
        marker.points = self._triangles[model.name]
        return marker


def in_parts(picture: MarkerArray, points: int = MOST_POINTS) -> Iterator[MarkerArray]:
    """Markers as several messages: rclpy holds Python's lock while it converts one, half a millisecond for a
    thousand points, and the tracker has to wait.

    Args:
        picture: the markers, in the order in which they are sent.
        points: of a message, at most, unless one marker has more; nothing is sent of no marker.
    """
    part: list[Marker] = []
    count = 0
    for marker in picture.markers:
        if part and count + len(marker.points) > points:
            yield MarkerArray(markers=part)
            part, count = [], 0
        part.append(marker)
        count += len(marker.points)
    if part:
        yield MarkerArray(markers=part)


def thinned_triangles(mesh: TriangleMesh, count: int) -> NDArray[np.float64]:
    """The corners (3 k, 3) of k triangles, at most about `count`, that keep the shape of a mesh; metres.

    Thinned by quadric error metrics (Garland and Heckbert, SIGGRAPH 1997), as Open3D has them.
    """
    thinned = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices), o3d.utility.Vector3iVector(mesh.faces)
    )
    if len(mesh.faces) > count:
        thinned.merge_close_vertices(1e-6 * mesh.diagonal)
        thinned = thinned.simplify_quadric_decimation(count)
    corners = np.asarray(thinned.vertices)[np.asarray(thinned.triangles).ravel()]
    return np.asarray(corners, dtype=np.float64)


def _corners(model: ObjectModel, count: int) -> list[Point]:
    if count <= 0:
        return []
    # The tracker needs the simplified mesh, too; to thin the full one takes ten times as long.
    mesh = simplified(model.mesh, model.diameter) if count < TRIANGLES else model.mesh
    return [to_point(corner) for corner in thinned_triangles(mesh, count)]


def _axes(model: ObjectModel, pose: Pose) -> Marker:
    marker = _marker("axes", Marker.LINE_LIST, pose, Vector3(x=_AXIS_WIDTH))
    tips = _AXIS_SHARE * model.diameter * np.eye(3)
    marker.points = [to_point(end) for tip in tips for end in (np.zeros(3), tip)]
    marker.colors = [_color(*rgb) for rgb in _AXIS_COLORS for _ in range(2)]
    return marker


def _name(located: LocatedTrack, model: ObjectModel) -> Marker:
    assert located.T_frame_object is not None and located.track.estimate is not None
    centre = se3.transform(located.T_frame_object, model.box_centre[None])[0]
    marker = _marker(
        "name", Marker.TEXT_VIEW_FACING, Pose(position=to_point(centre)), Vector3(z=_TEXT_HEIGHT)
    )
    marker.text = f"{located.track.id} {located.track.estimate.score:.2f}"
    marker.color = _color(1.0, 1.0, 1.0)
    return marker


def _marker(namespace: str, kind: int, pose: Pose, scale: Vector3) -> Marker:
    return Marker(ns=namespace, type=kind, action=Marker.ADD, pose=pose, scale=scale, frame_locked=False)


def _deletion(key: _Key, header: Header) -> Marker:
    return Marker(header=header, ns=key[0], id=key[1], action=Marker.DELETE)


def _color(red: float, green: float, blue: float, alpha: float = 1.0) -> ColorRGBA:
    return ColorRGBA(r=red, g=green, b=blue, a=alpha)
