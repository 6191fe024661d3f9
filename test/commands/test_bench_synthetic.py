"""Frames of the synthetic world are timed."""

from __future__ import annotations

import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_synthetic import FAMILIES, frames_table, measure_frames


def test_each_kind_of_frame_has_its_time_and_rate():
    section = measure_frames(views=2, families=("bottle", "generic_plate"))
    assert (section["objects"], section["views"], section["width"], section["height"]) == (2, 2, 640, 480)
    exact, depth, color, both = section["frames"]
    assert 0 < exact["core_seconds"] < min(depth["core_seconds"], color["core_seconds"])
    assert max(depth["core_seconds"], color["core_seconds"]) < both["core_seconds"]
    assert exact["per_core_second"] == pytest.approx(1 / exact["core_seconds"])
    assert [row[0] for row in frames_table(section).rows] == [frame["kind"] for frame in section["frames"]]


def test_it_is_a_section_of_bench_of_ten_objects():
    assert "synthetic" in SECTIONS and len(set(FAMILIES)) == 10
