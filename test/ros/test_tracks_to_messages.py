"""Tracks -> detections, tracked objects, TF and markers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from geometry_msgs.msg import Point
from hypothesis import given
from hypothesis import strategies as st
from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.track import Track, TrackState
from pose_nodes.demo_data import BUNNY_OBJECTS
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.detections import detection_array
from pose_nodes.ros.located import LocatedTracks, locate
from pose_nodes.ros.markers import MarkerPainter, in_parts, thinned_triangles
from pose_nodes.ros.object_frames import object_transforms
from pose_nodes.ros.object_info import object_info
from pose_nodes.ros.poses import from_transform, rotate_covariance, to_transform
from pose_nodes.ros.stamps import to_time
from pose_nodes.ros.tracked_objects import tracked_object_array

pytestmark = pytest.mark.ros

STAMP = 12_345_678_901
T_CAMERA_BUNNY = se3.from_rotation_vector([0.3, -0.5, 1.1], [0.1, -0.2, 0.7])
COVARIANCE = np.diag([1.0, 4.0, 9.0, 0.1, 0.2, 0.3]) * 1e-6


@pytest.fixture(scope="module")
def library() -> ObjectLibrary:
    return ObjectLibrary.from_file(BUNNY_OBJECTS)


@pytest.fixture
def track(library) -> Track:
    evidence = Evidence(0.9, 0.001, 0.7, contradicted_fraction=0.05)
    estimate = PoseEstimate(
        "bunny", T_CAMERA_BUNNY, library["bunny"].size, 0.8, COVARIANCE, evidence, True, "the depth agrees"
    )
    velocity = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.5])
    return Track(
        "bunny_0",
        "bunny",
        TrackState.TRACKING,
        STAMP,
        estimate,
        velocity,
        STAMP - 2 * 10**9,
        STAMP,
        "all well",
    )


def located(*tracks: Track, frame: str = "camera", T_frame_camera: np.ndarray | None = None) -> LocatedTracks:
    header = Header(stamp=to_time(STAMP), frame_id=frame)
    return locate(header, list(tracks), np.eye(4) if T_frame_camera is None else T_frame_camera)


def as_matrix(pose) -> np.ndarray:
    q, p = pose.orientation, pose.position
    return se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [p.x, p.y, p.z])


def vector(message) -> list[float]:
    return [message.x, message.y, message.z]


def test_a_detection_is_the_pose_of_the_mesh_and_its_box(track, library):
    array = detection_array(located(track), library)
    (detection,) = array.detections
    (result,) = detection.results
    assert array.header == detection.header == Header(stamp=to_time(STAMP), frame_id="camera")
    assert (detection.id, result.hypothesis.class_id, result.hypothesis.score) == ("bunny_0", "bunny", 0.8)
    assert np.allclose(as_matrix(result.pose.pose), T_CAMERA_BUNNY)
    assert np.allclose(np.reshape(result.pose.covariance, (6, 6)), COVARIANCE)
    centre = se3.transform(T_CAMERA_BUNNY, library["bunny"].box_centre[None])[0]
    assert np.allclose(vector(detection.bbox.center.position), centre)
    assert np.allclose(vector(detection.bbox.size), library["bunny"].size)
    assert 0.05 < detection.bbox.size.x < 0.3


@pytest.mark.parametrize("state", [TrackState.SEARCHING, TrackState.SUSPECT, TrackState.LOST])
def test_only_tracked_poses_are_detections_and_frames(track, library, state):
    unsure = located(replace(track, state=state))
    assert detection_array(unsure, library).detections == []
    assert object_transforms(unsure, "") == []


def test_without_tracks_the_array_is_empty_but_has_its_header(library):
    array = detection_array(located(), library)
    assert array.detections == [] and array.header.stamp == to_time(STAMP)


def test_a_tracked_object_carries_the_evidence(track, library):
    (entry,) = tracked_object_array(located(track), library, STAMP + 40_000_000).objects
    assert (entry.id, entry.class_name, entry.state) == ("bunny_0", "bunny", entry.TRACKING)
    assert np.allclose(as_matrix(entry.pose.pose), T_CAMERA_BUNNY)
    assert entry.inlier_ratio == pytest.approx(0.9)
    assert entry.depth_residual == pytest.approx(0.001)
    assert entry.visible_fraction == pytest.approx(0.7)
    assert entry.contradicted_fraction == pytest.approx(0.05)
    assert entry.latency == pytest.approx(0.04)
    assert (entry.age.sec, entry.age.nanosec) == (2, 0)
    assert entry.velocity.linear.x == pytest.approx(0.1) and entry.velocity.angular.z == pytest.approx(0.5)
    assert (entry.symmetry, entry.reason) == ("none", "all well")


def test_a_searched_object_is_told_without_pose(track, library):
    searched = replace(track, state=TrackState.SEARCHING, estimate=None, reason="no mask yet")
    (entry,) = tracked_object_array(located(searched), library, STAMP).objects
    assert entry.state == entry.SEARCHING
    assert entry.score == 0.0 and entry.reason == "no mask yet"
    assert np.allclose(vector(entry.size), library["bunny"].size)


def test_every_state_has_the_number_of_the_message():
    from pose_nodes.msg import TrackedObject

    assert {state.name: int(state) for state in TrackState} == {
        state.name: getattr(TrackedObject, state.name) for state in TrackState
    }


def test_a_frame_is_named_by_prefix_and_track(track):
    (transform,) = object_transforms(located(track), "left/")
    assert (transform.header.frame_id, transform.child_frame_id) == ("camera", "left/bunny_0")
    assert np.allclose(from_transform(transform.transform), T_CAMERA_BUNNY)


def test_in_another_frame_pose_covariance_and_velocity_turn(track, library):
    T_base_camera = se3.from_rotation_vector([0.0, 0.0, np.pi / 2], [1.0, 2.0, 3.0])
    moved = located(track, frame="base", T_frame_camera=T_base_camera)
    (entry,) = tracked_object_array(moved, library, STAMP).objects
    assert np.allclose(as_matrix(entry.pose.pose), T_base_camera @ T_CAMERA_BUNNY)
    assert np.allclose(
        np.diag(np.reshape(entry.pose.covariance, (6, 6))), [4e-6, 1e-6, 9e-6, 2e-7, 1e-7, 3e-7]
    )
    assert np.allclose(vector(entry.velocity.linear), [0.0, 0.1, 0.0])
    (detection,) = detection_array(moved, library).detections
    assert np.allclose(detection.results[0].pose.covariance, entry.pose.covariance)


@given(st.lists(st.floats(-3, 3), min_size=12, max_size=12), st.integers(0, 2**31))
def test_the_covariance_of_turned_errors_is_the_turned_covariance(numbers, seed):
    """Holds to the error model of `se3.perturb`: perturb in the camera, look at the error in the base."""
    T_base_camera = se3.from_rotation_vector(numbers[:3], numbers[3:6])
    T_camera_object = se3.from_rotation_vector(numbers[6:9], numbers[9:])
    delta = np.random.default_rng(seed).normal(size=6) * 1e-4
    moved = T_base_camera @ se3.perturb(T_camera_object, delta)
    error = se3.tangent(T_base_camera @ T_camera_object, moved)
    turned = rotate_covariance(T_base_camera, np.outer(delta, delta))
    assert np.allclose(turned, np.outer(error, error), atol=1e-13)


@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_a_transform_survives_the_way_through_a_message(numbers):
    T = se3.from_rotation_vector(numbers[:3], numbers[3:])
    assert np.allclose(from_transform(to_transform(T)), T, atol=1e-9)


def test_markers_show_mesh_axes_and_name(track, library):
    painter = MarkerPainter(library, mesh_triangles=200)
    markers = {marker.ns: marker for marker in painter.paint(located(track)).markers}
    assert set(markers) == {"mesh", "axes", "name"}
    assert all(marker.header.frame_id == "camera" for marker in markers.values())
    assert markers["mesh"].type == Marker.TRIANGLE_LIST
    assert 0 < len(markers["mesh"].points) <= 3 * 200
    assert np.allclose(as_matrix(markers["mesh"].pose), T_CAMERA_BUNNY)
    assert markers["name"].text == "bunny_0 0.80"


def test_a_suspect_track_is_shown_in_another_colour(track, library):
    painter = MarkerPainter(library, mesh_triangles=50)
    sure = painter.paint(located(track)).markers[-1]
    unsure = painter.paint(located(replace(track, state=TrackState.SUSPECT))).markers[-1]
    assert sure.color != unsure.color


def test_without_triangles_only_axes_and_names_are_shown(track, library):
    markers = MarkerPainter(library, mesh_triangles=0).paint(located(track)).markers
    assert {marker.ns for marker in markers} == {"axes", "name"}


def test_markers_of_gone_tracks_are_deleted_once(track, library):
    painter = MarkerPainter(library, mesh_triangles=50)
    both, one, again = (
        {(marker.ns, marker.id, marker.action) for marker in painter.paint(located(*tracks)).markers}
        for tracks in ((track, replace(track, id="bunny_1")), (track,), (track,))
    )
    kept = {key for key in one if key[2] == Marker.ADD}
    assert len(both) == 6 and len(kept) == 3
    assert one - kept == {(name, number, Marker.DELETE) for name, number, _ in both - kept}
    assert again == kept


def test_clearing_deletes_everything(library):
    (marker,) = MarkerPainter(library, mesh_triangles=50).clear(Header()).markers
    assert marker.action == Marker.DELETEALL


def test_a_thinned_mesh_keeps_the_shape(library):
    mesh = library["bunny"].mesh
    corners = thinned_triangles(mesh, 500)
    assert 0 < len(corners) // 3 <= 510
    assert np.allclose(corners.min(axis=0), mesh.vertices.min(axis=0), atol=0.004)
    assert np.allclose(corners.max(axis=0), mesh.vertices.max(axis=0), atol=0.004)


def test_a_small_mesh_is_sent_as_it_is(library):
    mesh = library["bunny"].mesh
    small = replace(mesh, faces=mesh.faces[:10])
    assert np.array_equal(thinned_triangles(small, 10), mesh.vertices[mesh.faces[:10].ravel()])


def test_object_info_tells_size_and_symmetry(library):
    objects = json.loads(object_info(library).data)["objects"]
    assert np.allclose(objects["bunny"]["size"], library["bunny"].size)
    assert objects["bunny"]["symmetry"]["notation"] == "none"
    assert np.allclose(np.reshape(objects["bunny"]["symmetry"]["discrete"], (-1, 4, 4)), np.eye(4)[None])


@pytest.mark.parametrize(("most", "sizes"), [(1000, [3]), (700, [2, 1]), (649, [1, 1, 1]), (1, [1, 1, 1])])
def test_a_picture_is_sent_in_parts_of_which_none_holds_up_the_tracker(most, sizes):
    painted = [Marker(ns=name, points=[Point()] * 350) for name in ("mesh", "axes", "name")]
    painted[0].points = [Point()] * 300
    parts = list(in_parts(MarkerArray(markers=painted), most))
    assert [len(part.markers) for part in parts] == sizes
    assert [marker.ns for part in parts for marker in part.markers] == ["mesh", "axes", "name"]


def test_nothing_is_sent_of_no_marker():
    assert list(in_parts(MarkerArray())) == []
