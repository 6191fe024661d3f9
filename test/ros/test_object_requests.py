"""Objects that come and go while tracker_node runs, asked for over DDS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trimesh

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.msg import InstanceSegmentation, TrackedObject, TrackedObjectArray
from pose_nodes.ros import qos, topics
from pose_nodes.ros.playback import encode_recorded
from pose_nodes.ros.stamps import to_nanoseconds
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.srv import AddObject, RemoveObject

pytestmark = pytest.mark.ros

NODE = "tracker_node"
BUNNY = BUNNY_OBJECTS.parent / "models" / "obj_000001.ply"
PATIENCE_S = 60.0


class Session:
    """A tracker of a box that nobody sees, depth images of the bunny, and what is said."""

    def __init__(self, probe: Any, start_node: Callable[..., Any], folder: Path) -> None:
        trimesh.creation.box([0.1, 0.06, 0.04]).export(folder / "box.ply")
        self.objects_file = folder / "objects.yaml"
        self.objects_file.write_text("objects:\n  box: {mesh: box.ply, symmetry: box}\n")
        self.probe = probe
        self.info = probe.hear(String, f"{NODE}/object_info", qos.latched())
        self.tracks = probe.hear(TrackedObjectArray, topics.TRACKS)
        self.markers = probe.hear(MarkerArray, f"{NODE}/markers")
        self._recorded = BopScene(BUNNY_SCENE)[0]
        self._publishers = [
            probe.node.create_publisher(kind, name, qos.reliable())
            for name, kind in (
                (topics.INFO, CameraInfo),
                (topics.DEPTH, Image),
                (topics.SEGMENTATION, InstanceSegmentation),
            )
        ]
        self.node = start_node(NODE, objects_file=self.objects_file, inputs__use_color=False)
        heard = lambda: all(publisher.get_subscription_count() for publisher in self._publishers)  # noqa: E731
        assert probe.until(heard, PATIENCE_S), self.node.output

    def show(self, class_name: str = "bunny") -> int:
        """Publish a frame with its mask, and wait a period; the stamp."""
        messages = encode_recorded(self._recorded, "camera_optical", "rgb8", "16UC1")
        messages.stamp(self.probe.node.get_clock().now().to_msg())
        messages.segmentation.segments[0].class_name = class_name
        for publisher, message in zip(
            self._publishers, (messages.info, messages.depth, messages.segmentation), strict=True
        ):
            publisher.publish(message)
        self.probe.spin_for(0.1)
        return messages.stamp_ns

    def show_until(self, condition: Callable[[], Any], class_name: str = "bunny") -> Any:
        end = time.monotonic() + PATIENCE_S
        while not condition() and time.monotonic() < end:
            self.show(class_name)
        return condition()

    def is_tracked(self, track_id: str) -> bool:
        entries = self.tracks[-1].objects if self.tracks else []
        return any(entry.id == track_id and entry.state == TrackedObject.TRACKING for entry in entries)

    def add(self, name: str, mesh: Path | str = "", **options: Any) -> AddObject.Response:
        return self.finish(self.begin(name, mesh, **options))

    def begin(self, name: str, mesh: Path | str = "", **options: Any) -> Any:
        """Ask for an object, and do not wait for the answer."""
        client = self.probe.node.create_client(AddObject, f"/{NODE}/add_object")
        assert self.probe.until(client.service_is_ready)
        request = AddObject.Request(name=name, mesh=str(mesh), **options)
        return client, client.call_async(request)

    def begin_and_wait(self, name: str, mesh: Path, **options: Any) -> Any:
        """Ask for an object; it is being prepared when this returns.

        Requests of different clients may come in any order, so it is asked for twice: whichever comes
        second is refused, and then the other one is at work.
        """
        both = [self.begin(name, mesh, **options) for _ in range(2)]
        assert self.probe.until(lambda: any(future.done() for _, future in both), PATIENCE_S)
        refused, begun = sorted(both, key=lambda one: not one[1].done())
        assert "is being prepared already" in self.finish(refused).message
        return begun

    def finish(self, begun: Any) -> AddObject.Response:
        client, future = begun
        assert self.probe.until(future.done, PATIENCE_S), self.node.output
        self.probe.node.destroy_client(client)
        return future.result()

    def remove(self, name: str) -> RemoveObject.Response:
        return self.probe.call(RemoveObject, f"/{NODE}/remove_object", RemoveObject.Request(name=name))

    def objects(self) -> dict[str, Any]:
        self.probe.spin_for(0.1)
        return json.loads(self.info[-1].data)["objects"]


def classes_of(message: TrackedObjectArray) -> set[str]:
    return {entry.class_name for entry in message.objects}


@pytest.fixture(scope="module")
def session(probe, start_node, tmp_path_factory) -> Session:
    return Session(probe, start_node, tmp_path_factory.mktemp("objects"))


@pytest.fixture
def fresh(session):
    """Only the box is known; afterwards the node must be alive."""
    yield session
    if session.probe.lifecycle_state(NODE) == "active":
        for name in set(session.objects()) - {"box"}:
            assert session.remove(name).success
    assert session.node.is_alive and "Traceback" not in session.node.output, session.node.output


def test_an_object_that_is_added_is_tracked_and_gone_when_it_is_removed(fresh):
    fresh.show_until(lambda: fresh.tracks)
    added = fresh.add("bunny", BUNNY, mesh_unit="mm")
    assert added.success and added.message.startswith("added 'bunny', 0.")
    assert added.message.endswith(" m, symmetry none")
    assert list(fresh.objects()) == ["box", "bunny"]
    assert fresh.show_until(lambda: fresh.is_tracked("bunny_0")), fresh.tracks[-1]
    assert fresh.probe.until(lambda: any(one.text for each in fresh.markers[-1:] for one in each.markers))
    removed = fresh.remove("bunny")
    assert (removed.success, removed.message) == (True, "removed 'bunny'; forgot bunny_0")
    assert list(removed.tracks) == ["bunny_0"] and list(fresh.objects()) == ["box"]
    last = [fresh.show() for _ in range(3)][-1]
    assert fresh.probe.until(lambda: to_nanoseconds(fresh.tracks[-1].header.stamp) == last)
    fresh.probe.spin_for(0.2)
    assert [len(message.objects) for message in fresh.tracks[-3:]] == [0, 0, 0]


def test_frames_are_answered_while_an_object_is_prepared(fresh):
    fresh.show_until(lambda: fresh.tracks)
    begun = fresh.begin("bunny", BUNNY, mesh_unit="mm")
    before, shown = len(fresh.tracks), 0
    while not begun[1].done() and shown < 200:
        fresh.show("box")
        shown += 1
    assert fresh.finish(begun).success
    assert shown >= 3 and fresh.probe.until(lambda: len(fresh.tracks) - before >= 0.5 * shown), shown


def test_an_object_that_is_removed_while_it_is_searched_never_appears(fresh):
    assert fresh.add("bunny", BUNNY, mesh_unit="mm").success
    assert fresh.show_until(lambda: fresh.tracks and "bunny" in classes_of(fresh.tracks[-1]))
    assert fresh.remove("bunny").success
    shown = {fresh.show() for _ in range(12)}
    # What was told of the images before may still be on its way.
    since = lambda: [each for each in fresh.tracks if to_nanoseconds(each.header.stamp) in shown]  # noqa: E731
    assert fresh.probe.until(since, PATIENCE_S)
    # The box that the test before asked for may still be sought.
    assert not any("bunny" in classes_of(message) for message in since())


def test_an_object_that_is_removed_while_it_is_prepared_is_not_added(fresh):
    begun = fresh.begin_and_wait("bunny", BUNNY, mesh_unit="mm")
    removed = fresh.remove("bunny")
    assert (removed.success, removed.message) == (
        True,
        "'bunny' was still being prepared and will not be added",
    )
    added = fresh.finish(begun)
    assert not added.success and "a later request came before it was ready" in added.message
    assert list(fresh.objects()) == ["box"]


def test_a_replacement_forgets_the_tracks_and_is_told(fresh):
    assert fresh.add("bunny", BUNNY, mesh_unit="mm").success
    assert fresh.show_until(lambda: fresh.is_tracked("bunny_0"))
    refused = fresh.add("bunny", "box.ply")
    assert not refused.success and "set replace: true" in refused.message
    replaced = fresh.add("bunny", "box.ply", symmetry="box", replace=True)
    assert replaced.message == "replaced 'bunny', 0.100 x 0.060 x 0.040 m, symmetry box; forgot bunny_0"
    assert fresh.objects()["bunny"]["size"] == pytest.approx([0.1, 0.06, 0.04])


def test_a_block_of_the_objects_file_is_read_anew(fresh):
    missing = fresh.add("crate")
    assert not missing.success and "objects.yaml: has no block 'crate'" in missing.message
    with fresh.objects_file.open("a") as file:
        file.write("  crate: {mesh: box.ply, symmetry: 'z:2'}\n")
    assert fresh.add("crate").message == "added 'crate', 0.100 x 0.060 x 0.040 m, symmetry z:2"


@pytest.mark.parametrize(
    ("request_of", "sentence"),
    [
        ({"name": "bad/name", "mesh": "box.ply"}, "'bad/name' is not usable as the name of a TF frame"),
        ({"name": "crate", "mesh": "nowhere.ply"}, "nowhere.ply: no such file"),
        ({"name": "crate", "mesh": "box.ply", "mesh_unit": "furlong"}, "furlong"),
        ({"name": "crate", "mesh": "box.ply", "symmetry": "round"}, "symmetry 'round'"),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) else None,
)
def test_a_request_that_cannot_be_served_changes_nothing(fresh, request_of, sentence):
    answer = fresh.add(**request_of)
    assert not answer.success and sentence in answer.message and "\n" not in answer.message
    assert list(fresh.objects()) == ["box"]


def test_an_unknown_object_cannot_be_removed(fresh):
    answer = fresh.remove("bxo")
    assert not answer.success and "did you mean 'box'" in answer.message


def test_objects_can_be_added_while_the_node_is_paused_and_are_forgotten_with_the_configuration(fresh):
    """The last of the module: it takes the node down."""
    assert fresh.probe.change_state(NODE, "deactivate")
    assert fresh.add("bunny", BUNNY, mesh_unit="mm").success
    assert fresh.probe.change_state(NODE, "activate")
    assert fresh.show_until(lambda: fresh.is_tracked("bunny_0"))
    assert fresh.probe.change_state(NODE, "deactivate")
    begun = fresh.begin_and_wait("crate", BUNNY, mesh_unit="mm")
    assert fresh.probe.change_state(NODE, "cleanup")
    assert "a later request came" in fresh.finish(begun).message
    for answer in (fresh.add("crate", "box.ply"), fresh.remove("box")):
        assert not answer.success and answer.message.startswith("the node is not configured")
    fresh.info.clear()
    assert fresh.probe.change_state(NODE, "configure")
    assert "bunny" not in fresh.objects()
