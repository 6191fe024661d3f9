"""The ablation from the command line: rows are trained once, scored, and told."""

from __future__ import annotations

import json
import shutil

import pytest

pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("pytorch_lightning", reason="training needs PyTorch Lightning")

from training.__main__ import main
from training.data.cache import CACHE_FILE

QUICK = [
    "run.batch_size=1", "run.checkpoint_steps=1", "data.pieces=1", "data.held_out_points=100",
    "labels.points=150", "labels.reach=0.2", "network.backbone=tiny", "network.dimension=8",
]  # fmt: skip


@pytest.fixture
def run(caches, pool_folder, tiny_store, tmp_path):
    """Runs the command with two steps a row; its exit code."""

    def run(*words, values=()) -> int:
        data = [
            f"data.pool={pool_folder}", f"data.caches={caches / 'model'}",
            f"data.held_out={caches / 'held_out'}", f"store={tiny_store}",
        ]  # fmt: skip
        given = ["--steps", 2, "--threads", 1, "--pairs", 2, "--points", 100, "--out", tmp_path / "ablation"]
        try:
            return main(["ablation", *map(str, [*given, *words]), "--set", *QUICK, *data, *values])
        except SystemExit as end:
            return int(end.code or 0)

    return run


def scored(tmp_path) -> dict:
    return {row["row"]: row for row in json.loads((tmp_path / "ablation/ablation.json").read_text())["rows"]}


def test_rows_are_trained_once_and_those_of_earlier_commands_are_told_again(run, tmp_path, capsys):
    assert run("--only", "both-eq1", "query-mse") == 0
    first = scored(tmp_path)
    assert list(first) == ["query-mse", "both-eq1"] and first["both-eq1"]["pairs"] == 2
    assert run("--only", "query-mse", "target-eq2") == 0
    told = capsys.readouterr().out
    assert "query-mse: is trained already" in told and "target-eq2: 0 of 2 steps are done" in told
    second = scored(tmp_path)
    assert list(second) == ["query-mse", "target-eq2", "both-eq1"]
    assert all(second[name] == first[name] for name in first)
    table = (tmp_path / "ablation" / "ablation.md").read_text()
    assert "after 2 steps each" in table and table.count("not trained") == 9


@pytest.mark.parametrize(
    ("words", "values", "sentence"),
    [
        (["--only", "query"], [], "there is no row 'query'; the rows are query-mse, "),
        ([], ["loss=mse"], "'loss' is what rows differ in; choose rows with --only"),
        ([], ["labels.supervision=both"], "'labels.supervision' is what rows differ in"),
        ([], ["network.dimension=16"], "have 8 numbers, the student's 16; set network.dimension=8"),
        ([], ["store=nowhere"], "store.json: is missing; make a store with "),
        ([], ["data.caches=nowhere"], "nowhere/cache.json: is missing; make a cache"),
        ([], ["data.held_out="], "no cache is named"),
        (["--cache", "nowhere"], [], "nowhere/cache.json: is missing"),
        (["--steps", "0"], [], "'0' is not a whole number of at least 1"),
        ([], ["run.stops=3"], "unknown key 'run.stops'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_exit_code_2(run, capsys, words, values, sentence):
    assert run(*words, values=values) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_an_empty_cache_is_a_sentence(run, caches, tmp_path, capsys):
    empty = tmp_path / "empty"
    shutil.copytree(caches / "model", empty)
    about = json.loads((empty / CACHE_FILE).read_text())
    (empty / CACHE_FILE).write_text(json.dumps({**about, "count": 0}))
    assert run(values=[f"data.caches={empty}"]) == 2
    assert "the cache is not finished" in capsys.readouterr().err


def test_rows_of_other_lengths_do_not_mix(run, capsys):
    assert run("--only", "query-mse") == 0
    assert run("--only", "both-eq1", "--steps", "3") == 2
    assert "'run.steps' was 2, is 3" in capsys.readouterr().err
