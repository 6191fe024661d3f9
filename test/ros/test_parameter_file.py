"""The parameter files of config/ and the configuration classes say the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import yaml

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.core.config import from_mapping, group, option
from pose_nodes.ros.parameter_file import render_parameter_file
from tools.parameter_files import HEADINGS, render_all

pytestmark = pytest.mark.ros


@dataclass(frozen=True)
class Inner:
    tiny: float = option(1e-7, "a small number", minimum=0.0)
    text: str = option('say "hi" \\ bye', "quotes and a backslash")


@dataclass(frozen=True)
class Outer:
    count: int = option(3, "how many of them there are, told at such a length that it needs more lines " * 3)
    inner: Inner = group(Inner, "details")


def test_every_value_reads_back_with_its_type():
    parameters = yaml.safe_load(render_parameter_file(Outer, "heading"))["/**"]["ros__parameters"]
    assert from_mapping(Outer, parameters) == Outer()
    assert isinstance(parameters["inner"]["tiny"], float)


def test_comments_tell_help_and_range_in_lines_of_bearable_length():
    text = render_parameter_file(Outer, "heading")
    assert text.startswith("# heading\n/**:\n")
    assert "# a small number (at least 0)" in text
    assert max(map(len, text.splitlines())) <= 110


def test_the_files_in_config_are_those_of_the_classes():
    for path, text in render_all().items():
        assert path.read_text() == text, f"{path.name} is out of date: run python tools/parameter_files.py"


@pytest.mark.parametrize("name", HEADINGS)
def test_the_files_are_valid_configurations_at_their_defaults(name):
    cls, _ = HEADINGS[name]
    (path,) = [path for path in render_all() if path.name == name]
    assert from_mapping(cls, yaml.safe_load(path.read_text())["/**"]["ros__parameters"]) == cls()
