"""track follows the objects of a recording and leaves poses, a summary and pictures."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.commands.pose_table import EVIDENCE, HEADER
from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_scene import BopScene

FRAMES = (0, 1, 2, 3, 4, 5)


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "poses.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scene(short_scene) -> Path:
    return short_scene(*FRAMES)


@pytest.fixture(scope="module")
def tracked(scene, tmp_path_factory) -> Path:
    """What tracking the first images at 10 Hz leaves behind."""
    from pose_nodes.__main__ import main

    out = tmp_path_factory.mktemp("track")
    words = ["track", str(scene), "--rate", "10", "--overlay-every", "3", "--seed", "2", "--out", str(out)]
    assert main(words) == 0
    return out


def test_every_frame_has_its_tracks(tracked):
    rows = rows_of(tracked)
    assert tuple(rows[0]) == HEADER
    assert {int(row["frame"]) for row in rows} == set(FRAMES)
    assert {row["class"] for row in rows} == {"bunny"}
    assert [float(row["stamp"]) for row in rows] == pytest.approx([0.1 * int(row["frame"]) for row in rows])


def test_the_poses_are_those_of_the_recording(tracked):
    recording = BopScene(BUNNY_SCENE)
    rows = [row for row in rows_of(tracked) if row["state"] == "TRACKING"]
    assert len(rows) >= len(FRAMES) - 1
    for row in rows:
        T = se3.from_quaternion_xyzw(
            [float(row[key]) for key in ("qx", "qy", "qz", "qw")], [float(row[key]) for key in "xyz"]
        )
        metres, radians = se3.difference(T, recording[int(row["image_id"])].truths[0].T_camera_object)
        assert metres < 0.005 and radians < np.deg2rad(5)
        assert float(row["error_translation"]) == pytest.approx(metres, abs=1e-6)
        assert all(float(row[key] or "nan") <= 1 for key in EVIDENCE if row[key])


def test_the_summary_tells_errors_starts_and_losses(tracked, strict_json):
    summary = strict_json(tracked / "summary.json")
    bunny = summary["objects"]["bunny"]
    assert (summary["frames"], summary["tracked_frames"], summary["interrupted"]) == (6, 6, False)
    assert bunny["frames"] == 6 and bunny["within"] >= 5 / 6 and bunny["wrong"] == 0.0
    assert (bunny["cold_starts"], bunny["times_lost"]) == (1, 0)
    assert bunny["translation_median"] < 0.005 and bunny["rotation_median"] < np.deg2rad(5)
    assert summary["seconds_per_frame"]["median"] > 0


def test_pictures_are_taken_as_often_as_asked(tracked):
    assert sorted(path.name for path in (tracked / "overlays").iterdir()) == ["000000.jpg", "000003.jpg"]


def test_the_same_seed_gives_the_same_poses(command, scene, tracked, tmp_path):
    answer = command("track", scene, "--rate", 10, "--overlay-every", 0, "--seed", 2, "--out", tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert not (tmp_path / "overlays").exists()
    names = ("frame", "track", "state")
    numbers = ("x", "y", "z", "qx", "qy", "qz", "qw", "score")
    for row, other in zip(rows_of(tracked), rows_of(tmp_path), strict=True):
        assert [row[key] for key in names] == [other[key] for key in names]
        first, second = ([float(each[key] or 0) for key in numbers] for each in (row, other))
        assert first == pytest.approx(second, abs=1e-6)


def test_one_first_mask_suffices(command, scene, tmp_path, strict_json):
    command("track", scene, "--rate", 10, "--masks", "first", "--overlay-every", 0, "--out", tmp_path)
    assert strict_json(tmp_path / "summary.json")["objects"]["bunny"]["cold_starts"] == 1


def test_a_recording_without_true_poses_is_tracked_without_errors(
    command, short_scene, tmp_path, strict_json
):
    folder = short_scene(0, 1)
    for name in ("scene_gt.json", "scene_gt_info.json"):
        (folder / "test" / "000001" / name).unlink()
    answer = command("track", folder, "--overlay-every", 0, "--out", tmp_path)
    assert answer.code == 0
    assert strict_json(tmp_path / "summary.json")["tracked_frames"] == 2


INTERRUPTED = """
import os, signal, sys
from pose_nodes.{module} import {owner}
from pose_nodes.__main__ import main

asked, calls = {owner}.{method}, []

def interrupt(*words):
    calls.append(words)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.{name})
    return asked(*words)

{owner}.{method} = interrupt
sys.exit(main(sys.argv[1:]))
"""
"""The command line, which gets a signal in the third call of a method."""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("module", "owner", "method", "frames"),
    [
        # While the third frame is tracked, which is not told any more.
        ("tracking.tracker", "Tracker", "update", 2),
        # While it is written, which is done to its end.
        ("commands.pose_table", "PoseTable", "add", 3),
    ],
)
def test_an_interruption_leaves_what_was_done_and_a_summary(
    scene, tmp_path, strict_json, module, owner, method, frames, name
):
    program = INTERRUPTED.format(module=module, owner=owner, method=method, name=name)
    words = ["track", str(scene), "--overlay-every", "0", "--out", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=120.0, check=False
    )
    assert ended.returncode == 130 and "Traceback" not in ended.stderr, ended.stderr
    summary = strict_json(tmp_path / "summary.json")
    assert summary["interrupted"] is True
    assert summary["tracked_frames"] == frames < summary["frames"]
    assert {int(row["frame"]) for row in rows_of(tmp_path)} == set(range(frames))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("/nowhere",), "no such folder"),
        ((BUNNY_SCENE, "--masks", "some"), "every:N"),
        ((BUNNY_SCENE, "--rate", "0"), "positive"),
        ((BUNNY_SCENE, "--objects", "/nowhere.yaml"), "/nowhere.yaml"),
        ((BUNNY_SCENE, "--seed", "x"), "whole number"),
        ((BUNNY_SCENE, "--out", "/dev/null/out"), "cannot be written"),
        ((BUNNY_SCENE.parents[3],), "holds"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(command, words, named):
    answer = command("track", *words)
    assert answer.is_one_sentence(), answer
    assert named in answer.err


def test_an_objects_file_that_names_no_object_of_the_scene_is_refused(command, tmp_path):
    file = tmp_path / "objects.yaml"
    file.write_text("objects: {mug: {mesh: mug.ply}}")
    answer = command("track", BUNNY_SCENE, "--objects", file)
    assert answer.is_one_sentence()
    assert "obj_000001" in answer.err
