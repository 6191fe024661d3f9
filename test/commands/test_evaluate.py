"""evaluate looks for the targets of a data set and scores what it found, and what others found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.demo_data import BUNNY
from pose_nodes.sequences.bop_results import HEADER, read_results
from pose_nodes.synthetic.datasets.workers import Workers


def poses(path: Path) -> np.ndarray:
    """Score and pose of each line of a result file, but not its time."""
    return np.array([[result.score, *result.T_camera_object.ravel()] for result in read_results(path)])


@pytest.fixture(scope="module")
def folder(short_scene, tmp_path_factory) -> Path:
    """Three images of the bunny as a data set of that name."""
    folder = tmp_path_factory.mktemp("data") / "bunny"
    short_scene(0, 1, 6).rename(folder)
    return folder


@pytest.mark.slow
def test_targets_are_found_scored_and_written_and_the_same_comes_from_another_number_of_workers(
    command, folder, tmp_path, strict_json
):
    out = tmp_path / "out"
    words = ("evaluate", folder, "--every", 2, "--out", out)
    answer = command(*words, "--workers", 2)
    assert (answer.code, answer.err) == (0, "")
    assert "bunny, test: 2 images, every 2nd; visible masks" in answer.out
    value = strict_json(out / "scores.json")
    assert value["title"].endswith("; visible masks (mask_visib/); best poses, verified or not")
    (ours,) = value["results"]
    assert (ours["method"], ours["object"]) == ("pose-nodes", "bunny")
    assert (ours["targets"], ours["ar_mssd"], ours["add"]) == (2, 1.0, 1.0) and ours["ar_vsd"] > 0.9
    assert (ours["cold_starts"]["attempts"], ours["cold_starts"]["right"]) == (2, 1.0)
    assert value["seconds_per_image"]["pose-nodes"] > 0
    lines = (out / "pose-nodes_bunny-test.csv").read_text().splitlines()
    assert lines[0] == HEADER and [line.split(",")[:3] for line in lines[1:]] == [
        ["1", "0", "1"],
        ["1", "6", "1"],
    ]
    before = poses(out / "pose-nodes_bunny-test.csv")

    records = (out / "attempts.jsonl").read_text().splitlines(keepends=True)
    (out / "attempts.jsonl").write_text("".join(records[:2]))
    assert command(*words, "--workers", 1, "--resume").code == 0
    assert np.array_equal(poses(out / "pose-nodes_bunny-test.csv"), before)
    assert strict_json(out / "scores.json")["results"][0]["found"] == ours["found"]


def test_the_results_of_others_are_scored_and_an_image_that_they_miss_counts(
    command, folder, tmp_path, strict_json
):
    true = json.loads((folder / "test" / "000001" / "scene_gt.json").read_text())
    lines = [
        f"1,{image},1,1.0,{numbers(true[image][0]['cam_R_m2c'])},{numbers(true[image][0]['cam_t_m2c'])},{time}"
        for image, time in (("0", 2.0), ("6", 4.0))
    ]
    file = tmp_path / "others_bunny-test.csv"
    file.write_text("\n".join([HEADER, *lines]))
    answer = command("evaluate", folder, "--results", file, "--workers", 1, "--out", tmp_path / "out")
    assert (answer.code, answer.err) == (0, "")
    value = strict_json(tmp_path / "out" / "scores.json")
    (row,) = value["results"]
    assert (row["method"], row["targets"]) == ("others", 3)
    assert [row[key] for key in ("ar", "ar_vsd", "ar_mssd", "ar_mspd", "add")] == pytest.approx([2 / 3] * 5)
    assert "cold_starts" not in row and value["seconds_per_image"] == {"others": 3.0}


def test_the_title_names_the_folder_of_masks_with_hidden_parts(command, short_scene, tmp_path):
    folder = short_scene(0)
    (folder / "test" / "000001" / "mask_visib").rename(folder / "test" / "000001" / "mask")
    answer = command("evaluate", folder, "--features", "fpfh", "--workers", 1, "--out", tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert "; true masks (mask/); best poses" in answer.out


def test_resume_does_not_go_on_with_other_masks_of_the_same_name(command, folder, tmp_path):
    masks, out = tmp_path / "masks.json", tmp_path / "out"
    masks.write_text("[]")
    words = ("evaluate", folder, "--features", "fpfh", "--masks", masks, "--workers", 1, "--out", out)
    assert command(*words).code == 0
    assert command(*words, "--resume").code == 0
    masks.write_text("[ ]")
    answer = command(*words, "--resume")
    assert answer.is_one_sentence()
    assert "made with other settings (masks_sha256)" in answer.err


def test_the_title_tells_that_no_symmetries_are_known(command, folder, tmp_path, strict_json):
    bare = tmp_path / "bare"
    for name in ("models", "test"):
        (bare / name).mkdir(parents=True)
    (bare / "models" / "obj_000001.ply").symlink_to(BUNNY / "models" / "obj_000001.ply")
    (bare / "test" / "000001").symlink_to(folder / "test" / "000001")
    results = tmp_path / "none_bare-test.csv"
    results.write_text(HEADER + "\n")
    answer = command("evaluate", bare, "--results", results, "--workers", 1, "--out", tmp_path / "out")
    assert (answer.code, answer.err) == (0, "")
    assert "no models_info.json: symmetries of 1 objects unknown" in answer.out
    assert strict_json(tmp_path / "out" / "scores.json")["symmetries_unknown"] == ["obj_000001"]


def test_the_title_tells_how_many_targets_are_of_the_objects_that_are_named(
    command, folder, tmp_path, strict_json
):
    asked = [{"scene_id": 1, "im_id": 0, "obj_id": i, "inst_count": n} for i, n in ((1, 1), (2, 3))]
    (tmp_path / "targets.json").write_text(json.dumps(asked))
    (tmp_path / "none_bunny-test.csv").write_text(HEADER + "\n")
    words = ("--targets", tmp_path / "targets.json", "--results", tmp_path / "none_bunny-test.csv")
    answer = command("evaluate", folder, *words, "--workers", 1, "--out", tmp_path / "out")
    assert (answer.code, answer.err) == (0, "")
    assert "bunny, test: 1 images; 1 of 4 targets" in answer.out
    value = strict_json(tmp_path / "out" / "scores.json")
    assert (value["targets"], value["targets_asked"]) == (1, 4)


def numbers(values: list[float]) -> str:
    return " ".join(map(repr, values))


@pytest.mark.slow
def test_ctrl_c_leaves_what_was_found_and_resume_goes_on(command, tmp_path):
    out = tmp_path / "out"
    words = ["evaluate", BUNNY, "--seeds", 9, "--workers", 2, "--out", out]
    process = subprocess.Popen(
        [sys.executable, "-m", "pose_nodes", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    records = out / "attempts.jsonl"
    while process.poll() is None and (not records.is_file() or records.read_text().count("\n") < 3):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume goes on from there" in said and "Traceback" not in complaint
    found = records.read_text().splitlines()[1:]
    assert len(read_results(out / "pose-nodes_bunny-test_seed0.csv")) == len(found) >= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "DATASET"),
        (("/nowhere",), "/nowhere: no such folder"),
        ((BUNNY, "--every", "0"), "--every"),
        ((BUNNY, "--seeds", "x"), "--seeds"),
        ((BUNNY, "--workers", "0"), "--workers"),
        ((BUNNY, "--features", "sift"), "'sift'"),
        ((BUNNY, "--features", "fpfh", "--weights", "w.safetensors"), "the features fpfh have none"),
        ((BUNNY, "--features", "fpfh", "--visual-weights", "v.pth"), "do not look at colour"),
        ((BUNNY, "--weights", "/none.safetensors", "--workers", "1"), "/none.safetensors"),
        ((BUNNY, "--features", "dgedi", "--device", "tpu", "--workers", "1"), "device 'tpu'"),
        ((BUNNY, "--split", "val"), "no split 'val'"),
        ((BUNNY, "--targets", "/none.json"), "/none.json"),
        ((BUNNY, "--objects", "/none.yaml"), "/none.yaml"),
        ((BUNNY, "--masks", "/none.json"), "/none.json"),
        ((BUNNY, "--results", "/none.csv"), "/none.csv"),
        ((BUNNY, "--results", "/none.csv", "--baseline"), "leave out --baseline"),
        ((BUNNY, "--method", "plain"), "'plain' is the name of the baseline"),
        ((BUNNY, "--method", "a_b"), "letters, digits and hyphens"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(command, words, said, tmp_path):
    answer = command("evaluate", *words, *(("--out", tmp_path) if words else ()))
    assert answer.is_one_sentence()
    assert said in answer.err


def test_what_a_worker_process_refuses_is_one_sentence_too(command, short_scene, tmp_path):
    folder = short_scene(0)
    (folder / "test" / "000001" / "mask_visib").unlink()
    answer = command("evaluate", folder, "--workers", 1, "--out", tmp_path)
    assert answer.is_one_sentence()
    assert "mask_visib" in answer.err


def test_one_worker_may_be_a_process_of_its_own():
    with Workers(1, one_is_here=False) as apart, Workers(1) as here:
        assert list(apart.in_order(os.readlink, ["/proc/self"])) != [str(os.getpid())]
        assert list(here.in_order(os.readlink, ["/proc/self"])) == [str(os.getpid())]
