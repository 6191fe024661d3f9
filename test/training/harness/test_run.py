"""A run leaves the same curve, however often it was interrupted, and whatever ended it."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pose_nodes.core.errors import (
    InvalidConfigError,
    InvalidDatasetError,
    InvalidInputError,
    PoseNodesError,
)

PROGRAM = Path(__file__).with_name("toy_task.py")
REPOSITORY = PROGRAM.parents[3]


class Crashed(Exception):
    """What the runs of these tests end with."""


def crash() -> None:
    raise Crashed


@pytest.fixture(scope="module")
def run(toy):
    """Train the toy task in this process."""
    from training.harness.run import train

    def run(folder: Path, resume: bool = False, crash_at: int = -1, **values) -> None:
        train(toy.ToyTask(toy.toy_config(**values), crash, crash_at), folder, resume)

    return run


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory) -> Path:
    """A run without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder)
    return folder


def program(folder: Path, *words: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, str(PROGRAM), str(folder), *words]
    return subprocess.run(command, env=environment, check=False, cwd=REPOSITORY).returncode


def curves(folder: Path) -> tuple[str, str]:
    return (folder / "curve.csv").read_text(), (folder / "validation.csv").read_text()


def last_step(folder: Path) -> int:
    from training.harness.checkpoints import read_checkpoint

    step: int = read_checkpoint(folder / "checkpoints" / "last.ckpt")["global_step"]
    return step


def test_a_run_writes_its_curve_scores_weights_and_options(whole):
    curve, scores = curves(whole)
    assert curve.splitlines()[0] == "step,loss,largest,rate" and len(curve.splitlines()) == 61
    assert [line.split(",")[0] for line in scores.splitlines()] == ["step", "20", "40", "60"]
    assert "steps: 60" in (whole / "config.yaml").read_text()
    card = json.loads((whole / "weights" / "latest.json").read_text())
    assert (card["task"], card["steps"], card["samples"], card["seed"]) == ("toy", 60, 240, 0)
    assert float(scores.splitlines()[-1].split(",")[1]) == card["validation"]["closeness"]


def test_the_loss_falls(whole):
    losses = [float(line.split(",")[1]) for line in curves(whole)[0].splitlines()[1:]]
    assert sum(losses[-20:]) < 0.8 * sum(losses[:20])


@pytest.mark.parametrize("step", [7, 13, 20, 21, 41, 59])
def test_a_run_that_crashed_goes_on_to_the_same_curve(run, whole, tmp_path, step):
    with pytest.raises(Crashed):
        run(tmp_path, crash_at=step)
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)
    assert (tmp_path / "weights" / "best.json").read_text() == (whole / "weights" / "best.json").read_text()


def test_a_run_that_crashed_twice_does_so_too(run, whole, tmp_path):
    for resume, step in ((False, 17), (True, 20)):
        with pytest.raises(Crashed):
            run(tmp_path, resume, step)
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("step", [8, 33])
def test_a_killed_process_goes_on_to_the_same_curve(run, whole, tmp_path, step):
    assert program(tmp_path, f"signal={int(signal.SIGKILL)}", f"at={step}") == -signal.SIGKILL
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_a_step_whose_checkpoint_is_written(run, whole, tmp_path, number):
    assert program(tmp_path, f"signal={int(number)}", "at=30", "run.checkpoint_steps=1000") == 130
    assert last_step(tmp_path) == 31
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_all_joined_batches_of_a_step(run, tmp_path, number):
    words = ("run.accumulate=3", "run.steps=15", "run.checkpoint_steps=1000")
    assert program(tmp_path, f"signal={int(number)}", "at=12", *words) == 130
    assert last_step(tmp_path) == 5


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
def test_worker_processes_make_no_difference(whole, tmp_path):
    assert program(tmp_path, "run.workers=2") == 0
    assert curves(tmp_path) == curves(whole)


def test_batches_whose_gradients_are_joined_make_one_step(run, tmp_path):
    run(tmp_path, run__accumulate=3, run__steps=20, run__validate_steps=20)
    assert len(curves(tmp_path)[0].splitlines()) == 21
    assert json.loads((tmp_path / "weights" / "latest.json").read_text())["samples"] == 20 * 3 * 4


def test_joined_batches_go_on_to_the_same_curve(run, tmp_path):
    values = {"run__accumulate": 3, "run__steps": 25, "run__checkpoint_steps": 4}
    run(tmp_path / "whole", **values)
    with pytest.raises(Crashed):
        run(tmp_path / "crashed", crash_at=32, **values)
    run(tmp_path / "crashed", resume=True, **values)
    assert curves(tmp_path / "crashed") == curves(tmp_path / "whole")


@pytest.mark.slow
def test_two_devices_train_one_network(run, tmp_path):
    assert program(tmp_path, "run.devices=2", "run.steps=20") == 0
    card = json.loads((tmp_path / "weights" / "latest.json").read_text())
    assert (card["steps"], card["samples"]) == (20, 20 * 4 * 2)
    assert len(curves(tmp_path)[0].splitlines()) == 21


def test_a_folder_with_a_run_is_not_begun_anew(run, whole):
    with pytest.raises(InvalidInputError, match="holds a training already; add --resume"):
        run(whole)


@pytest.mark.parametrize("resume", [False, True])
def test_a_second_run_in_a_folder_is_refused_while_there_is_one(run, tmp_path, resume):
    from training.harness.lock import locked

    run(tmp_path, run__steps=3)
    before = curves(tmp_path)
    with locked(tmp_path), pytest.raises(InvalidInputError, match="another run is training in it; wait"):
        run(tmp_path, resume, run__steps=5)
    assert curves(tmp_path) == before
    run(tmp_path, resume=True, run__steps=5)


def test_while_it_trains_a_run_holds_its_folder(toy, tmp_path):
    from training.harness.lock import locked
    from training.harness.run import train

    refused = []

    def also() -> None:
        with pytest.raises(InvalidInputError, match="another run"), locked(tmp_path):
            pass
        refused.append(True)

    train(toy.ToyTask(toy.toy_config(run__steps=3), also, 1), tmp_path)
    assert refused


def test_a_folder_that_cannot_be_written_to_is_one_sentence(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        run(tmp_path / "file")


def test_a_finished_run_is_not_gone_on_with_but_may_be_made_longer(run, tmp_path):
    run(tmp_path, run__steps=5)
    with pytest.raises(InvalidConfigError, match="has 5 steps already; raise"):
        run(tmp_path, resume=True, run__steps=5)
    run(tmp_path, resume=True, run__steps=9)
    assert len(curves(tmp_path)[0].splitlines()) == 10


def test_without_a_checkpoint_there_is_nothing_to_go_on_from(run, tmp_path):
    with pytest.raises(InvalidInputError, match="has no checkpoint; begin without --resume"):
        run(tmp_path, resume=True)


@pytest.mark.parametrize("left", [["curve.csv"], ["curve.csv", "checkpoints/.last.ckpt.partial"]])
def test_a_run_that_ended_before_its_first_checkpoint_begins_anew(run, whole, tmp_path, capsys, left):
    (tmp_path / "checkpoints").mkdir()
    for name in left:
        (tmp_path / name).write_text("step,loss,largest,rate\n1,2.0,3.0,0.1\n")
    with pytest.raises(InvalidInputError, match="holds a training already; add --resume"):
        run(tmp_path)
    run(tmp_path, resume=True)
    assert "has no checkpoint yet; the training begins anew" in capsys.readouterr().out
    assert curves(tmp_path) == curves(whole)


def test_held_out_data_that_cannot_be_used_end_a_run_before_its_first_step(run, toy, tmp_path, monkeypatch):
    def held_out(self):
        raise InvalidDatasetError("held_out/cache.json: is missing")

    with monkeypatch.context() as patch, pytest.raises(InvalidDatasetError, match=r"cache.json: is missing"):
        patch.setattr(toy.ToyTask, "held_out", held_out)
        run(tmp_path)
    assert not (tmp_path / "curve.csv").exists()
    run(tmp_path, run__steps=3)


def test_a_run_without_validation_needs_no_held_out_data_and_keeps_its_last_weights(
    run, toy, tmp_path, monkeypatch
):
    monkeypatch.setattr(toy.ToyTask, "held_out", crash)
    run(tmp_path, run__steps=5, run__validate_steps=0)
    assert json.loads((tmp_path / "weights" / "latest.json").read_text())["steps"] == 5
    assert not (tmp_path / "validation.csv").exists()


@pytest.mark.parametrize(
    ("name", "at", "step"),
    [
        ("scores", 1, 20),
        ("scores", 16, 40),
        ("scores", 20, 60),
        ("save", 1, 20),
        ("save", 2, 20),
        ("save", 4, 60),
    ],
)
def test_a_crash_while_it_is_validated_loses_no_step_and_no_score(
    run, toy, whole, tmp_path, monkeypatch, name, at, step
):
    """The second of three finds no better weights, so that there is a single file to keep."""
    left, meant = [at], getattr(toy.ToyTask, name)

    def breaks(self, *arguments):
        left[0] -= 1
        return crash() if left[0] == 0 else meant(self, *arguments)

    with monkeypatch.context() as patch, pytest.raises(Crashed):
        patch.setattr(toy.ToyTask, name, breaks)
        run(tmp_path, run__checkpoint_steps=20)
    assert last_step(tmp_path) == step
    run(tmp_path, resume=True, run__checkpoint_steps=20)
    assert curves(tmp_path) == curves(whole)
    for card in ("best.json", "latest.json"):
        assert (tmp_path / "weights" / card).read_text() == (whole / "weights" / card).read_text()
    with pytest.raises(InvalidConfigError, match="has 60 steps already"):
        run(tmp_path, resume=True)


def test_a_signal_while_it_is_validated_ends_the_run_after_the_next_step(
    run, toy, whole, tmp_path, monkeypatch
):
    scores = toy.ToyTask.scores

    def asked(self, *arguments):
        if not (tmp_path / "weights").exists():
            monkeypatch.undo()
            os.kill(os.getpid(), signal.SIGTERM)
        return scores(self, *arguments)

    monkeypatch.setattr(toy.ToyTask, "scores", asked)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, run__checkpoint_steps=1000)
    assert last_step(tmp_path) == 21
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


def test_other_options_are_named(run, whole):
    with pytest.raises(InvalidConfigError, match=r"'optimiser.rate' was 0.03, is 0.5\); use the same"):
        run(whole, resume=True, optimiser__rate=0.5, run__steps=70)


def test_other_data_are_named_and_a_checkpoint_that_does_not_know_its_data_goes_on(toy, tmp_path):
    from training.harness.run import train

    def go_on(steps: int, origin: dict[str, str]) -> None:
        train(toy.ToyTask(toy.toy_config(run__steps=steps)), tmp_path, steps > 5, origin)

    go_on(5, {})
    go_on(6, {"data.caches": "12 of ab", "store": "cd"})
    card = json.loads((tmp_path / "weights" / "latest.json").read_text())
    assert card["data"] == {"data.caches": "12 of ab", "store": "cd"}
    with pytest.raises(InvalidConfigError, match=r"'data.caches' held 12 of ab, holds 14 of ab\); bring"):
        go_on(7, {"data.caches": "14 of ab", "store": "cd"})
    with pytest.raises(InvalidConfigError, match="'store' held cd, holds ef"):
        go_on(7, {"data.caches": "12 of ab", "store": "ef"})
    go_on(7, {"data.caches": "12 of ab", "store": "cd", "data.held_out": "4 of gh"})


def flip(path: Path) -> None:
    """Change single bytes of the largest tensor of a checkpoint, which PyTorch does not notice."""
    with zipfile.ZipFile(path) as file:
        largest = max(
            (one for one in file.infolist() if "/data/" in one.filename), key=lambda one: one.file_size
        )
    data = bytearray(path.read_bytes())
    # Its name comes after 30 bytes, and the numbers begin at the next multiple of 64.
    for place in range(largest.header_offset + 128, largest.header_offset + 144):
        data[place] ^= 0x10
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


@pytest.mark.parametrize("damage", [flip, cut])
def test_a_damaged_checkpoint_is_one_sentence_whose_advice_works(run, whole, tmp_path, damage):
    run(tmp_path, run__steps=7)
    damage(tmp_path / "checkpoints" / "last.ckpt")
    with pytest.raises(InvalidDatasetError, match=r"last.ckpt: is no checkpoint, or a damaged one") as error:
        run(tmp_path, resume=True)
    assert "\n" not in str(error.value) and f"delete {tmp_path / 'checkpoints'}, and" in str(error.value)
    shutil.rmtree(tmp_path / "checkpoints")
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


@pytest.mark.parametrize("damage", [flip, cut])
def test_where_the_last_checkpoint_is_damaged_a_run_goes_on_from_the_one_before(
    run, whole, tmp_path, capsys, damage
):
    with pytest.raises(Crashed):
        run(tmp_path, crash_at=25)
    damage(tmp_path / "checkpoints" / "last.ckpt")
    with pytest.raises(Crashed):  # before there is another
        run(tmp_path, resume=True, crash_at=1)
    assert "going on from step 14" in capsys.readouterr().out
    assert (tmp_path / "checkpoints" / "damaged.ckpt").is_file()
    run(tmp_path, resume=True)
    assert curves(tmp_path) == curves(whole)


@pytest.mark.parametrize(
    "content", [b"", b"step,loss\n1,2.0\n", b"run:\n  steps: 5\n", b"\x80\x02}q\x00.", b"PK\x03\x04"]
)
def test_other_files_are_no_checkpoints(tmp_path, content):
    from training.harness.checkpoints import read_checkpoint

    path = tmp_path / "last.ckpt"
    path.write_bytes(content)
    with pytest.raises(InvalidDatasetError, match=r"last.ckpt: is no checkpoint"):
        read_checkpoint(path)


class Trap:
    """Would be run by a plain unpickling."""

    def __reduce__(self):
        return os.mkdir, ("trapped",)


def test_a_foreign_checkpoint_is_refused_and_nothing_in_it_is_run(run, tmp_path, monkeypatch):
    import torch

    monkeypatch.chdir(tmp_path)
    run(tmp_path, run__steps=7)
    path = tmp_path / "checkpoints" / "last.ckpt"
    for foreign in ({"state_dict": {}}, {"global_step": 3, "pose_nodes_training": {}}, [1, 2]):
        torch.save(foreign, path)
        with pytest.raises(InvalidDatasetError, match="is not a checkpoint of this training"):
            run(tmp_path, resume=True)
    torch.save({"state_dict": Trap()}, path)
    with pytest.raises(InvalidDatasetError, match="is no checkpoint, or a damaged one"):
        run(tmp_path, resume=True)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InvalidDatasetError, match="is no checkpoint, or a damaged one"):
        run(tmp_path, resume=True)
    assert not (tmp_path / "trapped").exists()


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
