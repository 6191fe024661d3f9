"""bench counts what becomes of cold starts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pose_nodes.commands.bench_cold_starts import cold_start_table, measure_cold_starts, stage_table
from pose_nodes.commands.cold_starts import Attempt, compared
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.metrics.cold_start import Outcome
from pose_nodes.sequences.bop_scene import BopScene


def test_cold_starts_of_real_images_are_right_and_counted(short_scene):
    scene = BopScene(short_scene(0, 1, 6))
    reports = measure_cold_starts(scene, scene.library(), every=2, seeds=2)
    ours, plain = reports
    assert (ours["method"], plain["method"]) == ("pose_nodes", "plain")
    assert ours["object"] == "bunny"
    started = [(start["image_id"], start["seed"]) for start in ours["cold_starts"]]
    assert started == [(0, 0), (6, 0), (0, 1), (6, 1)]
    assert (ours["attempts"], ours["left_out"], ours["right"], ours["wrong"]) == (4, 0, 1.0, 0.0)
    assert ours["right"] >= plain["right"] and plain["absent"] == 0.0
    assert ours["seconds"]["total"] > 0 and set(plain["seconds"]) == {"features", "ransac", "icp", "total"}
    assert "100.0 %" in cold_start_table(reports).markdown()
    assert "ransac" in stage_table(reports).markdown()


def test_images_whose_depth_contradicts_the_recorded_pose_do_not_count(short_scene):
    folder = short_scene(0, 6)
    truths = folder / "test" / "000001" / "scene_gt.json"
    values = json.loads(truths.read_text())
    values["6"][0]["cam_t_m2c"][2] -= 40.0  # millimetres
    truths.write_text(json.dumps(values))
    scene = BopScene(folder)
    ours, _ = measure_cold_starts(scene, scene.library(), every=1, seeds=1)
    assert [start["image_id"] for start in ours["cold_starts"]] == [0]
    assert (ours["attempts"], ours["left_out"]) == (1, 1)


def test_a_recording_of_which_depth_contradicts_every_pose_cannot_be_measured(short_scene):
    folder = short_scene(0)
    truths = folder / "test" / "000001" / "scene_gt.json"
    values = json.loads(truths.read_text())
    values["0"][0]["cam_t_m2c"][2] -= 40.0  # millimetres
    truths.write_text(json.dumps(values))
    scene = BopScene(folder)
    with pytest.raises(InvalidDatasetError, match="that its depth does not contradict"):
        measure_cold_starts(scene, scene.library(), every=1, seeds=1)


def test_a_recording_without_masks_cannot_be_measured(short_scene):
    folder = short_scene(0)
    (folder / "test" / "000001" / "mask_visib").unlink()
    scene = BopScene(folder)
    with pytest.raises(InvalidDatasetError, match="mask_visib"):
        measure_cold_starts(scene, scene.library(), every=1, seeds=1)


@pytest.mark.parametrize(("is_verified", "outcome"), [(True, Outcome.WRONG), (False, Outcome.ABSENT)])
def test_a_verified_pose_of_an_object_that_is_not_there_is_wrong(die, is_verified, outcome):
    start = compared(Attempt(np.eye(4), is_verified, reason="why"), die, [], 3, 0)
    assert (start.outcome, start.image_id, start.distance, start.error) == (outcome, 3, None, None)
    assert start.reason == ("" if is_verified else "why")


@pytest.mark.parametrize("is_verified", [True, False])
def test_where_nobody_tells_the_true_poses_nothing_is_right_absent_or_wrong(die, is_verified):
    start = compared(Attempt(np.eye(4), is_verified), die, None, 3, 0)
    assert (start.outcome, start.distance, start.error) == (Outcome.UNKNOWN, None, None)
