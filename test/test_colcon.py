"""The package as a ROS workspace builds and installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.ros_wheels.environment import REPOSITORY, ros_is_installed

pytest.importorskip("rclpy", reason="needs ROS 2")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("colcon") is None, reason="needs colcon: run `make setup`"),
]

NOT_COPIED = (
    ".git",
    ".venv",
    "out",
    "build",
    "install",
    "log",
    "dist",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)
DROP_MISSING_INCLUDES = REPOSITORY / "tools" / "ros_wheels" / "interfaces" / "drop_missing_includes.cmake"


def build(workspace: Path, *options: str) -> Path:
    """Builds a copy of the package in ``workspace`` with colcon; returns the install space."""
    # A copy: CMake refuses to export paths into the source tree, and .venv lies there.
    shutil.copytree(REPOSITORY, workspace / "src" / "pose_nodes", ignore=shutil.ignore_patterns(*NOT_COPIED))
    settings = ["-DBUILD_TESTING=OFF", f"-DPython3_EXECUTABLE={sys.executable}"]
    if not ros_is_installed():
        settings.append(f"-DCMAKE_PROJECT_INCLUDE={DROP_MISSING_INCLUDES}")
    command = ["colcon", "build", "--event-handlers", "console_direct+", *options, "--cmake-args", *settings]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return workspace / "install"


@pytest.fixture(scope="module", params=[(), ("--symlink-install",)], ids=["copied", "symlinked"])
def install(request, tmp_path_factory) -> Path:
    """An install space, with files copied or linked."""
    return build(tmp_path_factory.mktemp("workspace"), *request.param)


@pytest.mark.parametrize(
    "path", ["package.xml", "launch", "config", "msg/TrackedObject.msg", "srv/Reset.srv", "srv/AddObject.srv"]
)
def test_shared_files_are_installed(install, path):
    assert (install / "pose_nodes" / "share" / "pose_nodes" / path).exists()


def test_all_configuration_is_installed(install):
    share = install / "pose_nodes" / "share" / "pose_nodes"
    for folder in ("config", "launch"):
        source = install.parent / "src" / "pose_nodes" / folder
        assert {path.name for path in (share / folder).iterdir()} == {path.name for path in source.iterdir()}


@pytest.mark.parametrize("name", ["tracker_node", "player_node", "check_node"])
def test_nodes_are_executable(install, name):
    assert os.access(install / "pose_nodes" / "lib" / "pose_nodes" / name, os.X_OK)


@pytest.mark.parametrize(
    ("module", "attribute"),
    [
        ("pose_nodes", "__version__"),
        ("pose_nodes.core", "__doc__"),
        ("pose_nodes.msg", "TrackedObjectArray"),
        ("pose_nodes.srv", "Reset"),
        ("training", "__doc__"),
    ],
)
def test_modules_come_from_the_install_space(install, module, attribute):
    """Each is found where the install space puts it, though the source tree is on the path as well."""
    script = f"import {module} as found; assert found.{attribute}; print(found.__file__)"
    command = f"source {install}/setup.bash && cd / && '{sys.executable}' -c '{script}'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(install / "pose_nodes")
