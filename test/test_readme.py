"""What the README says can be typed, works, and what it points at is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"<!-- tested -->\n```(\w+)\n(.*?)```", README, re.DOTALL)
DOCUMENTS = ["README.md", *(f"docs/{path.name}" for path in sorted((REPOSITORY / "docs").glob("*.md")))]


def test_some_snippets_are_tested():
    assert {language for language, _ in SNIPPETS} == {"bash", "python"}


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippets_run(number, tmp_path):
    language, text = SNIPPETS[number]
    (tmp_path / "pose_nodes").symlink_to(REPOSITORY / "pose_nodes")
    # The `python` of a snippet is the one that runs this test.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    program = ["bash", "-euc", text] if language == "bash" else [sys.executable, "-c", text]
    done = subprocess.run(
        program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    folder = (REPOSITORY / document).parent
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (folder / target).exists()] == []


def test_the_commands_of_the_readme_exist():
    from pose_nodes.__main__ import COMMANDS

    named = set(re.findall(r"python -m pose_nodes (\w+)", README))
    assert named and named <= set(COMMANDS)
    table = README.split("| command | does |")[1].split("\n\n")[0]
    assert all(f"`{name}" in table for name in COMMANDS)


def test_every_topic_of_the_library_is_in_the_readme():
    from pose_nodes.ros import topics

    names = [value for name, value in vars(topics).items() if name.isupper() and isinstance(value, str)]
    assert [name for name in names if f"`{name}`" not in README] == []


def test_the_section_on_ros_installs_what_the_usual_descriptor_needs():
    section = README.split("## In a ROS 2 workspace")[1].split("\n### ")[0]
    installed = re.findall(r"^pip install --break-system-packages (.*?) *(?:#|$)", section, re.MULTILINE)
    assert {"open3d", "trimesh", "rich", "torch", "safetensors"} <= set(" ".join(installed).split())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nobody_is_told_to_install_the_package_from_an_index_where_it_is_not(document):
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    assert re.findall(r"pip install '?pose_nodes", text) == []
