"""The section on synthetic videos: rendered once, tracked with few masks and with many, told in tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pose_nodes.commands.bench_videos import (
    MASKS,
    OBJECTS,
    SECONDS,
    VideoPlan,
    VideoResult,
    measure_videos,
    rendered,
    video_plans,
    video_section,
    video_tables,
)
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.following import Following
from pose_nodes.synthetic.scenes.tracking_videos import MOTIONS

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")

PLAN = VideoPlan(
    "crossing",
    (("generic_blob", 903),),
    0.2,
    PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240),
    rate_hz=10.0,
)


def test_every_motion_is_shown_with_each_object_and_all_lie_in_clutter():
    plans = video_plans(len(OBJECTS))
    assert set(SECONDS) == {plan.motion for plan in plans} == set(MOTIONS)
    assert len(plans) == (len(MOTIONS) - 1) * len(OBJECTS) + 1 == len({plan.name for plan in plans})
    assert len(video_plans(1)) == len(MOTIONS)


def test_a_video_is_rendered_once_and_again_when_its_description_differs(tmp_path):
    scene = rendered(PLAN, tmp_path)
    assert len(scene) == 2 and len(scene[0].truths) == 3
    assert len({truth.instance_id for truth in scene[1].truths}) == 3
    first = scene.folder / "depth" / "000000.png"
    before = first.stat().st_mtime_ns
    rendered(PLAN, tmp_path)
    assert first.stat().st_mtime_ns == before
    assert len(rendered(replace(PLAN, seconds=0.1), tmp_path)) == 1


def test_a_video_that_was_not_finished_is_rendered_anew(tmp_path):
    scene = rendered(PLAN, tmp_path)
    (tmp_path / PLAN.name / "video.json").unlink()
    (scene.folder / "depth" / "000001.png").unlink()
    assert len(list(rendered(PLAN, tmp_path))) == 2


def test_the_tracker_follows_all_look_alikes(tmp_path):
    results = measure_videos([PLAN], tmp_path, seed=0)
    assert [result.masks for result in results] == list(MASKS)
    for result in results:
        assert (result.following.objects, result.following.frames, len(result.seconds)) == (3, 6, 2)
        assert result.following.right + result.following.left_lost > 0
    entry = video_section(results)[0]
    assert (entry["motion"], entry["object"], entry["masks"]) == (
        "crossing",
        "generic_blob_903",
        "first image",
    )
    assert entry["within"] == results[0].following.within and entry["seconds_per_update"] > 0


def followed(right: int) -> Following:
    return Following(1, 10, right, 6.0 * right, 1, 2, 3, 0, (0.5,) * (10 - right), 1)


def test_tables_pool_the_objects_of_a_motion_and_tell_all_in_the_last_row():
    slow = replace(PLAN, motion="wrist")
    results = [
        VideoResult(plan, masks, followed(right), (0.01, 0.03))
        for masks in MASKS
        for plan, right in ((PLAN, 10), (PLAN, 8), (slow, 9))
    ]
    tables = video_tables(results)
    assert [table.title for table in tables] == [f"Synthetic videos, masks: {masks}" for masks in MASKS]
    for table in tables:
        crossing, wrist, everything = table.rows
        assert crossing == (
            "crossing",
            "2",
            "20",
            "90.0 %",
            "2",
            "0.50",
            "0.50",
            "2",
            "2",
            "4",
            "6",
            "6.0",
            "20",
        )
        assert wrist[:4] == ("wrist", "1", "10", "90.0 %")
        assert everything[:3] == ("all", "3", "30")
