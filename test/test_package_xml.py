"""What the code imports from ROS is what package.xml depends on."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ROOT = ElementTree.parse(REPOSITORY / "package.xml").getroot()
FILES = [path for folder in ("pose_nodes", "launch") for path in sorted((REPOSITORY / folder).rglob("*.py"))]

# The package that brings a module, where its name is another.
PACKAGES = {"tf2_ros": "tf2_ros_py"}
ROS_MODULES = {
    "rclpy", "launch", "launch_ros", "ament_index_python", "rosidl_runtime_py",
    "tf2_ros", "message_filters", "cv_bridge", "tf_transformations", "diagnostic_updater",
    "builtin_interfaces", "rcl_interfaces", "std_srvs",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """First parts of the names of all modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def ros_packages(path: Path) -> set[str]:
    found = {name for name in imported(path) if name in ROS_MODULES or name.endswith("_msgs")}
    return {PACKAGES.get(name, name) for name in found}


def declared(*kinds: str) -> set[str]:
    return {element.text or "" for kind in kinds for element in ROOT.iter(kind)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_what_is_imported_is_declared(path):
    assert ros_packages(path) <= declared("depend", "exec_depend")


def test_what_messages_are_made_of_is_declared():
    texts = [
        path.read_text(encoding="utf-8")
        for path in REPOSITORY.glob("*/*.*")
        if path.suffix in (".msg", ".srv")
    ]
    types = {
        line.split()[0] for text in texts for line in text.splitlines() if "/" in line and line[0] not in "#-"
    }
    assert {name.split("/")[0] for name in types} - {"pose_nodes"} == declared("depend")


def test_the_licence_file_is_there():
    licence = ROOT.find("license")
    assert licence.text == "Apache-2.0"
    assert "Apache License" in (REPOSITORY / licence.get("file")).read_text(encoding="utf-8")
