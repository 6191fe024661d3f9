"""The command line as a whole: which commands there are, and how it answers mistakes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pose_nodes import __version__
from pose_nodes.__main__ import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(command, name):
    if name == "check":
        pytest.importorskip("rclpy", reason="needs ROS 2")
    answer = command(name, "--help")
    assert answer.code == 0
    assert f"usage: pose_nodes {name}" in answer.out


def test_the_help_lists_all_commands(command):
    answer = command("--help")
    assert answer.code == 0
    assert all(f"  {name} " in answer.out for name in COMMANDS)


def test_the_version_is_told(command):
    assert command("--version").out == f"pose_nodes {__version__}\n"


@pytest.mark.parametrize("words", [(), ("estimat",), ("--unknown",), ("estimate", "--unknown"), ("track",)])
def test_a_wrong_command_line_is_refused_in_one_sentence(command, words):
    assert command(*words).is_one_sentence()


def test_check_refuses_an_unknown_option_in_one_sentence(command):
    pytest.importorskip("rclpy", reason="needs ROS 2")
    answer = command("check", "--second", "1")
    assert answer.is_one_sentence()
    assert "did you mean --seconds?" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("--camera", "a b"),
        ("--camera", "//x"),
        ("--seconds", "0"),
        ("--seconds", "nan"),
        ("--ros-args", "-p", "x"),
    ],
)
def test_check_refuses_what_ros_cannot_understand_in_one_sentence(command, words):
    pytest.importorskip("rclpy", reason="needs ROS 2")
    assert command("check", *words).is_one_sentence()


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "pose_nodes", "track", "/nowhere"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pose_nodes track: /nowhere: no such folder\n"


def test_where_ros_is_missing_a_sentence_says_how_to_get_it():
    # A module that is None in sys.modules cannot be imported.
    script = (
        "import sys; sys.modules['rclpy'] = None\n"
        "from pose_nodes.__main__ import main; sys.exit(main(['check', '--seconds', '1']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "make setup" in done.stderr
