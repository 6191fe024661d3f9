"""The launch files, against the genuine launch and launch_ros."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("launch_ros", reason="launch_ros comes with a ROS installation, not with the wheels")
from launch import LaunchContext, LaunchDescription
from launch.actions import OpaqueFunction
from launch.launch_description_sources import get_launch_description_from_python_launch_file
from launch_ros.actions import Node

pytestmark = pytest.mark.ros

LAUNCH = Path(__file__).parents[2] / "launch"
FILES = sorted(LAUNCH.glob("*.launch.py"))


def load(name: str) -> LaunchDescription:
    return get_launch_description_from_python_launch_file(str(LAUNCH / name))


def context(description: LaunchDescription, **given: str) -> LaunchContext:
    """A context in which the arguments have their defaults or the values given."""
    made = LaunchContext()
    made.launch_configurations.update(given)
    for argument in description.get_launch_arguments():
        argument.visit(made)
    return made


def nodes(**given: str) -> tuple[dict[str, Node], LaunchContext]:
    """The nodes that tracker.launch.py makes of its arguments, by executable."""
    description = load("tracker.launch.py")
    made = context(description, **given)
    functions = [entity for entity in description.entities if isinstance(entity, OpaqueFunction)]
    started = [node for function in functions for node in function.visit(made) or []]
    return {node.node_executable: node for node in started}, made


def tracker(**given: str) -> tuple[Node, LaunchContext]:
    """The tracker node that tracker.launch.py makes of its arguments."""
    started, made = nodes(**given)
    return started["tracker_node"], made


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_argument_has_a_default_and_a_description(path):
    arguments = load(path.name).get_launch_arguments()
    assert len(arguments) >= 8
    for argument in arguments:
        assert argument.default_value is not None, argument.name
        assert len(argument.description) > 10, argument.name


def test_the_common_arguments_have_their_common_names():
    names = {argument.name for argument in load("tracker.launch.py").get_launch_arguments()}
    common = {"namespace", "use_sim_time", "params_file", "autostart", "use_rviz", "log_level", "device"}
    assert common | {"camera", "objects_file", "bag"} <= names


def test_the_tracker_listens_to_the_camera_that_is_named():
    node, made = tracker(camera="/left/cam/", objects_file="/objects.yaml")
    node._perform_substitutions(made)
    assert ("color/image_raw", "/left/cam/color/image_raw") in node.expanded_remapping_rules
    topic = "aligned_depth_to_color/image_raw"
    assert (topic, f"/left/cam/{topic}") in node.expanded_remapping_rules
    assert node.node_package == "pose_nodes" and node.node_executable == "tracker_node"


@pytest.mark.parametrize(
    "given", [{"bag": "/b"}, {"use_sim_time": "true"}, {"bag": "/b", "use_sim_time": "false"}]
)
def test_a_bag_brings_its_own_time(given):
    node, made = tracker(**given)
    assert "use_sim_time: true" in parameters_text(node, made)


def test_rviz_starts_on_request_with_the_same_time_and_the_topics_of_the_namespace():
    assert "rviz2" not in nodes()[0]
    started, made = nodes(use_rviz="true", bag="/b", namespace="left")
    assert "use_sim_time: true" in parameters_text(started["rviz2"], made)
    rules = started["rviz2"].expanded_remapping_rules
    assert ("/object_poses", "/left/object_poses") in rules
    assert len(rules) == Path(LAUNCH.parent / "config" / "tracker.rviz").read_text().count("Value: /")


def test_the_device_of_networks_reaches_the_node():
    assert "tracker.device: cuda" in parameters_text(*tracker(device="cuda"))


def test_a_switch_that_is_given_goes_on_top_of_the_parameter_file():
    text = parameters_text(*tracker(autostart="False", use_sim_time="false"))
    assert "autostart: false" in text and "use_sim_time: false" in text
    assert "autostart: true" in parameters_text(*tracker(autostart="true"))


def test_empty_arguments_leave_the_parameter_file_alone(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**: {ros__parameters: {autostart: false, use_sim_time: true, tracker: {device: cuda}}}")
    assert [Path(path) for path, _is_file in parameter_files(*tracker(params_file=str(mine)))] == [mine]
    text = parameters_text(*tracker(objects_file="/objects.yaml", target_frame="base"))
    assert "objects_file: /objects.yaml" in text and "target_frame: base" in text
    assert "device" not in text and "autostart" not in text and "use_sim_time" not in text


def parameter_files(node: Node, made: LaunchContext) -> list[tuple[Path, bool]]:
    """The parameter files that launch hands to the node, in their order; and that they are files."""
    node._perform_substitutions(made)
    return node._Node__expanded_parameter_arguments


def parameters_text(node: Node, made: LaunchContext) -> str:
    """What launch writes into the last parameter file that it hands to the node."""
    path, is_file = parameter_files(node, made)[-1]
    assert is_file
    return Path(path).read_text()
