"""Track a recorded object: player, tracker and RViz.

    ros2 launch pose_nodes demo.launch.py

Without arguments it plays the bunny that comes with the package.
"""

from __future__ import annotations

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.ros.topics import CAMERA

HERE = Path(__file__).absolute().parent
CONFIG = HERE.parent / "config"

ARGUMENTS = (
    ("folder", str(BUNNY_SCENE), "the BOP scene to play, such as dataset/test/000001"),
    ("objects_file", str(BUNNY_OBJECTS), "the objects.yaml that names its meshes"),
    ("rate", "10.0", "images per second"),
    ("loop", "true", "begin anew at the end"),
    ("camera", "/camera/camera", "prefix of the topics to play on"),
    ("namespace", "", "namespace of the nodes and of their topics"),
    ("use_rviz", "true", "show overlay, meshes and frames in RViz"),
    ("log_level", "info", "debug, info, warn, error or fatal"),
)


def generate_launch_description() -> LaunchDescription:
    """The arguments, the tracker's launch file and the player."""
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=value, description=text)
                for name, value, text in ARGUMENTS
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(HERE / "tracker.launch.py")),
                launch_arguments={
                    name: LaunchConfiguration(name)
                    for name in ("objects_file", "camera", "namespace", "use_rviz", "log_level")
                }.items(),
            ),
            player(),
        ]
    )


def player() -> Node:
    """The recording, played on the camera's topics as soon as the tracker listens."""
    camera = LaunchConfiguration("camera")
    return Node(
        package="pose_nodes",
        executable="player_node",
        name="player_node",
        namespace=LaunchConfiguration("namespace"),
        parameters=[
            str(CONFIG / "player.yaml"),
            {
                "folder": ParameterValue(LaunchConfiguration("folder"), value_type=str),
                "rate": ParameterValue(LaunchConfiguration("rate"), value_type=float),
                "loop": ParameterValue(LaunchConfiguration("loop"), value_type=bool),
                "publish_truth": True,
                "wait_for_subscribers": 1,
            },
        ],
        remappings=[(name, [camera, "/", name]) for name in CAMERA],
        arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        output="screen",
    )
