"""A run leaves the same curve, however often it was interrupted, and whatever ended it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pose_nodes.core.errors import InvalidInputError, PoseNodesError

PROGRAM = Path(__file__).with_name("toy_task.py")
REPOSITORY = PROGRAM.parents[3]


def program(folder: Path, *words: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, str(PROGRAM), str(folder), *words]
    return subprocess.run(command, env=environment, check=False, cwd=REPOSITORY).returncode


def test_a_run_writes_its_curve_scores_weights_and_options(toy, whole):
    curve, scores = toy.curves(whole)
    assert curve.splitlines()[0] == "step,loss,largest,rate" and len(curve.splitlines()) == 61
    assert [line.split(",")[0] for line in scores.splitlines()] == ["step", "20", "40", "60"]
    assert "steps: 60" in (whole / "config.yaml").read_text()
    card = json.loads((whole / "weights" / "latest.json").read_text())
    assert (card["task"], card["steps"], card["samples"], card["seed"]) == ("toy", 60, 240, 0)
    assert float(scores.splitlines()[-1].split(",")[1]) == card["validation"]["closeness"]


def test_the_loss_falls(toy, whole):
    losses = [float(line.split(",")[1]) for line in toy.curves(whole)[0].splitlines()[1:]]
    assert sum(losses[-20:]) < 0.8 * sum(losses[:20])


@pytest.mark.parametrize("step", [7, 13, 20, 21, 41, 59])
def test_a_run_that_crashed_goes_on_to_the_same_curve(run, toy, whole, tmp_path, step):
    with pytest.raises(toy.Crashed):
        run(tmp_path, crash_at=step)
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)
    assert (tmp_path / "weights" / "best.json").read_text() == (whole / "weights" / "best.json").read_text()


def test_a_run_that_crashed_twice_does_so_too(run, toy, whole, tmp_path):
    for resume, step in ((False, 17), (True, 20)):
        with pytest.raises(toy.Crashed):
            run(tmp_path, resume, step)
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("step", [8, 33])
def test_a_killed_process_goes_on_to_the_same_curve(run, toy, whole, tmp_path, step):
    assert program(tmp_path, f"signal={int(signal.SIGKILL)}", f"at={step}") == -signal.SIGKILL
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_a_step_whose_checkpoint_is_written(run, toy, whole, tmp_path, number):
    assert program(tmp_path, f"signal={int(number)}", "at=30", "run.checkpoint_steps=1000") == 130
    assert toy.last_step(tmp_path) == 31
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_all_joined_batches_of_a_step(run, toy, tmp_path, number):
    words = ("run.accumulate=3", "run.steps=15", "run.checkpoint_steps=1000")
    assert program(tmp_path, f"signal={int(number)}", "at=12", *words) == 130
    assert toy.last_step(tmp_path) == 5


def test_a_signal_before_the_first_step_ends_the_run_there(run, toy, tmp_path, capsys, monkeypatch):
    def samples(self):
        os.kill(os.getpid(), signal.SIGTERM)
        return toy.ToySamples()

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(toy.ToyTask, "samples", samples)
        run(tmp_path)
    assert "ending before the first step" in capsys.readouterr().out
    assert not (tmp_path / "curve.csv").exists()


@pytest.mark.slow
def test_worker_processes_make_no_difference(toy, whole, tmp_path):
    assert program(tmp_path, "run.workers=2") == 0
    assert toy.curves(tmp_path) == toy.curves(whole)


def test_batches_whose_gradients_are_joined_make_one_step(run, toy, tmp_path):
    run(tmp_path, run__accumulate=3, run__steps=20, run__validate_steps=20)
    assert len(toy.curves(tmp_path)[0].splitlines()) == 21
    assert json.loads((tmp_path / "weights" / "latest.json").read_text())["samples"] == 20 * 3 * 4


def test_joined_batches_go_on_to_the_same_curve(run, toy, tmp_path):
    values = {"run__accumulate": 3, "run__steps": 25, "run__checkpoint_steps": 4}
    run(tmp_path / "whole", **values)
    with pytest.raises(toy.Crashed):
        run(tmp_path / "crashed", crash_at=32, **values)
    run(tmp_path / "crashed", resume=True, **values)
    assert toy.curves(tmp_path / "crashed") == toy.curves(tmp_path / "whole")


@pytest.mark.slow
def test_two_devices_train_one_network(run, toy, tmp_path):
    assert program(tmp_path, "run.devices=2", "run.steps=20") == 0
    card = json.loads((tmp_path / "weights" / "latest.json").read_text())
    assert (card["steps"], card["samples"]) == (20, 20 * 4 * 2)
    assert len(toy.curves(tmp_path)[0].splitlines()) == 21


def test_a_folder_with_a_run_is_not_begun_anew(run, whole):
    with pytest.raises(InvalidInputError, match="holds a training already; add --resume"):
        run(whole)


def test_a_loss_that_is_not_finite_ends_the_run_with_a_sentence_whose_advice_works(run, toy, tmp_path):
    from training.harness.run import train
    from training.harness.task import Loss

    class Broken(toy.ToyTask):
        def loss(self, network, batch, device) -> Loss:
            loss = super().loss(network, batch, device)
            return Loss(loss.total * float("nan"), loss.parts)

    with pytest.raises(
        PoseNodesError, match=r"step 0: the loss is nan; look at the samples .*, or begin in another"
    ):
        train(Broken(toy.toy_config()), tmp_path / "broken")
    run(tmp_path / "another", run__steps=2, optimiser__rate=0.001)
