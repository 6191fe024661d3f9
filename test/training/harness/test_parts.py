"""Parts of the harness by themselves."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("pytorch_lightning", reason="training needs PyTorch Lightning")

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError
from training.harness.config import FREE, OptimiserOptions, RunOptions
from training.harness.curves import Curve, read_curve
from training.harness.optimiser import adamw, rate_at
from training.harness.run import nested


def test_the_rate_rises_in_a_line_and_falls_in_half_a_cosine():
    options = OptimiserOptions(warm_up=10, last_rate=0.1)
    assert rate_at(0, 110, options) == pytest.approx(0.1) and rate_at(9, 110, options) == 1.0
    assert rate_at(10, 110, options) == 1.0
    assert rate_at(60, 110, options) == pytest.approx(0.55)
    assert rate_at(35, 110, options) == pytest.approx(0.1 + 0.45 * (1 + math.cos(math.pi / 4)))
    assert rate_at(110, 110, options) == rate_at(500, 110, options) == pytest.approx(0.1)


def test_without_warm_up_the_first_rate_is_the_highest():
    assert rate_at(0, 10, OptimiserOptions(warm_up=0)) == 1.0


def test_matrices_decay_and_vectors_do_not():
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4))
    network[0].bias.requires_grad_(False)
    groups = adamw(network, OptimiserOptions(rate=0.5, weight_decay=0.3)).param_groups
    assert [group["weight_decay"] for group in groups] == [0.3, 0.0]
    assert [len(group["params"]) for group in groups] == [1, 2]
    assert {group["lr"] for group in groups} == {0.5}


def test_a_curve_is_read_as_it_was_written(tmp_path):
    curve = Curve(tmp_path / "sub" / "curve.csv")
    curve.add(1, {"loss": 0.1, "rate": 1e-3})
    curve.add(3, {"loss": float("nan"), "rate": 2e-3})
    rows = read_curve(tmp_path / "sub" / "curve.csv")
    assert [row["step"] for row in rows] == ["1", "3"] and float(rows[0]["loss"]) == 0.1


def test_the_highest_of_a_column_leaves_out_what_is_no_number(tmp_path):
    curve = Curve(tmp_path / "validation.csv")
    assert curve.highest("mutual") == -math.inf
    for step, value in enumerate((0.25, float("nan"), 0.5, 0.125)):
        curve.add(step, {"mutual": value})
    assert curve.highest("mutual") == 0.5 and curve.highest("ron") == -math.inf


def test_a_curve_that_goes_on_drops_later_rows_and_half_a_row(tmp_path):
    path = tmp_path / "curve.csv"
    curve = Curve(path)
    for step in range(5):
        curve.add(step, {"loss": float(step)})
    with path.open("a") as file:
        file.write("5,0.")
    Curve(path, from_step=2).add(3, {"loss": 30.0})
    assert path.read_text() == "step,loss\n0,0.0\n1,1.0\n2,2.0\n3,30.0\n"


def test_a_curve_of_which_nothing_remains_begins_anew(tmp_path):
    path = tmp_path / "curve.csv"
    Curve(path).add(7, {"loss": 1.0})
    Curve(path, from_step=2).add(3, {"closeness": 1.0})
    assert path.read_text() == "step,closeness\n3,1.0\n"


def test_other_columns_and_other_files_are_refused(tmp_path):
    path = tmp_path / "curve.csv"
    curve = Curve(path)
    curve.add(1, {"loss": 1.0})
    with pytest.raises(InvalidInputError, match="has the columns step, loss, not step, gain"):
        curve.add(2, {"gain": 1.0})
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InvalidDatasetError, match="is no curve of a training"):
        Curve(path, 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        Curve(tmp_path / "file" / "curve.csv").add(1, {"loss": 1.0})


def test_options_that_may_change_exist():
    from pose_nodes.core.config import flatten

    assert {f"run.{option.name}" for option in flatten(RunOptions)} >= FREE


def test_dotted_names_become_a_tree():
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}


def test_a_gpu_that_is_not_there_is_one_sentence(toy, tmp_path, monkeypatch):
    from training.harness.run import train

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(InvalidConfigError, match="PyTorch sees 0 here: use fewer"):
        train(toy.ToyTask(toy.toy_config(run__accelerator="gpu")), tmp_path)


def test_a_checkpoint_that_cannot_be_written_is_one_sentence(toy, tmp_path):
    from training.harness.run import train

    with pytest.raises(InvalidInputError, match=r"last.ckpt: cannot be written .*; make room"):
        blocked = toy.ToyTask(toy.toy_config(), lambda: (tmp_path / "checkpoints").write_text(""), 3)
        train(blocked, tmp_path)
