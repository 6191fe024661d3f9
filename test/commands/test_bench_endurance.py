"""A tracker that runs on takes no more threads and handles, and its memory is told."""

from __future__ import annotations

import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_endurance import Endurance, Load, endurance_table, measure_endurance
from pose_nodes.commands.bench_videos import VideoPlan
from pose_nodes.geometry.camera import PinholeCamera

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")

VIDEO = VideoPlan(
    "hand-held", (("generic_blob", 903),), 0.5, PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
)


def test_threads_and_handles_stay_as_many_as_they_were(tmp_path):
    measured = measure_endurance(6.0, tmp_path, VIDEO)
    assert 6.0 <= measured.seconds < 12.0 and measured.frames >= 60
    assert 0 < measured.processed <= measured.frames
    assert measured.cold_starts >= 1 and measured.tracking > 0.0  # more, where it is found soon
    # From the third look on: the first cold start has loaded what it needs.
    threads = [load.threads for load in measured.loads[2:]]
    handles = [load.handles for load in measured.loads[2:]]
    assert max(threads) <= threads[0] and max(handles) <= handles[0]


def test_growth_is_told_from_the_second_tenth_to_the_last():
    # A peak at the start is the warm-up; one look that is off counts as nothing.
    megabytes = [500.0, 900.0, *[400.0] * 4, 450.0, *[410.0] * 8, 440.0, *[420.0] * 4]
    loads = tuple(Load(each, 7, 20) for each in megabytes)
    measured = Endurance(20.0, loads, 600, 599, 0.97, 2)
    assert measured.memory_growth == pytest.approx(0.05)
    assert measured.plain()["warm"] == {"resident_mb": 400.0, "threads": 7, "handles": 20}
    (row,) = endurance_table(measured).rows
    assert row == ("20", "599 of 600", "97.0 %", "2", "400 -> 420", "900", "5.0 %", "7 -> 7", "20 -> 20")


def test_it_is_a_section_of_bench():
    assert "endurance" in SECTIONS
