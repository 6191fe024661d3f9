"""The section on one object's update: all of its time, and that of its stages."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_update import FILTER, Updates, measure_updates, update_tables
from pose_nodes.commands.bench_videos import VideoPlan
from pose_nodes.geometry.camera import PinholeCamera

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")

VIDEO = VideoPlan(
    "hand-held",
    (("generic_blob", 903),),
    0.5,
    PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240),
    rate_hz=10.0,
)


def test_an_object_is_followed_from_its_true_pose_without_a_cold_start(tmp_path):
    (updates,) = measure_updates([], tmp_path, VIDEO)
    value = updates.plain()
    assert (value["recording"], value["object"]) == ("synthetic, hand-held", "generic_blob_903")
    assert (value["updates"], value["starts"], value["tracking"]) == (4, 1, 1.0)
    assert 0 < value["median"] <= value["p95"] < 1
    assert 1e-4 < value["icp"] < 1
    assert {"points", "registration", "evidence", "covariance", FILTER} <= set(value["stages"])
    assert all(seconds >= 0 for seconds in value["stages"].values())


def test_stages_are_medians_over_all_updates_and_a_rare_one_counts_as_nothing():
    stages = [{"points": 1e-3, FILTER: 1e-4}] * 2 + [{"points": 3e-3, "search": 1.0, FILTER: 1e-4}]
    updates = Updates("desk", "cube", [0.002, 0.004, 0.003], stages, tracking=2, starts=1, icp=0.002)
    assert updates.median_stages() == {"points": 1e-3, FILTER: 1e-4, "search": 0.0}
    whole, profile = update_tables([updates])
    assert whole.rows == (("desk", "cube", "3", "66.7 %", "3.00", "3.90", "2.00", "1.50"),)
    assert profile.headers == ("recording", "object", "points", "search", FILTER)
    assert profile.rows == (("desk", "cube", "1.00", "0.00", "0.10"),)


def test_an_object_that_is_never_seen_has_no_figures_but_a_row():
    whole, _ = update_tables([Updates("desk", "cube")])
    assert whole.rows[0][2:] == ("0", *"-----")
    value = Updates("desk", "cube").plain()
    assert np.isnan(value["median"]) and (value["updates"], value["stages"]) == (0, {})


def test_it_is_a_section_of_bench():
    assert "update" in SECTIONS
