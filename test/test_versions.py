"""The version is written in three places."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pose_nodes

REPOSITORY = Path(__file__).resolve().parents[1]


def version_of_project() -> str:
    # Python 3.10 has no reader of TOML.
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^\[project\]$.*?^version = "([^"]+)"$', text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def version_of_ros_package() -> str | None:
    return ElementTree.parse(REPOSITORY / "package.xml").getroot().findtext("version")


def test_package_xml_has_the_version_of_pyproject():
    assert version_of_ros_package() == version_of_project()


def test_the_library_has_the_version_of_pyproject():
    assert pose_nodes.__version__ == version_of_project()
