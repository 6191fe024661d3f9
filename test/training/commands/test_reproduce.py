"""The report from the command line, on pairs and a recording, with and without a teacher."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch", reason="networks need PyTorch")

from pose_nodes.demo_data import BUNNY, BUNNY_OBJECTS
from training.__main__ import main


@pytest.fixture
def run(caches, pool_folder, tiny_weights, tmp_path):
    """Runs the command on two pairs with the tiny student; its exit code."""

    def run(*words) -> int:
        given = [
            "dgedi", "--cache", caches / "held_out", "--pool", pool_folder, "--split", "val", "--pairs", 2,
            "--points", 150, "--every", 100, "--student", tiny_weights / "student.safetensors",
            "--no-times", "--threads", 1, "--out", tmp_path,
        ]  # fmt: skip
        try:
            return main(["reproduce", *map(str, [*given, *words])])
        except SystemExit as end:
            return int(end.code or 0)

    return run


@pytest.fixture
def ablation(tmp_path):
    shares = {"ron": 0.1, "fmr": 0.2, "mutual": 0.3, "seen": 0.4, "recall": 0.5}
    row = {"row": "both-eq1", "supervision": "both", "loss": "eq1", "pairs": 4.0, **shares}
    folder = tmp_path / "ablation"
    folder.mkdir()
    (folder / "ablation.json").write_text(json.dumps({"steps": 300, "rows": [row]}))
    return folder


def report(tmp_path) -> dict:
    return json.loads((tmp_path / "reproduction.json").read_text())


def test_all_three_are_compared_on_all_sets(run, tiny_weights, tmp_path, ablation, capsys):
    words = ["--teacher", tiny_weights / "teacher.safetensors", "--ablation", ablation]
    assert run(*words, "--recording", f"{BUNNY}={BUNNY_OBJECTS}") == 0
    values = report(tmp_path)
    roles = ["fpfh", "teacher", "student"]
    assert [row["role"] for row in values["rows"]] == roles * 2
    assert [row["pairs"] for row in values["rows"]] == [2, 2, 2, 1, 1, 1]
    assert [row["real"] for row in values["rows"]] == [False] * 3 + [True] * 3
    assert [row["role"] for row in values["means"]] == roles
    leads = values["student_less_teacher"]
    assert [(lead["set"], lead["pairs"]) for lead in leads] == [
        ("held_out", 2), ("bunny/000001", 1), ("mean of all data sets", 3)
    ]  # fmt: skip
    assert leads[0]["ar"] is None and leads[1]["ar"] is not None and leads[1]["errors"]["ar"] is None
    assert [row["ar"] is None for row in values["rows"]] == [True] * 3 + [False] * 3
    told = capsys.readouterr().out
    assert all(f"Table {number}: " in told for number in ("I", "II", "III"))
    assert "What differs in the protocol:" in told
    text = (tmp_path / "reproduction.md").read_text()
    assert "| ours | held_out | student | 2 |" in text and "| ours | both | eq1 | 4 | 10.0 % |" in text


def test_what_was_computed_is_not_computed_again(run, tmp_path):
    assert run() == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "scores").glob("*.json")}
    first = report(tmp_path)["rows"]
    assert run() == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "scores").glob("*.json")} == before
    assert len(before) == 2 and report(tmp_path)["rows"] == first
    assert run("--points", 140) == 0
    assert len(list((tmp_path / "scores").glob("*.json"))) == 4


def test_the_textbook_pipeline_is_told_in_the_report_and_has_scores_of_its_own(run, tmp_path):
    assert run() == 0
    assert run("--matches", "nearest", "--search", "open3d") == 0
    assert len(list((tmp_path / "scores").glob("*.json"))) == 4
    assert report(tmp_path)["effort"]["search"] == "open3d"
    text = (tmp_path / "reproduction.md").read_text()
    assert "what is nearest to each point that is seen" in text and "by Open3D's RANSAC" in text


def test_without_a_teacher_its_rows_say_so(run, tmp_path):
    assert run() == 0
    assert [row.get("absent") for row in report(tmp_path)["rows"]] == [None, "no teacher given", None]
    assert report(tmp_path)["student_less_teacher"] == []
    assert "| ours | held_out | teacher | no teacher given |" in (tmp_path / "reproduction.md").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--teacher", "nowhere.safetensors"], "weights 'nowhere.safetensors': there is no such file"),
        (["--student", "nowhere.pth"], "nowhere.pth"),
        (["--cache", "nowhere"], "nowhere/cache.json: is missing; make a cache"),
        (["--pool", "nowhere"], "nowhere/pool.json: is missing; make a pool"),
        (["--split", "train"], "was made of other objects"),
        (["--recording", "nowhere"], "nowhere: no such folder"),
        (["--ablation", "nowhere"], "is missing; run `python -m training ablation --out nowhere`"),
        (["--pairs", "0"], "'0' is not a whole number of at least 1"),
        (["--search", "open3d", "--ranking", "features"], "--search open3d finds one; leave one of them out"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_exit_code_2(run, capsys, words, sentence):
    assert run(*words) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_damaged_weights_are_a_sentence(run, tmp_path, capsys):
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(b"\x00" * 100)
    assert run("--teacher", path) == 2
    assert "damaged, or no safetensors file" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{}", "[]", '{"steps": 3, "rows": [{"row": "both-eq1"}]}'])
def test_a_damaged_ablation_is_a_sentence(run, ablation, capsys, content):
    (ablation / "ablation.json").write_text(content)
    assert run("--ablation", ablation) == 2
    assert "is no report of an ablation; run `python -m training ablation" in capsys.readouterr().err


def test_an_unknown_paper_is_a_sentence(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["reproduce", "gedi"])
    assert "invalid choice: 'gedi'" in capsys.readouterr().err
