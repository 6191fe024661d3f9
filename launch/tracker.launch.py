"""Track objects in the images of an RGB-D camera, or of a bag.

ros2 launch pose_nodes tracker.launch.py objects_file:=objects.yaml camera:=/camera/camera
"""

from __future__ import annotations

import os
from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, NotEqualsSubstitution
from launch_ros.actions import Node

from pose_nodes.ros.topics import CAMERA, POSES, SEGMENTATION

CONFIG = Path(__file__).absolute().parents[1] / "config"

ARGUMENTS = (
    ("objects_file", "", "the objects.yaml that names the meshes to look for; empty: that of params_file"),
    ("camera", "/camera/camera", "prefix of the camera's topics, as the RealSense driver has it"),
    ("segmentation", "segmentation", "topic of the masks (pose_nodes/InstanceSegmentation)"),
    ("target_frame", "", "frame to tell poses in; empty: that of params_file, or the camera's"),
    ("namespace", "", "namespace of the node and of its topics"),
    ("params_file", str(CONFIG / "tracker.yaml"), "parameters of the tracker"),
    ("autostart", "", "configure and activate at once: true or false; empty: as in params_file"),
    (
        "use_sim_time",
        "",
        "take the time from /clock: true or false; always so with a bag; empty: as in params_file, RViz not",
    ),
    ("bag", "", "play this bag, with its clock; empty: none"),
    ("device", "", "where networks are computed: cpu or cuda; empty: as in params_file"),
    ("use_rviz", "false", "show overlay, meshes and frames in RViz"),
    ("log_level", "info", "debug, info, warn, error or fatal"),
    (
        "dds_profile",
        os.environ.get("FASTRTPS_DEFAULT_PROFILES_FILE", str(CONFIG / "fastdds.xml")),
        "Fast DDS profile with shared memory that is large enough for images",
    ),
)

PARAMETERS = {
    "objects_file": "objects_file",
    "target_frame": "frames.target_frame",
    "device": "tracker.device",
}
"""What arguments are called as parameters of the node."""
SWITCHES = ("autostart", "use_sim_time")


def generate_launch_description() -> LaunchDescription:
    """The arguments, the tracker and, if asked for, a bag and RViz."""
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=value, description=text)
                for name, value, text in ARGUMENTS
            ),
            SetEnvironmentVariable("FASTRTPS_DEFAULT_PROFILES_FILE", LaunchConfiguration("dds_profile")),
            OpaqueFunction(function=tracker),
            ExecuteProcess(
                cmd=["ros2", "bag", "play", LaunchConfiguration("bag"), "--clock"],
                condition=IfCondition(NotEqualsSubstitution(LaunchConfiguration("bag"), "")),
                output="screen",
            ),
            OpaqueFunction(function=rviz, condition=IfCondition(LaunchConfiguration("use_rviz"))),
        ]
    )


def tracker(context: LaunchContext) -> list[Node]:
    """The tracker, with the parameters that were given on top of the parameter file."""

    def value(name: str) -> str:
        return LaunchConfiguration(name).perform(context)

    camera = value("camera").rstrip("/")
    return [
        Node(
            package="pose_nodes",
            executable="tracker_node",
            name="tracker_node",
            namespace=value("namespace"),
            parameters=[value("params_file"), *filter(None, [given_parameters(context)])],
            remappings=[
                *((name, f"{camera}/{name}") for name in CAMERA),
                (SEGMENTATION, value("segmentation")),
            ],
            arguments=["--ros-args", "--log-level", value("log_level")],
            output="screen",
        )
    ]


def given_parameters(context: LaunchContext) -> dict[str, str | bool]:
    """The parameters of arguments that are not empty; all others are left to the parameter file."""
    names = {**PARAMETERS, **{name: name for name in SWITCHES}}
    texts = {name: LaunchConfiguration(name).perform(context) for name in names}
    given: dict[str, str | bool] = {
        names[name]: is_true(text) if name in SWITCHES else text for name, text in texts.items() if text
    }
    return {**given, "use_sim_time": True} if uses_sim_time(context) else given


def rviz(context: LaunchContext) -> list[Node]:
    """RViz with the topics of the tracker, whatever its namespace."""
    namespace = LaunchConfiguration("namespace").perform(context).strip("/")
    topics = [f"/{name}" for name in (POSES, "tracker_node/markers", "tracker_node/overlay")]
    return [
        Node(
            package="rviz2",
            executable="rviz2",
            arguments=["-d", str(CONFIG / "tracker.rviz")],
            parameters=[{"use_sim_time": uses_sim_time(context)}],
            remappings=[(topic, f"/{namespace}{topic}") for topic in topics] if namespace else [],
        )
    ]


def uses_sim_time(context: LaunchContext) -> bool:
    """Whether the arguments say that the time comes from /clock: that of a bag always does."""
    bag, use_sim_time = (LaunchConfiguration(name).perform(context) for name in ("bag", "use_sim_time"))
    return bool(bag) or is_true(use_sim_time)


def is_true(text: str) -> bool:
    """Whether the text of a switch says yes."""
    return text.lower() in ("true", "1")
