"""tracker_node with bad objects and parameters: it says why, stays alive, and can be mended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

pytest.importorskip("rclpy", reason="needs ROS 2")
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

from pose_nodes.demo_data import BUNNY_OBJECTS
from pose_nodes.ros.topics import DEPTH, POSES

pytestmark = pytest.mark.ros

NODE = "tracker_node"


@pytest.fixture(scope="module")
def said(probe) -> list[DiagnosticArray]:
    return probe.hear(DiagnosticArray, "/diagnostics")


def configuration_error(said: list[DiagnosticArray]) -> str:
    """The last thing that the node said of its configuration, if it was an error."""
    statuses = [
        status for message in said for status in message.status if status.name == f"{NODE}: configuration"
    ]
    return statuses[-1].message if statuses and statuses[-1].level == DiagnosticStatus.ERROR else ""


@pytest.fixture(scope="module")
def node(start_node) -> Any:
    return start_node(NODE, autostart=False)


def set_parameter(probe, name: str, text: Path | str) -> None:
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=str(text))
    request = SetParameters.Request(parameters=[Parameter(name=name, value=value)])
    result = probe.call(SetParameters, f"/{NODE}/set_parameters", request).results[0]
    assert result.successful, result.reason


def set_objects_file(probe, path: Path | str) -> None:
    set_parameter(probe, "objects_file", path)


def objects_file(folder: Path, entry: str) -> Path:
    path = folder / "objects.yaml"
    path.write_text(f"objects:\n  thing: {{{entry}}}\n")
    return path


def write_mesh(folder: Path, vertices: np.ndarray) -> None:
    faces = np.array([[0, 1, 2], [0, 1, 3], [1, 2, 3], [0, 2, 3]])
    trimesh.Trimesh(vertices, faces, process=False).export(folder / "thing.ply")


TETRAHEDRON = np.array([[0.0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])


def missing_file(folder: Path) -> Path:
    return folder / "nowhere.yaml"


def missing_mesh(folder: Path) -> Path:
    return objects_file(folder, "mesh: thing.ply")


def empty_mesh(folder: Path) -> Path:
    (folder / "thing.ply").write_bytes(b"")
    return objects_file(folder, "mesh: thing.ply")


def mesh_in_millimetres(folder: Path) -> Path:
    write_mesh(folder, TETRAHEDRON * 1000)
    return objects_file(folder, "mesh: thing.ply, mesh_unit: m")


def mesh_with_nan(folder: Path) -> Path:
    vertices = TETRAHEDRON.copy()
    vertices[3, 2] = np.nan
    write_mesh(folder, vertices)
    return objects_file(folder, "mesh: thing.ply")


def unknown_key(folder: Path) -> Path:
    write_mesh(folder, TETRAHEDRON)
    return objects_file(folder, "mesh: thing.ply, mesh_units: mm")


def strange_symmetry(folder: Path) -> Path:
    write_mesh(folder, TETRAHEDRON)
    return objects_file(folder, "mesh: thing.ply, symmetry: round")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (missing_file, "nowhere.yaml"),
        (missing_mesh, "thing.ply: no such file"),
        (empty_mesh, "thing.ply"),
        (mesh_in_millimetres, "suggests that the file is in millimetres; set mesh_unit: mm"),
        (mesh_with_nan, "1 of 4 vertices are NaN or infinite"),
        (unknown_key, "mesh_units"),
        (strange_symmetry, "symmetry 'round'"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_objects_leave_the_node_unconfigured_with_a_sentence(probe, said, node, tmp_path, make, sentence):
    set_objects_file(probe, make(tmp_path))
    assert not probe.change_state(NODE, "configure")
    assert probe.until(lambda: sentence in configuration_error(said)), configuration_error(said)
    assert probe.lifecycle_state(NODE) == "unconfigured"
    assert node.is_alive and "Traceback" not in node.output
    assert "\n" not in configuration_error(said)


def test_an_objects_file_that_is_not_named_is_asked_for(probe, said, node):
    set_objects_file(probe, "")
    assert not probe.change_state(NODE, "configure")
    assert probe.until(lambda: "'objects_file' is empty" in configuration_error(said))


@pytest.mark.parametrize(
    ("name", "wrong", "right", "sentence"),
    [
        ("tracker.instance.weights", "/nowhere.safetensors", "", "weights '/nowhere.safetensors'"),
        ("segmentation.label_classes", "1 mug", "1:mug", "'1 mug' is not understood"),
    ],
)
def test_what_only_shows_on_activation_is_told_leaves_nothing_at_work_and_can_be_mended(
    probe, said, node, name, wrong, right, sentence
):
    set_objects_file(probe, BUNNY_OBJECTS)
    set_parameter(probe, "tracker.instance.features", "fpfh")
    set_parameter(probe, name, wrong)
    assert probe.change_state(NODE, "configure")
    assert not probe.change_state(NODE, "activate")
    assert probe.until(lambda: sentence in configuration_error(said)), configuration_error(said)
    assert probe.lifecycle_state(NODE) == "inactive"
    assert node.is_alive and "Traceback" not in node.output
    assert probe.until(lambda: probe.node.count_subscribers(f"/{DEPTH}") == 0)
    assert probe.change_state(NODE, "cleanup")
    set_parameter(probe, name, right)
    assert probe.change_state(NODE, "configure") and probe.change_state(NODE, "activate")
    assert probe.until(lambda: not configuration_error(said))
    assert probe.until(lambda: probe.node.count_subscribers(f"/{DEPTH}") == 1)
    assert probe.node.count_publishers(f"/{POSES}") == 1
    assert probe.change_state(NODE, "deactivate") and probe.change_state(NODE, "cleanup")


@pytest.mark.parametrize("transition", [Transition(id=3), Transition(label="activate"), Transition(id=99)])
def test_a_transition_that_does_not_begin_in_its_state_is_refused_and_the_node_lives(probe, node, transition):
    before = node.output.count("was refused: the node is unconfigured; ask for one of configure, shutdown")
    request = ChangeState.Request(transition=transition)
    assert not probe.call(ChangeState, f"/{NODE}/change_state", request).success
    assert probe.lifecycle_state(NODE) == "unconfigured"
    assert node.output.count("was refused: the node is unconfigured") == before + 1
    assert node.is_alive and "Traceback" not in node.output


def test_once_mended_it_runs_and_ends_on_a_signal(probe, said, node):
    set_objects_file(probe, BUNNY_OBJECTS)
    assert probe.change_state(NODE, "configure")
    assert probe.change_state(NODE, "activate")
    assert probe.lifecycle_state(NODE) == "active"
    said.clear()
    assert probe.until(lambda: bool(said))
    assert configuration_error(said) == ""
    assert node.stop(signal.SIGTERM) == 0
    assert "Traceback" not in node.output


def test_an_unknown_parameter_is_named_with_the_nearest_one(start_node, probe):
    node = start_node(NODE, objects_file=BUNNY_OBJECTS, frames__target_frme="base")
    assert probe.lifecycle_state(NODE) == "unconfigured"
    said = "unknown key 'frames.target_frme'; did you mean 'frames.target_frame'?"
    assert probe.until(lambda: said in node.output), node.output
    assert node.stop(signal.SIGINT) == 0
    assert "Traceback" not in node.output


@pytest.mark.parametrize("words", [("-p", "objects_file"), ("--params-file", "/nowhere/tracker.yaml")])
def test_ros_arguments_that_make_no_sense_are_refused_in_words(words):
    done = subprocess.run(
        [sys.executable, "-m", f"pose_nodes.nodes.{NODE}", "--ros-args", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "ROS arguments: " in done.stderr and "Traceback" not in done.stderr
