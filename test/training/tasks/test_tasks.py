"""Each task trains a tiny network from the command line, keeps weights that load, and tells mistakes."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("pytorch_lightning", reason="training needs PyTorch Lightning")
pytest.importorskip("safetensors", reason="weights need safetensors")

import yaml

from pose_nodes.core.config import from_mapping
from pose_nodes.features.learned import WEIGHTS
from pose_nodes.networks.weight_files import load_network
from training.__main__ import main
from training.commands.option_values import read_options
from training.commands.train import PRESET_FOLDER, PRESETS, TASKS
from training.data.cache import write_cache
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.tasks.teacher import TeacherTask, TeacherTraining

SHORT = [
    "run.steps=4", "run.batch_size=2", "run.workers=0", "run.threads=1", "run.validate_steps=2",
    "run.log_steps=1", "run.accelerator=cpu", "data.pieces=2", "data.held_out_points=100",
]  # fmt: skip
STUDENT = ["network.backbone=tiny", "network.dimension=8"]
OPTIONS = {
    "descriptor": [*STUDENT, "matching.points=200", "matching.anchors=32", "optimiser.averaging=0.9"],
    "teacher": ["network.size=tiny", "network.dimension=8", "patches.patches=24"],
    "distil": [*STUDENT, "labels.points=200", "labels.reach=0.2"],
}


@pytest.fixture(scope="module")
def run(caches, pool_folder):
    """Runs a task; its exit code."""

    def run(task: str, folder: Path, *values: str, words: tuple[str, ...] = ()) -> int:
        kind = "views" if task == "teacher" else "model"
        data = [
            f"data.pool={pool_folder}",
            f"data.caches={caches / kind}",
            f"data.held_out={caches / 'held_out'}",
        ]
        given = ["--out", str(folder), *words, "--set", *SHORT, *OPTIONS[task], *data, *values]
        try:
            return main([task, *given])
        except SystemExit as end:
            return int(end.code or 0)

    return run


@pytest.fixture(scope="module")
def teacher(run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    assert run("teacher", folder) == 0
    return folder


@pytest.fixture(scope="module")
def store(teacher, pool_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    weights = teacher / "weights" / "latest.safetensors"
    words = ["--weights", weights, "--pool", pool_folder, "--points", 200, "--out", folder]
    assert main(["teacher-descriptors", *map(str, words)]) == 0
    return folder


@pytest.fixture(scope="module")
def student(run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    assert run("descriptor", folder) == 0
    return folder


def check(folder: Path, task: str) -> None:
    """Weights load, their card tells how they came about, and curves have all steps."""
    network = load_network(folder / "weights" / "latest.safetensors")
    assert not network.training and network.config.dimension == 8
    card = json.loads((folder / "weights" / "latest.json").read_text())
    assert (card["task"], card["steps"], card["samples"]) == (task, 4, 8)
    assert {"ron", "fmr", "mutual", "seen"} <= set(card["validation"])
    assert card["training"]["data.pieces"] == 2
    assert len((folder / "curve.csv").read_text().splitlines()) == 5
    assert len((folder / "validation.csv").read_text().splitlines()) == 3


def test_the_teacher_trains(teacher):
    check(teacher, "teacher")


def test_the_teacher_trains_with_a_softmax_of_all_patches(run, tmp_path):
    assert run("teacher", tmp_path, "contrast=softmax") == 0
    check(tmp_path, "teacher")


def test_where_nearly_nothing_corresponds_the_teacher_learns_nothing_and_goes_on():
    task = TeacherTask(from_mapping(TeacherTraining, {"network.size": "tiny", "network.dimension": 8}))
    network, few = task.build(), np.zeros((1, 3, 32), np.float32)
    batch = {"source_patches": [few, few], "target_patches": [few, few], "apart": [np.eye(1, dtype=bool)] * 2}
    loss = task.loss(network, batch, torch.device("cpu"))
    loss.total.backward()
    assert loss.total.item() == 0.0
    assert all(weights.grad is not None for weights in network.parameters())


def test_the_descriptor_trains(student):
    check(student, "descriptor")


@pytest.mark.parametrize("loss", ["eq1", "eq2", "mse", "huber"])
def test_the_distillation_trains_with_each_loss(run, store, tmp_path, loss):
    assert run("distil", tmp_path, f"store={store}", f"loss={loss}") == 0
    check(tmp_path, "distil")


def test_a_descriptor_learns_from_a_teacher_beside_and_is_kept_without_the_map_into_its_space(
    run, store, tmp_path
):
    teacher = f"teacher.store={store}"
    assert run("descriptor", tmp_path, teacher, "run.steps=2") == 0
    assert run("descriptor", tmp_path, teacher, "run.steps=4", words=("--resume",)) == 0
    check(tmp_path, "descriptor")
    card = json.loads((tmp_path / "weights" / "latest.json").read_text())
    assert card["training"]["teacher.store"] == str(store)


@pytest.mark.parametrize(
    ("spread", "share"),
    # Of spread labels nothing is gained by their mean alone, which is most of what 150 steps teach.
    [(0.0, 0.5), (0.5, 0.9)],
)
def test_what_is_learnt_from_a_teacher_comes_nearer_to_it(run, store, tmp_path, spread, share):
    values = ["run.steps=150", "run.validate_steps=0", "optimiser.rate=0.01", "optimiser.warm_up=5"]
    teacher = [f"teacher.store={store}", "teacher.reach=0.2", "teacher.weight=10.0", "teacher.loss=mse"]
    assert run("descriptor", tmp_path, *values, *teacher, f"teacher.spread={spread}") == 0
    rows = list(csv.DictReader((tmp_path / "curve.csv").open()))
    far = [float(row["teacher"]) for row in rows]
    assert 0.0 < sum(far[-10:]) < share * sum(far[:10])


def test_a_student_goes_on_from_weights(run, student, tmp_path):
    weights = student / "weights" / "latest.safetensors"
    assert run("descriptor", tmp_path, f"weights={weights}", "optimiser.rate=0.0", "run.steps=2") == 0
    before, after = (
        load_network(folder / "weights" / "latest.safetensors") for folder in (student, tmp_path)
    )
    for ours, theirs in zip(before.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def test_a_distilled_student_that_goes_on_from_weights_begins_near_the_spread_labels(
    run, student, store, tmp_path
):
    values = [f"store={store}", "labels.spread=0.5", "loss=mse", "optimiser.rate=0.0", "run.steps=4"]
    begun = [f"weights={student / 'weights' / 'latest.safetensors'}"]
    losses = []
    for folder, weights in ((tmp_path / "fitted", begun), (tmp_path / "random", [])):
        assert run("distil", folder, *values, *weights) == 0
        losses.append([float(row["loss"]) for row in csv.DictReader((folder / "curve.csv").open())])
    assert all(fitted < 0.8 * random for fitted, random in zip(*losses, strict=True)), losses


def test_a_run_goes_on_and_the_options_are_kept(run, student, tmp_path):
    assert run("descriptor", tmp_path, "run.steps=2") == 0
    assert run("descriptor", tmp_path, "run.steps=4", words=("--resume",)) == 0
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["network"]["backbone"] == "tiny"
    check(tmp_path, "descriptor")


def test_a_run_does_not_go_on_with_more_pairs(run, caches, pool, tmp_path, capsys):
    pairs = tmp_path / "pairs"
    shutil.copytree(caches / "model", pairs)
    assert run("descriptor", tmp_path / "run", f"data.caches={pairs}", "run.steps=2") == 0
    for _ in write_cache(ObjectClouds(pool, CloudOptions(kind="model", points=300)), 5, pairs, 0):
        pass
    assert run("descriptor", tmp_path / "run", f"data.caches={pairs}", words=("--resume",)) == 2
    assert "was begun with other data ('data.caches' held 4 of " in capsys.readouterr().err


def test_the_student_learns_what_it_sees_again_and_again(run, tmp_path):
    values = ["run.steps=150", "run.validate_steps=0", "optimiser.rate=0.01", "optimiser.warm_up=5"]
    still = ["changes.rotation=false", "changes.jitter=0.0", "changes.drop=0.0", "changes.cut=0.0"]
    assert run("descriptor", tmp_path, *values, *still) == 0
    rows = [line.split(",") for line in (tmp_path / "curve.csv").read_text().splitlines()[1:]]
    losses = [float(row[1]) for row in rows]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


@pytest.mark.parametrize(
    ("task", "values", "sentence"),
    [
        (
            "descriptor",
            ["matching.pionts=3"],
            "unknown key 'matching.pionts'; did you mean 'matching.points'?",
        ),
        ("descriptor", ["run.steps=0"], "'run.steps' is 0; it must be from 1"),
        ("descriptor", ["run.precision=8"], "'run.precision' is 8; it must be of type str"),
        ("descriptor", ["data.caches="], "no cache is named; make one with `python -m training cache`"),
        ("descriptor", ["data.caches=nowhere"], "nowhere/cache.json: is missing; make a cache"),
        ("descriptor", ["data.pool=nowhere"], "nowhere/pool.json: is missing; make a pool"),
        ("descriptor", ["weights=nowhere"], "weights 'nowhere': there is no such file"),
        ("distil", ["store=nowhere"], "store.json: is missing; make a store"),
        ("descriptor", ["teacher.store=nowhere"], "store.json: is missing; make a store"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(run, tmp_path, capsys, task, values, sentence):
    assert run(task, tmp_path, *values) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_weights_of_another_network_are_refused(run, student, tmp_path, capsys):
    weights = student / "weights" / "latest.safetensors"
    assert run("descriptor", tmp_path, f"weights={weights}", "network.dimension=16") == 2
    assert "say the same under 'network'" in capsys.readouterr().err


def test_a_teacher_of_another_dimension_is_refused(run, store, tmp_path, capsys):
    assert run("distil", tmp_path, f"store={store}", "network.dimension=16") == 2
    assert "set network.dimension=8" in capsys.readouterr().err


def test_a_student_is_no_teacher(student, pool_folder, tmp_path, capsys):
    weights = student / "weights" / "latest.safetensors"
    words = ["--weights", weights, "--pool", pool_folder, "--out", tmp_path]
    assert main(["teacher-descriptors", *map(str, words)]) == 2
    assert "is no teacher; make one with `python -m training teacher`" in capsys.readouterr().err


def test_a_device_that_is_none_is_told_before_anything_is_described(pool_folder, tmp_path, capsys):
    weights = ("--weights", WEIGHTS / "gedi_small.safetensors")
    words = (*weights, "--device", "gpu", "--pool", pool_folder, "--out", tmp_path)
    assert main(["teacher-descriptors", *map(str, words)]) == 2
    assert "device 'gpu' is none of cpu, cuda" in capsys.readouterr().err


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("task", list(TASKS))
def test_presets_are_valid(task, preset):
    import importlib

    kind = TASKS[task]
    config = getattr(importlib.import_module(f"training.tasks.{kind.module}"), kind.config)
    read = from_mapping(config, read_options(PRESET_FOLDER / task / f"{preset}.yaml"))
    assert read.run.accelerator == {"small": "cpu", "paper": "gpu"}[preset]


def test_descriptors_are_compared_on_pairs_and_recordings(
    student, teacher, caches, pool_folder, tmp_path, capsys
):
    from pose_nodes.demo_data import BUNNY, BUNNY_OBJECTS

    weights = [f"{name}={folder / 'weights' / 'latest.safetensors'}" for name, folder in
               (("student", student), ("teacher", teacher))]  # fmt: skip
    words = [
        "evaluate-descriptors", "--weights", *weights, "--cache", caches / "held_out", "--pool", pool_folder,
        "--split", "val", "--pairs", 2, "--points", 250, "--every", 100, "--out", tmp_path,
        "--recording", f"{BUNNY}={BUNNY_OBJECTS}",
    ]  # fmt: skip
    assert main(list(map(str, words))) == 0
    rows = json.loads((tmp_path / "descriptors.json").read_text())["rows"]
    assert [row["descriptor"] for row in rows] == ["fpfh", "student", "teacher"] * 2
    assert [row["pairs"] for row in rows] == [2, 2, 2, 1, 1, 1]
    assert all(0 <= row[name] <= 1 for row in rows for name in ("ron", "fmr", "seen", "recall"))
    assert "| held_out | student | 2 |" in (tmp_path / "descriptors.md").read_text()


def test_without_anything_to_evaluate_on_there_is_a_sentence(tmp_path, capsys):
    assert main(["evaluate-descriptors", "--out", str(tmp_path)]) == 2
    assert "nothing to evaluate on: name pairs with --cache" in capsys.readouterr().err
