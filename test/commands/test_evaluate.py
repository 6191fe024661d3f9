"""evaluate counts what becomes of cold starts."""

from __future__ import annotations

import shutil

import pytest


def test_cold_starts_of_a_real_image_are_right_and_counted(command, short_scene, tmp_path, strict_json):
    folder = short_scene(0, 1, 6)
    out = tmp_path / "evaluate.json"
    answer = command("evaluate", folder, "--every", 2, "--seeds", 2, "--baseline", "--out", out)
    value = strict_json(out)
    assert (answer.code, answer.err) == (0, "")
    ours, plain = value["results"]
    assert (ours["method"], plain["method"]) == ("pose_nodes", "plain")
    assert ours["object"] == "bunny"
    assert [(start["image_id"], start["seed"]) for start in ours["cold_starts"]] == [
        (0, 0),
        (6, 0),
        (0, 1),
        (6, 1),
    ]
    assert (ours["attempts"], ours["right"], ours["wrong"]) == (4, 1.0, 0.0)
    assert ours["right"] >= plain["right"] and plain["absent"] == 0.0
    assert ours["seconds"]["total"] > 0 and set(plain["seconds"]) == {"features", "ransac", "icp", "total"}
    assert "100.0 %" in answer.out


def test_a_recording_without_masks_cannot_be_evaluated(command, short_scene, tmp_path):
    folder = short_scene(0)
    (folder / "test" / "000001" / "mask_visib").unlink()
    answer = command("evaluate", folder, "--out", tmp_path / "evaluate.json")
    assert answer.is_one_sentence()
    assert "mask_visib" in answer.err


def test_one_objects_file_serves_one_recording(command, short_scene):
    folder = short_scene(0)
    answer = command("evaluate", folder, folder, "--objects", folder / "objects.yaml")
    assert answer.is_one_sentence()
    assert "--objects" in answer.err


@pytest.mark.parametrize(
    "words", [(), ("/nowhere",), ("/nowhere", "--every", "0"), ("/nowhere", "--seeds", "x")]
)
def test_bad_input_is_refused_in_one_sentence(command, words):
    assert command("evaluate", *words).is_one_sentence()


def test_a_recording_whose_image_is_missing_is_refused_with_its_name(command, short_scene, tmp_path):
    folder = short_scene(0)
    depth = folder / "test" / "000001" / "depth"
    shutil.copytree(depth, tmp_path / "depth")
    (tmp_path / "depth" / "000000.png").unlink()
    depth.unlink()
    depth.symlink_to(tmp_path / "depth")
    answer = command("evaluate", folder, "--out", tmp_path / "evaluate.json")
    assert answer.is_one_sentence()
    assert "000000.png" in answer.err
